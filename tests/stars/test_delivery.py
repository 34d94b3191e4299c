"""However the news arrives (late, twice, in any order, between counts and changes of the register), the standing is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.events import Event, EventRow
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, Evidence, Membership
from pointsapp.stars.queries import every_round, standings, verify_stars
from pointsapp.stars.services import Assess, assess, collect, count_stale
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.stars.things import make_branches, open_small_round, this_round

# One piece of news: (what, which of three people, minutes, how many days ago the work was done, how many days later it was told).
# The quarter began 51 days before the tests' clock, so some of it belongs to the quarter before.
NEWS = st.lists(
    st.tuples(
        st.sampled_from(["checkin.credited", "checkin.corrected", "tasks.closed", "stars.paper_confirmed"]),
        st.integers(0, 2),
        st.sampled_from([0, 30, 90]),
        st.sampled_from([1, 20, 49, 60]),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=7,
)
# A membership: whose, from how many days ago to how many days ago (None: it stands).
SPANS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([(None, 40), (30, 10), (15, None), (None, None)])),
    max_size=3, unique_by=lambda one: one[0],
)  # fmt: skip


class Town:
    """Two areas side by side, each with a branch and three people of its own; each example adds to what both have."""

    def __init__(self, session: Session) -> None:
        self.session = session
        tree = make_tree(session)
        self.areas = [tree["community"], tree["other"]]
        make_branches(session, *self.areas)
        open_small_round(session)
        self.office: Actor = actor_of(session, make_staff(session, tree["district"], Role.STREET_ADMIN))
        self.people: dict[int, list[Person]] = {}

    def settle(self) -> None:
        """Let three new people move into each area: nobody's memberships meet those of an example before."""
        self.people = {area.id: [make_person(self.session, area) for _ in range(3)] for area in self.areas}

    def record(self, area: Area, news: tuple[Any, ...]) -> EventRow:
        """Write the event without telling anybody."""
        kind, place, minutes, ago, later = news
        done = clocks.now() - timedelta(days=ago)
        facts: dict[str, Any] = {"minutes": minutes, "minutes_before": 30, "participants": minutes}
        person_id = None if kind == "tasks.closed" else self.people[area.id][place].id

        def act(session: Session) -> int:
            return events.record(
                session, kind, at=done + timedelta(days=later), subject="x:1", area_id=area.id, person_id=person_id,
                occurred_at=done.isoformat(), **facts,
            )  # fmt: skip

        row = self.session.get_one(Event, write(act))
        return EventRow(
            id=row.id, kind=row.kind, at=row.at, area_id=row.area_id, person_id=row.person_id, actor_id=None,
            subject=row.subject, facts=row.facts,
        )  # fmt: skip

    def join(self, area: Area, span: tuple[Any, ...]) -> None:
        place, (since, until) = span
        branch_id = self.session.scalar(select(Branch.id).where(Branch.area_id == area.id))

        def day(ago: int | None) -> Any:
            return None if ago is None else clocks.now() - timedelta(days=ago)

        person_id = self.people[area.id][place].id

        def act(session: Session) -> None:
            session.add(
                Membership(
                    person_id=person_id,
                    branch_id=branch_id,
                    starts_at=day(since),
                    ended_at=day(until),
                    recorded_at=clocks.now(),
                )
            )

        write(act)

    def assess(self, area: Area, score: int) -> None:
        command = Assess(
            round_id=this_round(self.session).public_id,
            branch_id=f"b-{area.code}",
            indicator="party_life",
            score=score,
            reason="看过",
        )
        write(assess, self.office, command, now=clocks.now())

    def outlines(self) -> list[Any]:
        rows = {row.branch.area_id: row for row in standings(self.session, this_round(self.session), now=clocks.now())}
        found = [rows[area.id] for area in self.areas]
        # How many rows a count stands on is known only of what was counted since the last change; `_must_replay` compares that.
        return [(row.rank, row.score, replace(row.tally, rows=None), row.missed) for row in found]


def _town(session: Session) -> Town:
    found: dict[int, Town] = session.info.setdefault("town", {})
    return found.setdefault(0, found.get(0) or Town(session))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    news=NEWS,
    spans=SPANS,
    scores=st.lists(st.sampled_from([0, 500, 1000]), max_size=2),
    dice=st.randoms(use_true_random=False),
)
def test_news_may_arrive_in_any_order_and_twice(
    session: Session, news: list[Any], spans: list[Any], scores: list[int], dice: Any
) -> None:
    # Drawn before anything is done: an example that runs out of draws is given up, and must not have been half done.
    twice = dice.sample(range(len(news)), dice.randint(0, len(news)))
    steps = (
        [("tell", n) for n in [*range(len(news)), *twice]]
        + [("join", n) for n in range(len(spans))]
        + [("count", 0)] * 2
    )
    mixed = dice.sample(steps, len(steps))
    town = _town(session)
    town.settle()
    plain, other = town.areas
    rows = [town.record(plain, one) for one in news]
    for row in rows:
        write(collect, row)
    for span in spans:
        town.join(plain, span)
    rows = [town.record(other, one) for one in news]
    for what, n in mixed:
        if what == "tell":
            write(collect, rows[n])
        elif what == "join":
            town.join(other, spans[n])
        else:
            write(count_stale, now=clocks.now())
    for score in scores:  # the newest counts, so these keep their order; whose branch is scored first does not matter
        for area in dice.sample(town.areas, 2):
            town.assess(area, score)
    first, second = town.outlines()
    assert first == second
    _must_replay(session, clocks.now())
    assert town.outlines() == [first, second]


def _must_replay(session: Session, now: Any) -> None:
    """Count everything, then tell all events once more: nothing may differ from what is stored."""
    write(events.deliver_due, now=now)
    while write(count_stale, now=now):
        pass
    report = verify_stars(session, every_round(session), now=now)
    assert report.problems == []
    start, end = this_round(session).span(now).start, this_round(session).span(now).end
    stored = session.scalar(
        select(func.count()).select_from(Evidence).where(Evidence.occurred_at >= start, Evidence.occurred_at < end)
    )
    assert (report.evidence, report.waiting) == (stored, 0)
