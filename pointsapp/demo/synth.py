"""Synthetic people and entries in bulk, for scale tests: invented residents, and entries through the ledger's own batch door.

Every entry obeys the same rules as a real one: unique references, budgets and balances that never go below zero, balances after
each line. A run with a seed gives the same people and sums again; two runs stand beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow, require_area
from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import import_areas
from pointsapp.core.transaction import write
from pointsapp.demo.dice import Dice
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post, post_many
from pointsapp.people.services import NewPerson, create_people
from pointsapp.rewards.memos import ATTENDANCE, BUDGET_GRANTED

COMMUNITIES = 20
PEOPLE_AT_ONCE, ENTRIES_AT_ONCE = 2_000, 2_000
DONATES = 0.12  # the rest of the entries are credits
POINTS, MINUTES = (5, 10, 15, 20, 30), (30, 60, 90, 120)
SPAN = timedelta(days=365)
FUND = "synth"
Progress = Callable[[int], None]


def synthesise(residents: int, entries: int, seed: int, *, now: datetime, people: Progress, posted: Progress) -> None:
    """Add `residents` people and `entries` entries spread over the year before `now`; report each batch."""
    dice = Dice(seed)
    areas = write(_areas, now=now)
    ids: list[int] = []
    for count in _batches(residents, PEOPLE_AT_ONCE):
        ids += write(_people, dice, areas, count, now=now)
        people(count)
    if not ids or not entries:
        return
    run = f"synth:{seed}:{ids[0]}"
    budget = accounts.budget(areas[0].id)
    write(_grant, f"{run}:grant", budget, entries * max(POINTS), now=now - SPAN)
    balances: dict[int, int] = {}
    number = 0
    for count in _batches(entries, ENTRIES_AT_ONCE):
        drafts, moments = [], []
        for _ in range(count):
            drafts.append(_draft(dice, run, number, dice.choice(ids), budget, balances))
            moments.append(now - SPAN + SPAN * number / entries)
            number += 1
        write(post_many, drafts, now=moments)
        posted(count)


def _batches(total: int, size: int) -> Iterator[int]:
    for start in range(0, total, size):
        yield min(size, total - start)


def _areas(session: Session, *, now: datetime) -> list[AreaRow]:
    drafts = [
        AreaDraft(line=0, code="synth", name="合成区", kind="district", parent_code=""),
        AreaDraft(line=0, code="synth-street", name="合成街道", kind="street", parent_code="synth"),
    ] + [
        AreaDraft(line=0, code=f"synth-{n}", name=f"合成社区{n}", kind="community", parent_code="synth-street")
        for n in range(1, COMMUNITIES + 1)
    ]
    import_areas(session, drafts, now=now)
    return [require_area(session, draft.code) for draft in drafts[1:]]


def _people(session: Session, dice: Dice, areas: list[AreaRow], count: int, *, now: datetime) -> list[int]:
    homes = areas[1:]
    made = create_people(
        session,
        [
            NewPerson(name=dice.name(elder=dice.chance(0.3)), home_area_id=dice.choice(homes).id, verified_by="synth")
            for _ in range(count)
        ],
        now=now,
    )
    return [person.id for person in made]


def _grant(session: Session, reference: str, budget: str, points: int, *, now: datetime) -> None:
    posting = PostingDraft(accounts.ISSUANCE, budget, points)
    post(session, EntryDraft(reference=reference, kind="grant", postings=(posting,), memo=BUDGET_GRANTED), now=now)


def _draft(dice: Dice, run: str, number: int, person_id: int, budget: str, balances: dict[int, int]) -> EntryDraft:
    """Return a credit of both books, or a donation of what the person has."""
    reference, has = f"{run}:{number}", balances.get(person_id, 0)
    available = accounts.person_available(person_id)
    if has and dice.chance(DONATES):
        amount = dice.randrange(1, has + 1)
        balances[person_id] = has - amount
        gift = PostingDraft(available, accounts.fund(FUND), amount)
        return EntryDraft(reference=reference, kind="donation", postings=(gift,), memo=ATTENDANCE, person_id=person_id)
    points = dice.choice(POINTS)
    balances[person_id] = has + points
    postings = (
        PostingDraft(budget, available, points),
        PostingDraft(accounts.SERVICE, accounts.person_minutes(person_id), dice.choice(MINUTES)),
    )
    return EntryDraft(
        reference=reference, kind="credit", postings=postings, memo=ATTENDANCE, person_id=person_id, behaviour="other"
    )
