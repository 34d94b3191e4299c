"""What a scheme's version changed against the one before it, part by part: a reader need not lay two files side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pointsapp.stars.rules.scheme import Indicator, Item, ItemKind, Scheme, Star, Tier


class What(StrEnum):
    TOTAL = "total"
    STAR_ADDED = "star_added"
    STAR_GONE = "star_gone"
    LIT_AT = "lit_at"
    STAR_RULES = "star_rules"
    ADDED = "added"
    GONE = "gone"
    MOST = "most"
    FORMULA = "formula"
    BY = "by"
    ITEM_ADDED = "item_added"
    ITEM_GONE = "item_gone"
    ITEM_CHANGED = "item_changed"
    TIERS = "tiers"
    LEAST_TOTAL = "least_total"
    TIES = "ties"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeChange:
    """One change; `before` and `after` are scores in hundredths where figures changed. `by` are the roles that assess now."""

    what: What
    name: str = ""
    before: int | None = None
    after: int | None = None
    kind: ItemKind | None = None
    by: tuple[str, ...] = ()


def scheme_changes(before: Scheme, after: Scheme) -> tuple[SchemeChange, ...]:
    """Return what `after` changed, in the order of its parts. Names and colours are no rules, and moving a part is none."""
    return tuple(_changes(before, after))


def _changes(before: Scheme, after: Scheme) -> Iterator[SchemeChange]:
    if before.most != after.most:
        yield SchemeChange(what=What.TOTAL, before=before.most, after=after.most)
    were, are = {one.key: one for one in before.stars}, {one.key: one for one in after.stars}
    yield from (SchemeChange(what=What.STAR_GONE, name=one.name) for one in before.stars if one.key not in are)
    for star in after.stars:
        if star.key not in were:
            yield SchemeChange(what=What.STAR_ADDED, name=star.name)
        else:
            yield from _star(were[star.key], star)
    yield from _indicators(before.indicators, after.indicators)
    yield from _items({one.key: one for one in before.items}, {one.key: one for one in after.items})
    if before.pass_at != after.pass_at:
        yield SchemeChange(what=What.LEAST_TOTAL, before=before.pass_at, after=after.pass_at)
    if [_asks(one) for one in before.tiers] != [_asks(one) for one in after.tiers]:
        yield SchemeChange(what=What.TIERS)
    if before.ties != after.ties:
        yield SchemeChange(what=What.TIES)


def _star(before: Star, after: Star) -> Iterator[SchemeChange]:
    if before.lit_at != after.lit_at:
        yield SchemeChange(what=What.LIT_AT, name=after.name, before=before.lit_at, after=after.lit_at)
    if (before.needs, before.requires) != (after.needs, after.requires):
        yield SchemeChange(what=What.STAR_RULES, name=after.name)


def _indicators(before: Iterable[Indicator], after: Iterable[Indicator]) -> Iterator[SchemeChange]:
    were, are = {one.key: one for one in before}, {one.key: one for one in after}
    yield from (
        SchemeChange(what=What.GONE, name=one.name, before=one.most) for key, one in were.items() if key not in are
    )
    for key, one in are.items():
        old = were.get(key)
        if old is None:
            yield SchemeChange(what=What.ADDED, name=one.name, after=one.most)
            continue
        if old.most != one.most:
            yield SchemeChange(what=What.MOST, name=one.name, before=old.most, after=one.most)
        if (old.source, old.formula) != (one.source, one.formula):
            yield SchemeChange(what=What.FORMULA, name=one.name)
        if old.source == one.source and old.by != one.by:
            yield SchemeChange(what=What.BY, name=one.name, by=one.by)


def _items(were: Mapping[str, Item], are: Mapping[str, Item]) -> Iterator[SchemeChange]:
    for key, one in were.items():
        if key not in are:
            yield SchemeChange(what=What.ITEM_GONE, name=one.indicator.name, kind=one.kind)
    for key, one in are.items():
        if key not in were:
            yield SchemeChange(what=What.ITEM_ADDED, name=one.indicator.name, kind=one.kind)
        elif _works(were[key]) != _works(one):
            yield SchemeChange(what=What.ITEM_CHANGED, name=one.indicator.name, kind=one.kind)


def _works(item: Item) -> tuple[object, ...]:
    """Return what an item does, without what it is called."""
    one = item.indicator
    return item.kind, item.star, item.each, item.stars, item.tier_at_most, one.most, one.source, one.formula, one.by


def _asks(tier: Tier) -> tuple[object, ...]:
    """Return what a tier asks for, without what it is called."""
    return tier.lit_stars, tier.total, tier.each_star_percent, tier.each_star, tier.floors, tier.lit, tier.quota
