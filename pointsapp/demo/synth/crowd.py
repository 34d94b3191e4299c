"""The invented people: names, homes, phones of four in five, log-ins of a few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pointsapp.areas.queries import AreaRow
from pointsapp.demo.dice import Dice
from pointsapp.demo.synth import plan
from pointsapp.demo.synth.names import personal_code
from pointsapp.demo.synth.rows import Rows


def phone_of(person_id: int) -> str:
    """Return a number that no network gives out, so that nobody real is rung up."""
    return f"101{person_id:08d}"


def settle(
    rows: Rows,
    dice: Dice,
    residents: int,
    homes: Sequence[AreaRow],
    numbers: Iterator[str],
    consent: str,
    password_hash: str | None,
    at: str,
    told: Callable[[int], None],
    joins: Callable[[Rows, int, AreaRow, str], None] | None = None,
) -> None:
    """Add the people; the first `plan.LOG_INS` have a phone and, if a hash is given, a password. `joins` is told of each: key, home."""
    quick, add, told_at = dice.random, rows.of["person"].append, 0
    for person in range(residents):
        person_id = rows.number("person")
        has_log_in = person < plan.LOG_INS
        name = dice.name(elder=quick() < plan.ELDERS)
        home = homes[int(quick() * len(homes))]
        has_phone = quick() < plan.HAS_PHONE or has_log_in
        verified = quick() < plan.IS_VERIFIED or has_log_in
        elder, shows = quick() < plan.ELDERS / 2, quick() < plan.SHOWS
        add(
            (
                person_id, next(rows.names), name, phone_of(person_id) if has_phone else None,
                password_hash if has_log_in else None, next(numbers), home.id, at if verified else None, consent, at, 1,
                int(elder), int(shows), personal_code(person_id), at,
            )
        )  # fmt: skip
        if joins is not None:
            joins(rows, person_id, home, at)
        if len(rows.of["person"]) >= 5_000:
            rows.flush()
            add = rows.of["person"].append
            told(person + 1 - told_at)
            told_at = person + 1
    rows.flush()
    told(residents - told_at)
