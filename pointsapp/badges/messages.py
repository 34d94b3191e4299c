"""Words of medals: what each series is called and how it is won."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.badges.models import Series
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}

NAMES = {
    Series.SERVICES: _l("到场"),
    Series.HOURS: _l("时光"),
    Series.MONTHS: _l("月月都在"),
    Series.ORGANISERS: _l("走遍邻里"),
    Series.KINDS: _l("多面手"),
    Series.ELDERS: _l("陪伴长者"),
    Series.DEEDS: _l("随手之善"),
}
RULES = {
    Series.SERVICES: _l("到场服务满 %(n)s 次"),
    Series.HOURS: _l("累计服务满 %(n)s 小时"),
    Series.MONTHS: _l("连续 %(n)s 个月都来服务过"),
    Series.ORGANISERS: _l("为 %(n)s 个组织方服务过"),
    Series.KINDS: _l("做过 %(n)s 类任务"),
    Series.ELDERS: _l("陪伴照看老人满 %(n)s 次"),
    Series.DEEDS: _l("%(n)s 件随手做志愿通过"),
}
METALS = {1: _l("铜"), 2: _l("银"), 3: _l("金")}


def rule_words(series: Series, least: int) -> str:
    """Return how a medal is won."""
    return str(RULES[series]) % {"n": least}


def medal_name(series: Series, least: int, metal: int) -> str:
    """Return what a picture of a medal shows, for who cannot see it."""
    return _("%(name)s（%(metal)s）：%(rule)s", name=NAMES[series], metal=METALS[metal], rule=rule_words(series, least))
