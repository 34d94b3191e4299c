"""Languages: source strings are Chinese, `en` is a complete catalogue.

Each feature keeps its own catalogue beside its code (`pointsapp/<feature>/en.po`), so that words change with the thing they
name. They are read at start: no build step, nothing generated in the tree. One or many is the catalogue's own matter
(`plurals.py`); there is no `ngettext`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from pointsapp.web.plurals import Counted, counted

LANGUAGES = ("zh", "en")
PACKAGE = Path(__file__).resolve().parent.parent
COOKIE_KEY = "lang"


class Catalogue(NullTranslations):
    """The English of every string; what it does not hold stays Chinese."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__()
        self._said = said

    def gettext(self, message: str) -> str:
        return self._said.get(message, message)

    ugettext = gettext


class CatalogueDomain(Domain):
    """Serves the merged catalogues of all features; zh needs none, because the source is Chinese."""

    def get_translations(self) -> Catalogue:
        locale = get_locale()
        return _translations("en" if locale is not None and locale.language == "en" else "zh")


class HouseBabel(Babel):
    """Babel that serves our domain: Flask-Babel itself would build a plain one by name."""

    @property
    def domain_instance(self) -> Domain:
        return _domain


_domain = CatalogueDomain()


@cache
def _translations(language: str) -> Catalogue:
    said: dict[str, str] = {}
    for path in sorted(PACKAGE.glob(f"*/{language}.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if isinstance(message.id, str) and message.id and message.string and not message.fuzzy:
                    said[message.id] = counted(str(message.string))
    return Catalogue(said)


def choose_language() -> str:
    """Return zh or en: what the address asks for, what the person chose, what the browser prefers; Chinese otherwise."""
    if not has_request_context():
        return "zh"
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    actor = g.get("actor")
    if actor is not None and actor.locale in LANGUAGES:
        return str(actor.locale)
    kept = session.get(COOKIE_KEY)
    if kept in LANGUAGES:
        return str(kept)
    return best_language(request.accept_languages)


def best_language(accepted: LanguageAccept) -> str:
    """Return zh or en, whichever a browser prefers; Chinese where it prefers neither."""
    return accepted.best_match(("zh", "zh-CN", "en"), default="zh")[:2]


def _word(text: str) -> str:
    """Return `text` in the reader's language, by the shortest way: a page asks for seventy words."""
    locale = get_locale()
    return text if locale is None or locale.language != "en" else _translations("en").gettext(text)


@pass_context
def _word_on_page(context: Context, text: str, /, **facts: Any) -> str:
    """Return `text` filled, as Jinja's own newstyle gettext does, with its choices of one or many made first."""
    said = _word(text)
    if isinstance(said, Counted):
        if not facts:
            return said  # a unit, which still has to choose by the figure it stands beside
        said = said.chosen(facts)
    if context.eval_ctx.autoescape:
        said = Markup(said)  # noqa: S704 - the words of a template or of a catalogue; what fills them is escaped
    return said % facts


def init_i18n(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    HouseBabel(app, locale_selector=choose_language, default_timezone=app.config["SETTINGS"].timezone)
    app.jinja_env.globals.update(gettext=_word_on_page, _=_word_on_page)
    for name in ("ngettext", "pgettext", "npgettext"):  # Flask-Babel's: they would not know our catalogues
        app.jinja_env.globals.pop(name, None)

    @app.before_request
    def keep_choice() -> None:
        # A link carries ?lang=en once; the choice then lasts for this browser. Written only when it changes.
        asked = request.args.get("lang")
        if asked in LANGUAGES and session.get(COOKIE_KEY) != asked:
            session[COOKIE_KEY] = asked
