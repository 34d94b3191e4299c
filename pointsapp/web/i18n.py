"""Languages: source strings are Chinese, `en` is a complete catalogue.

Each feature keeps its own catalogue beside its code (`pointsapp/<feature>/en.po`), so that words change with the thing they
name. They are read at start and compiled in memory: no build step, nothing generated in the tree.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import LanguageAccept

LANGUAGES = ("zh", "en")
PACKAGE = Path(__file__).resolve().parent.parent
COOKIE_KEY = "lang"


class CatalogueDomain(Domain):
    """Serves the merged catalogues of all features; zh needs none, because the source is Chinese."""

    def get_translations(self) -> Any:
        locale = get_locale()
        return _translations("en" if locale is not None and locale.language == "en" else "zh")


class HouseBabel(Babel):
    """Babel that serves our domain: Flask-Babel itself would build a plain one by name."""

    @property
    def domain_instance(self) -> Domain:
        return _domain


_domain = CatalogueDomain()


@cache
def _translations(language: str) -> NullTranslations:
    if language == "zh":
        return NullTranslations()
    merged: Translations | None = None
    for path in sorted(PACKAGE.glob(f"*/{language}.po")):
        compiled = io.BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        catalogue = Translations(compiled, domain="messages")
        merged = catalogue if merged is None else merged.merge(catalogue)  # type: ignore[assignment]
    return merged or NullTranslations()


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
    return text if locale is None or locale.language != "en" else str(_translations("en").ugettext(text))


def _words(one: str, many: str, number: int) -> str:
    return str(_domain.get_translations().ungettext(one, many, number))


def init_i18n(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    HouseBabel(app, locale_selector=choose_language, default_timezone=app.config["SETTINGS"].timezone)
    app.jinja_env.install_gettext_callables(_word, _words, newstyle=True)  # type: ignore[attr-defined]

    @app.before_request
    def keep_choice() -> None:
        # A link carries ?lang=en once; the choice then lasts for this browser. Written only when it changes.
        asked = request.args.get("lang")
        if asked in LANGUAGES and session.get(COOKIE_KEY) != asked:
            session[COOKIE_KEY] = asked
