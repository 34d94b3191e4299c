"""The shape of a scheme file: stars, indicators, items and tiers, each read into what is stored of it."""

from __future__ import annotations

from typing import Any

from pointsapp.stars.rules.check.formulas import read_formula
from pointsapp.stars.rules.check.parts import CODE, CODE_WORDS, MOST_TOTAL, Parts, Place, shown
from pointsapp.stars.rules.scheme import COLOURS, HUNDREDTHS, PANEL, ItemKind, Source, TieRule

# In the file a counted indicator may be called either way; `automatic` is what the API has always said.
SOURCES = {"automatic": Source.AUTOMATIC, "counted": Source.AUTOMATIC, "assessed": Source.ASSESSED}
BLOCKS = {"bonuses": ItemKind.BONUS, "honours": ItemKind.HONOUR, "deductions": ItemKind.DEDUCTION}
MOST_VERSION = 1_000_000


def read_top(parts: Parts, document: Any) -> dict[str, Any]:
    """Return what the definition says beside its stars, items and tiers."""
    needed = ("scheme", "version", "name", "total", "stars", "tiers")
    top = parts.fields(
        document, (), needed=needed, may=("pass_at", *BLOCKS, "vetoes", "ties", "replaces", "succeeds", "applies_to")
    )
    made: dict[str, Any] = {
        "code": parts.pattern(top, "scheme", (), CODE, CODE_WORDS),
        "version": parts.whole(top, "version", (), 1, MOST_VERSION),
        **parts.names(top, (), 60),
    }
    if "pass_at" in top:
        made["pass_at"] = parts.score(top, "pass_at", (), MOST_TOTAL)
    if "ties" in top:
        made["ties"] = parts.texts(top, "ties", ())
    if "applies_to" in top:
        made["applies_to"] = _applies_to(parts, top["applies_to"], ("applies_to",))
    if "succeeds" in top:
        made["succeeds"] = parts.pattern(top, "succeeds", (), CODE, CODE_WORDS)
        if made["succeeds"] == made["code"]:
            parts.say(
                ("succeeds",), "a scheme succeeds another one: a changed rule of the same scheme is a new version"
            )
    if "replaces" in top:
        made["replaces"] = parts.whole(top, "replaces", (), 1, MOST_VERSION)
        if made["replaces"] >= made["version"]:
            parts.say(
                ("replaces",),
                "a version replaces an earlier one, and this is version {version}",
                version=made["version"],
            )
    return made


def _applies_to(parts: Parts, value: Any, at: Place) -> dict[str, list[str]]:
    """Return which branches the scheme is for, sparsely; whether there are such branches and areas is asked of the database."""
    may = ("branches", "areas", "area_kinds")
    said = parts.fields(value, at, needed=(), may=may)
    if not said and isinstance(value, dict):
        parts.say(at, "expected {keys}", keys=", ".join(may))
    made = {name: parts.texts(said, name, at) for name in may if name in said}
    for n, kind in enumerate(made.get("area_kinds", ())):
        place = (*at, "area_kinds") if isinstance(said["area_kinds"], str) else (*at, "area_kinds", n)
        parts.known(kind, place, parts.area_kinds, "kind of area")
    return made


def read_star(parts: Parts, value: Any, at: Place) -> dict[str, Any]:
    """Return one star with its indicators."""
    star = parts.fields(
        value, at, needed=("key", "name", "colour", "lit_at", "indicators"), may=("max", "needs", "requires")
    )
    indicators = [
        read_indicator(parts, one, (*at, "indicators", n)) for n, one in enumerate(parts.items(star, "indicators", at))
    ]
    lit_at = parts.score(star, "lit_at", at)
    most = sum(one["most"] for one in indicators)
    if lit_at > most:
        parts.say(
            (*at, "lit_at"),
            "lit_at is {score}, but the indicators add up to {most}",
            score=shown(lit_at),
            most=shown(most),
        )
    if "max" in star and parts.score(star, "max", at) not in (0, most):
        parts.say(
            (*at, "max"),
            "max is {score}, but the star's indicators add up to {most}",
            score=star["max"],
            most=shown(most),
        )
    made = {
        "key": parts.key(star, at),
        **parts.names(star, at, 12),
        "colour": parts.choice(star, "colour", at, COLOURS),
        "lit_at": lit_at,
        "indicators": indicators,
    }
    if "needs" in star:
        made["needs"] = [_need(parts, one, (*at, "needs", n)) for n, one in enumerate(parts.items(star, "needs", at))]
    if "requires" in star:
        made["requires"] = parts.texts(star, "requires", at)
    return made


