"""Corrections of closed rounds on both databases: errata and stars taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.notices.board_words import BOARD_WORDS
from pointsapp.notices.rules import variant
from pointsapp.stars.errors import (
    ErratumDecided,
    OwnErratum,
    RoundNotClosed,
    SameAsStored,
    ScoreAboveMax,
    StarNotLit,
)
from pointsapp.stars.models import EditionKind, RoundEdition
from pointsapp.stars.policies import SHOWS_RANKS
from pointsapp.stars.queries import (
    RoundRow,
    edition_differences,
    edition_of,
    edition_with_digest,
    editions_of,
    standings,
    stored_standings,
    wrong_editions,
)
from pointsapp.stars.queries.errata import Difference
from pointsapp.stars.rules.score import StarState
from pointsapp.stars.services import (
    Assess,
    Propose,
    assess,
    confirm_erratum,
    decline_erratum,
    propose_erratum,
)
from tests.conftest import Clock
from tests.factories import actor_of, make_platform_admin
from tests.stars.things import close_it, code, officer, tasks, totals


def effect_after(session: Session, found: RoundRow) -> list[Difference]:
    """Return what the newest edition changed against the one before it."""
    newest = edition_of(session, found)
    assert newest is not None
    return edition_differences(session, found, newest)


class TestErrata:
    def wrong(self, found: RoundRow, area: Area, **over: Any) -> Propose:
        values = {
            "kind": EditionKind.ERRATUM,
            "target": "tasks",
            "corrected": 100,
            "what": "多记两次",
            "why": "重复登记",
        }
        return Propose(**{"round_id": found.public_id, "branch_id": code(area), **values, **over})

    @pytest.fixture
    def closed(self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor) -> RoundRow:
        tasks(session, tree["community"], 3)  # 10 points
        given = Assess(round_id=found.public_id, branch_id=code(tree["community"]), indicator="party_life", score=1000, reason="齐全")  # fmt: skip
        write(assess, admin, given, now=clock.now())
        return close_it(session, clock, found, admin)

    def test_two_people_make_the_next_edition_and_the_old_one_stays(
        self, session: Session, clock: Clock, tree: dict[str, Area], closed: RoundRow, admin: Actor
    ) -> None:
        area = tree["community"]
        secretary = officer(session, area, Role.BRANCH_SECRETARY)
        first = edition_of(session, closed)
        row = write(propose_erratum, admin, self.wrong(closed, area), now=clock.now())
        assert write(propose_erratum, admin, self.wrong(closed, area), now=clock.now()).is_repeat
        with pytest.raises(OwnErratum):
            write(confirm_erratum, admin, row.public_id, now=clock.now())
        with pytest.raises(Forbidden):
            write(confirm_erratum, officer(session, tree["street"]), row.public_id, now=clock.now())
        assert totals(session, closed, clock)[code(area)] == 2000
        second = actor_of(session, make_platform_admin(session))
        assert write(confirm_erratum, second, row.public_id, now=clock.now()).edition == 2
        # One task instead of three: 2.5 points instead of 10.
        assert totals(session, closed, clock)[code(area)] == 1250
        old = stored_standings(session, closed, 1)
        assert old is not None
        assert {one.branch.code: one.score.total for one in old}[code(area)] == 2000
        assert [(one.number, one.is_current) for one in editions_of(session, closed)] == [(2, True), (1, False)]
        assert first is not None
        _found, by_digest = edition_with_digest(session, first.digest)
        assert (by_digest.number, by_digest.newest) == (1, 2)
        newest = edition_of(session, closed)
        assert newest is not None
        changes = edition_differences(session, closed, newest)
        assert [(one.branch.code, one.total_before, one.total) for one in changes] == [(code(area), 2000, 1250)]
        told = session.scalars(select(Event.person_id).where(Event.kind == "stars.standing_corrected")).all()
        assert told == [secretary.person_id]
        with pytest.raises(ErratumDecided):
            write(confirm_erratum, second, row.public_id, now=clock.now())
        assert wrong_editions(session) == []

    def test_where_no_ranks_are_shown_nobody_is_told_of_one(
        self, session: Session, clock: Clock, tree: dict[str, Area], closed: RoundRow, admin: Actor
    ) -> None:
        """2000 and 0 become 0 and 0: the other branch shares the first rank now, and its tier is what it was."""
        area = tree["community"]
        own, other = (officer(session, tree[key], Role.BRANCH_SECRETARY) for key in ("community", "other"))
        write(policy.set_value, SHOWS_RANKS, False, now=clock.now())
        second = actor_of(session, make_platform_admin(session))
        for over in ({"corrected": 0}, {"target": "party_life"}):
            row = write(propose_erratum, admin, self.wrong(closed, area, **{"corrected": 0, **over}), now=clock.now())
            write(confirm_erratum, second, row.public_id, now=clock.now())
        changes = effect_after(session, closed)
        assert [(one.branch.code, one.rank_before, one.rank) for one in changes] == [
            (code(area), 1, 1), (code(tree["other"]), 2, 1),
        ]  # fmt: skip
        assert [one.is_seen_in_tiers for one in changes] == [True, False]
        told = session.execute(
            select(Event.person_id, Event.facts).where(Event.kind == "stars.standing_corrected").order_by(Event.id)
        ).all()
        assert [person for person, _facts in told] == [own.person_id, own.person_id]
        assert other.person_id not in {person for person, _facts in told}
        assert {variant("stars.standing_corrected", facts) for _person, facts in told} == {
            "stars.standing_corrected:named_unranked"
        }
        assert "rank" not in str(BOARD_WORDS["stars.standing_corrected:named_unranked"].text)

    def test_a_star_is_taken_back_by_two_people_with_a_reason(
        self, session: Session, clock: Clock, tree: dict[str, Area], closed: RoundRow, admin: Actor
    ) -> None:
        area = tree["community"]
        back = self.wrong(closed, area, kind=EditionKind.TAKEN_BACK, target="second", corrected=None, what="")
        row = write(propose_erratum, admin, back, now=clock.now())
        second = actor_of(session, make_platform_admin(session))
        write(confirm_erratum, second, row.public_id, now=clock.now())
        standing = next(one for one in standings(session, closed, now=clock.now()) if one.branch.code == code(area))
        assert {one.star.key: one.state for one in standing.score.stars}["second"] is StarState.TAKEN_BACK
        assert standing.score.total == 2000
        newest = edition_of(session, closed)
        assert newest is not None
        assert (newest.kind, newest.why) == (EditionKind.TAKEN_BACK, "重复登记")

    def test_what_is_refused_changes_nothing(
        self, session: Session, clock: Clock, tree: dict[str, Area], closed: RoundRow, admin: Actor
    ) -> None:
        area = tree["community"]
        second = actor_of(session, make_platform_admin(session))
        for error, over in (
            (SameAsStored, {"corrected": 300}),
            (Invalid, {"corrected": 150}),  # one and a half tasks
            (Invalid, {"corrected": None}),
            (Invalid, {"target": "nothing"}),
            (ScoreAboveMax, {"target": "party_life", "corrected": 1001}),
            (NotFound, {"branch_id": "nowhere"}),
            (Invalid, {"kind": EditionKind.TAKEN_BACK, "target": "third", "corrected": None}),
            (StarNotLit, {"kind": EditionKind.TAKEN_BACK, "target": "second", "corrected": None, "branch_id": code(tree["other"])}),
        ):  # fmt: skip
            with pytest.raises(error):
                write(propose_erratum, admin, self.wrong(closed, area, **over), now=clock.now())
        row = write(propose_erratum, admin, self.wrong(closed, area), now=clock.now())
        write(decline_erratum, second, row.public_id, "材料属实", now=clock.now())
        with pytest.raises(ErratumDecided):
            write(confirm_erratum, second, row.public_id, now=clock.now())
        assert session.scalar(select(func.count()).select_from(RoundEdition)) == 1

    def test_before_the_freeze_an_objection_is_the_way(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        with pytest.raises(RoundNotClosed):
            write(propose_erratum, admin, self.wrong(found, tree["community"]), now=clock.now())
