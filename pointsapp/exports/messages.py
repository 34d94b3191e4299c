"""Words of exports: kinds, answers, headings."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from pointsapp.exports.models import ExportKind
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}

KINDS = {
    ExportKind.STANDINGS: _l("五星榜"),
    ExportKind.BRANCH: _l("支部得分"),
    ExportKind.WALL: _l("挂图"),
    ExportKind.PLAN: _l("创建计划"),
}


def in_official_words() -> AbstractContextManager[None]:
    """Read schemes in the language they were written in: what an export says must not depend on who asks for it."""
    return force_locale("zh")
