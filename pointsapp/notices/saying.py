"""How a notice reads: the words of its kind with its facts put in as people read them, and where it leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.notices.messages import WORDS
from pointsapp.notices.person_words import DID
from pointsapp.notices.rules import variant
from pointsapp.people.messages import ROLE_NAMES
from pointsapp.web.filters import day, hours, money, points, when

_NEAR = (_l("今天"), _l("明天"), _l("后天"), _l("昨天"))
_BECAUSE = _l("原因：%(reason)s")

# Facts that are called in the address what they are called here.
_OWN_NAMES = frozenset({"branch_id", "round_id", "finding_id", "number", "mandate"})


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in the reader's language. `leads_to`: (endpoint, values) or None."""

    title: str
    text: str
    glyph: str
    tone: str
    leads_to: tuple[str, dict[str, Any]] | None


def say(kind: str, facts: Mapping[str, Any]) -> Said:
    """Return the words of a notice; a fact that is missing reads as a dash, a kind that has left the house as its own name."""
    words = WORDS.get(variant(kind, facts)) or WORDS.get(kind)
    if words is None:
        return Said(kind, "", "info", "info", None)
    shown = _shown(facts)
    leads_to = None
    if words.leads_to is not None:
        endpoint, fact = words.leads_to
        if fact is None or facts.get(fact):
            place = fact if fact in _OWN_NAMES else "public_id"
            leads_to = (endpoint, {} if fact is None else {place: facts[fact]})
    return Said(str(words.title) % shown, (str(words.text) % shown).strip(), words.glyph, words.tone, leads_to)


def _inside(moment: str) -> str:
    """Return a moment as it stands inside a sentence: English begins "today" small there."""
    return moment[:1].lower() + moment[1:] if moment.startswith(tuple(map(str, _NEAR))) else moment


def _shown(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the facts as people read them."""
    shown: dict[str, Any] = defaultdict(lambda: "—", facts)
    for name, value in facts.items():
        if name.endswith("_at") and isinstance(value, str):
            shown[name] = _inside(when(datetime.fromisoformat(value)))
        elif name.endswith("_on") and isinstance(value, str):
            shown[name] = day(date.fromisoformat(value))
        elif name.startswith("minutes") and isinstance(value, int):
            shown[name] = hours(value)
        elif name.startswith("points") and isinstance(value, int):
            shown[name] = points(value)
    if isinstance(facts.get("fen"), int):
        shown["money"] = money(abs(facts["fen"]))  # the sentence says who owes it
    if facts.get("starts_at"):
        end = facts.get("ends_at")
        start = datetime.fromisoformat(facts["starts_at"])
        shown["span"] = _inside(when(start, datetime.fromisoformat(end) if end else None))
    if facts.get("act"):
        shown["did"] = str(DID.get(facts["act"], facts["act"]))
        shown["titled"] = _("「%(title)s」", title=facts["title"]) if facts.get("title") else ""
    if facts.get("role"):
        shown["role"] = str(ROLE_NAMES.get(facts["role"], facts["role"]))
    shown["because"] = str(_BECAUSE) % {"reason": facts["reason"]} if facts.get("reason") else ""
    return shown