def _need(parts: Parts, value: Any, at: Place) -> list[Any]:
    need = parts.fields(value, at, needed=("indicator", "at_least"))
    return [parts.text(need, "indicator", at, 40), parts.score(need, "at_least", at)]


def read_indicator(parts: Parts, value: Any, at: Place) -> dict[str, Any]:
    """Return one indicator; its maximum in hundredths."""
    one = parts.fields(value, at, needed=("key", "name", "max", "source"), may=("unit", "formula", "by"))
    return _measured(parts, one, at, parts.score(one, "max", at), parts.roles)


def _measured(parts: Parts, one: dict[str, Any], at: Place, most: int, roles: tuple[str, ...]) -> dict[str, Any]:
    source = SOURCES.get(parts.choice(one, "source", at, list(SOURCES)))
    formula = None
    if source is Source.AUTOMATIC:
        if "formula" not in one:
            parts.say(at, "an automatic indicator needs a formula")
        else:
            formula = read_formula(parts, one["formula"], (*at, "formula"), most)
        if "by" in one:
            parts.say((*at, "by"), "nobody assesses an automatic indicator")
    elif "formula" in one and source:
        parts.say((*at, "formula"), "an assessed indicator has no formula")
    return {
        **_named(parts, one, at),
        "most": most,
        "source": source and source.value,
        "formula": formula,
        **_by(parts, one, at, roles),
    }


def _named(parts: Parts, one: dict[str, Any], at: Place) -> dict[str, Any]:
    unit = parts.text(one, "unit", at, 12) if "unit" in one else ""
    return {"key": parts.key(one, at), **parts.names(one, at, 40), "unit": unit}


def _office(parts: Parts) -> tuple[str, ...]:
    """Return who may decide about items: they happen or not, so no panel takes a mean of them."""
    return tuple(role for role in parts.roles if role != PANEL)


def _by(parts: Parts, one: dict[str, Any], at: Place, roles: tuple[str, ...]) -> dict[str, Any]:
    """Return who of `roles` may assess it, where the file says so."""
    if "by" not in one:
        return {}
    named = parts.texts(one, "by", at)
    for n, role in enumerate(named):
        place = (*at, "by") if isinstance(one["by"], str) else (*at, "by", n)
        parts.known(role, place, roles, "assessing role")
    return {"by": named}


def read_items(parts: Parts, top: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, int], list[Place]]:
    """Return bonuses, honours, deductions and vetoes in one list, the cap of each kind that has one, and where each item stands."""
    made: list[dict[str, Any]] = []
    caps: dict[str, int] = {}
    places: list[Place] = []
    for block, kind in BLOCKS.items():
        if block not in top:
            continue
        found = parts.fields(top[block], (block,), needed=("items",), may=("cap",))
        if "cap" in found:
            caps[kind.value] = parts.score(found, "cap", (block,), MOST_TOTAL)
        for n, value in enumerate(parts.items(found, "items", (block,))):
            places.append((block, "items", n))
            made.append(
                _honour(parts, value, places[-1]) if kind is ItemKind.HONOUR else _item(parts, value, places[-1], kind)
            )
    for n, value in enumerate(parts.items(top, "vetoes", ())):
        places.append(("vetoes", n))
        made.append(_veto(parts, value, places[-1]))
    return made, caps, places


