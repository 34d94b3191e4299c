"""Does a scheme that reads well also make sense? Sums, references, circles, tiers that nobody could ever reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pointsapp.stars.rules.check.parts import Parts, Place, Reason, shown
from pointsapp.stars.rules.scheme import ItemKind, Source

LIT_STARS = "lit_stars"
FAIR_SHARE = 3
FAIR_HEADS = 20
OUT_OF_REACH = "nobody can reach {score}: the max of {key} is {most}"
MAIN_CARRIER = (
    "the platform counts {counted} of {most} points, more than {share} %: it must not be the main carrier of assessment"
)
NO_FULL_BAND = "the best band gives {best}, so nobody gets the max of {most}"
LUCK = "a share of fewer than {fair} people would be luck; least is {least}"
LUCK_PER_HEAD = (
    "a figure per head of fewer than {fair} residents would be luck; least is {least}: "
    "with a higher one a branch with too few residents says so"
)


def judge_keys(parts: Parts, made: dict[str, Any], item_places: Sequence[Place]) -> None:
    """Say what stands twice: stars, tiers, and everything that is scored (an item's key is one with the indicators')."""
    stars = made["stars"]
    parts.unique([(star["key"], ("stars", n, "key")) for n, star in enumerate(stars)], "star")
    scored: list[tuple[str, Place]] = [
        (one["key"], ("stars", n, "indicators", m, "key"))
        for n, star in enumerate(stars)
        for m, one in enumerate(star["indicators"])
    ]
    items = zip(made.get("items", ()), item_places, strict=True)
    scored += [(item["key"], (*place, "key")) for item, place in items]
    parts.unique(scored, "indicator")
    parts.unique([(tier["name"], ("tiers", n, "name")) for n, tier in enumerate(made["tiers"])], "tier")


def judge_sums(parts: Parts, made: dict[str, Any], total: int) -> None:
    """Say whether the weights add up to what the file says they do."""
    added = most_of(made)
    if total and not parts.problems and total != added:
        parts.say(
            ("total",), "total is {score}, but the indicators add up to {most}", score=shown(total), most=shown(added)
        )
    if made.get("pass_at", 0) > reachable(made):
        parts.say(
            ("pass_at",),
            "nobody can reach {score}: at most {most}",
            score=shown(made["pass_at"]),
            most=shown(reachable(made)),
        )


def most_of(made: dict[str, Any]) -> int:
    return sum(one["most"] for star in made["stars"] for one in star["indicators"])


def reachable(made: dict[str, Any]) -> int:
    """Return the highest total there can be, bonuses and honours included."""
    extra = 0
    for kind in (ItemKind.BONUS, ItemKind.HONOUR):
        points = sum(item["most"] for item in made.get("items", ()) if item["kind"] == kind and not item.get("star"))
        extra += min(points, made.get("caps", {}).get(kind.value, points))
    return most_of(made) + extra


def judge_references(parts: Parts, made: dict[str, Any], item_places: Sequence[Place]) -> None:
    """Say which names lead nowhere, and which stars require one another in a circle."""
    stars = [star["key"] for star in made["stars"]]
    for n, star in enumerate(made["stars"]):
        own = {one["key"]: one["most"] for one in star["indicators"]}
        for m, (key, at_least) in enumerate(star.get("needs", ())):
            place: Place = ("stars", n, "needs", m)
            if parts.known(key, (*place, "indicator"), own, "indicator of this star") and at_least > own[key]:
                parts.say((*place, "at_least"), OUT_OF_REACH, score=shown(at_least), key=key, most=shown(own[key]))
        for m, key in enumerate(star.get("requires", ())):
            parts.known(key, ("stars", n, "requires", m), stars, "star")
    _judge_circles(parts, made["stars"])
    tiers = [tier["name"] for tier in made["tiers"]]
    for item, place in zip(made.get("items", ()), item_places, strict=True):
        if "star" in item:
            parts.known(item["star"], (*place, "star"), stars, "star")
        for key in item.get("stars", ()):
            parts.known(key, (*place, "stars"), stars, "star")
        if "tier_at_most" in item:
            parts.known(item["tier_at_most"], (*place, "tier_at_most"), tiers, "tier")
    for m, key in enumerate(made.get("ties", ())):
        parts.known(key, ("ties", m), [LIT_STARS, *stars], "star")


def _judge_circles(parts: Parts, stars: Sequence[dict[str, Any]]) -> None:
    requires = {star["key"]: star.get("requires", []) for star in stars}
    for n, star in enumerate(stars):
        way = _way_back(star["key"], requires)
        if way:
            parts.say(
                ("stars", n, "requires"), "these stars require one another in a circle: {way}", way=" -> ".join(way)
            )


def _way_back(start: str, requires: dict[str, list[str]]) -> list[str]:
    """Return the shortest way from a star through what it requires back to itself; empty when there is none."""
    ways, seen = [[start]], set[str]()
    for way in ways:  # grows while it is walked
        for key in requires.get(way[-1], ()):
            if key == start:
                return [*way, key]
            if key not in seen:
                seen.add(key)
                ways.append([*way, key])
    return []


def judge_tiers(parts: Parts, made: dict[str, Any]) -> None:
    """Say which tiers nobody could reach, or would never be given because a better one is as easy to get."""
    most = {star["key"]: sum(one["most"] for one in star["indicators"]) for star in made["stars"]}
    for n, tier in enumerate(made["tiers"]):
        place = ("tiers", n)
        if tier["total"] > reachable(made):
            words = "nobody can reach {score}: the scheme's total is {most}"
            if reachable(made) > most_of(made):
                words += ", with bonuses and honours {extra}"
            facts = {"score": shown(tier["total"]), "most": shown(most_of(made)), "extra": shown(reachable(made))}
            parts.say((*place, "total"), words, **facts)
        for key, star in most.items():
            if tier.get("each_star", 0) > star:
                words = "nobody can reach {score} in every star: the max of {key} is {most}"
                parts.say((*place, "each_star"), words, score=shown(tier["each_star"]), key=key, most=shown(star))
                break
        for key, floor in tier.get("floors", {}).items():
            if parts.known(key, (*place, "floors", key), most, "star") and floor > most[key]:
                here = (*place, "floors", key)
                parts.say(here, OUT_OF_REACH, score=shown(floor), key=key, most=shown(most[key]))
        for m, key in enumerate(tier.get("lit", ())):
            parts.known(key, (*place, "lit", m), most, "star")
        for better in made["tiers"][:n]:
            if not better.get("quota") and _is_as_easy(better, tier, made):
                words = "nobody is ever {tier}: whoever reaches it reaches {better}, which stands above it"
                parts.say(place, words, tier=tier["name"], better=better["name"])
                break


def _is_as_easy(better: dict[str, Any], tier: dict[str, Any], made: dict[str, Any]) -> bool:
    """Tell whether all that `better` asks for is asked for by `tier`, too."""
    for star in made["stars"]:
        if _floor(better, star) > _floor(tier, star):
            return False
    lit, needed = set(better.get("lit", ())), set(tier.get("lit", ()))
    return (
        better["total"] <= max(tier["total"], made.get("pass_at", 0))
        and better["lit_stars"] <= max(tier["lit_stars"], len(needed))
        and lit <= needed
    )


def _floor(tier: dict[str, Any], star: dict[str, Any]) -> int:
    most: int = sum(one["most"] for one in star["indicators"])
    share: int = -(-most * tier["each_star_percent"] // 100)
    lit: int = star["lit_at"] if star["key"] in tier.get("lit", ()) else 0
    floors: dict[str, int] = tier.get("floors", {})
    return max(share, int(tier.get("each_star", 0)), floors.get(star["key"], 0), lit)


def warnings(made: dict[str, Any], item_places: Sequence[Place], counted_share: int) -> list[tuple[Place, str]]:
    """Return what is allowed and yet worth a second look; `counted_share` is the percent the platform may count without a word."""
    found: list[tuple[Place, str]] = []
    counted = sum(
        one["most"] for star in made["stars"] for one in star["indicators"] if one["source"] == Source.AUTOMATIC.value
    )
    most = most_of(made)
    if counted * 100 > most * counted_share:
        facts = {"counted": shown(counted), "most": shown(most), "share": counted_share}
        found.append((("total",), Reason(MAIN_CARRIER, **facts)))
    for n, star in enumerate(made["stars"]):
        for m, one in enumerate(star["indicators"]):
            found += _of_formula(one, ("stars", n, "indicators", m, "formula"))
    for item, place in zip(made.get("items", ()), item_places, strict=True):
        found += _of_formula(item, (*place, "formula"))
    return found + _of_quotas(made)


def _of_formula(one: dict[str, Any], at: Place) -> list[tuple[Place, str]]:
    formula = one["formula"]
    if not formula:
        return []
    found: list[tuple[Place, str]] = []
    best = max((score for _, score in formula["bands"]), default=one["most"])
    if best < one["most"]:
        found.append(((*at, "bands"), Reason(NO_FULL_BAND, best=shown(best), most=shown(one["most"]))))
    if formula["to"] and formula["least"] < FAIR_SHARE:
        found.append(((*at, "least"), Reason(LUCK, fair=FAIR_SHARE, least=formula["least"])))
    if formula["per"] and formula["least"] < FAIR_HEADS:
        # Without a word it is 1: versions that are in force say so, and what they say stays.
        found.append(((*at, "least"), Reason(LUCK_PER_HEAD, fair=FAIR_HEADS, least=formula["least"])))
    return found


def _of_quotas(made: dict[str, Any]) -> list[tuple[Place, str]]:
    shares = [tier["quota"]["percent_hundredths"] or 0 for tier in made["tiers"] if tier.get("quota")]
    if sum(shares) > 10_000:
        return [(("tiers",), Reason("the quotas of the tiers add up to {share} %", share=shown(sum(shares))))]
    return []