def _item(parts: Parts, value: Any, at: Place, kind: ItemKind) -> dict[str, Any]:
    one = parts.fields(
        value, at, needed=("key", "name", "max", "source"), may=("unit", "formula", "by", "star", "each")
    )
    most = parts.score(one, "max", at)
    made = {"kind": kind.value, **_measured(parts, one, at, most, _office(parts))}
    if "star" in one:
        made["star"] = parts.text(one, "star", at, 40)
    if "each" in one:
        made["each"] = parts.score(one, "each", at)
        if made["source"] == Source.AUTOMATIC.value:
            parts.say((*at, "each"), "each goes with an assessed item; a counted one has its formula")
        elif made["each"] and most % made["each"]:
            parts.say(
                (*at, "each"),
                "max {most} is not a whole number of times {each}",
                most=shown(most),
                each=shown(made["each"]),
            )
    return made


def _honour(parts: Parts, value: Any, at: Place) -> dict[str, Any]:
    one = parts.fields(value, at, needed=("key", "name", "points"), may=("by", "star"))
    made = {
        "kind": ItemKind.HONOUR.value,
        **_named(parts, one, at),
        "most": parts.score(one, "points", at),
        "source": Source.ASSESSED.value,
        "formula": None,
        **_by(parts, one, at, _office(parts)),
    }
    return {**made, "star": parts.text(one, "star", at, 40)} if "star" in one else made


def _veto(parts: Parts, value: Any, at: Place) -> dict[str, Any]:
    one = parts.fields(value, at, needed=("key", "name"), may=("by", "stars", "tier_at_most"))
    made = {
        "kind": ItemKind.VETO.value,
        **_named(parts, one, at),
        "most": HUNDREDTHS,
        "source": Source.ASSESSED.value,
        "formula": None,
        **_by(parts, one, at, _office(parts)),
    }
    if "stars" in one:
        made["stars"] = parts.texts(one, "stars", at)
    if "tier_at_most" in one:
        made["tier_at_most"] = parts.text(one, "tier_at_most", at, 20)
    return made


def read_tier(parts: Parts, value: Any, at: Place, stars: int) -> dict[str, Any]:
    """Return one tier."""
    may = ("lit_stars", "total", "each_star_percent", "each_star", "floors", "lit", "quota")
    tier = parts.fields(value, at, needed=("name",), may=may)
    made: dict[str, Any] = {
        **parts.names(tier, at, 20),
        "lit_stars": parts.whole(tier, "lit_stars", at, 0, stars) if "lit_stars" in tier else 0,
        "total": parts.score(tier, "total", at, MOST_TOTAL) if "total" in tier else 0,
        "each_star_percent": parts.whole(tier, "each_star_percent", at, 0, 100) if "each_star_percent" in tier else 0,
    }
    if "each_star" in tier:
        made["each_star"] = parts.score(tier, "each_star", at)
    if "floors" in tier:
        place = (*at, "floors")
        if not isinstance(tier["floors"], dict) or not tier["floors"]:
            parts.say(place, "floors must say a score for each star it names")
        else:
            made["floors"] = {str(key): parts.score(tier["floors"], key, place) for key in tier["floors"]}
    if "lit" in tier:
        made["lit"] = parts.texts(tier, "lit", at)
    if "quota" in tier:
        made["quota"] = _quota(parts, tier["quota"], (*at, "quota"))
    return made


def _quota(parts: Parts, value: Any, at: Place) -> dict[str, Any]:
    quota = parts.fields(value, at, needed=(), may=("percent", "branches", "least", "ties"))
    if len({"percent", "branches"} & set(quota)) != 1:
        parts.say(at, "a quota is either a percent of the branches or a number of branches")
    made: dict[str, Any] = {"percent_hundredths": None, "branches": None, "least": 0}
    if "percent" in quota:
        made["percent_hundredths"] = parts.score(quota, "percent", at, 100)
    if "branches" in quota:
        made["branches"] = parts.whole(quota, "branches", at, 1, MOST_VERSION)
    if "least" in quota:
        made["least"] = parts.whole(quota, "least", at, 0, MOST_VERSION)
    made["ties"] = (
        parts.choice(quota, "ties", at, [rule.value for rule in TieRule]) if "ties" in quota else TieRule.OUT.value
    )
    return made
