"""Manual evidence: given once, used often, refused where the platform knows already; published, withdrawn, frozen; and its burden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.file_kinds import FileKind
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.stars.errors import (
    ProofElsewhere,
    ProofFrozen,
    ProofGivenAlready,
    ProofNotNeeded,
    ProofOtherQuarter,
    ProofUsedAlready,
    ProofWithdrawn,
)
from pointsapp.stars.models import Evidence, Proof, ProofFile, Round, RoundState
from pointsapp.stars.queries import burden_beside, burdens_page, find_branch, pieces_of
from pointsapp.stars.rules.proofs import Burden, middle, words_digest
from pointsapp.stars.services import (
    AddItem,
    GiveProof,
    ItemDraft,
    KeptFile,
    LinkEvidence,
    add_item,
    give_proof,
    keep_access,
    link_evidence,
    opened_piece,
    publish_proof,
    use_proof,
    withdraw_proof,
)
from tests.factories import actor_of, make_person, make_platform_admin, make_staff
from tests.stars.things import report, report_work, this_round

FILE = KeptFile(
    sha256=sha256(b"kept").hexdigest(),
    given_sha256=sha256(b"given").hexdigest(),
    kind=FileKind.PDF,
    size=4,
    name="会议记录.pdf",
)


@pytest.fixture
def secretary(session: Session, tree: dict[str, Area]) -> Actor:
    return actor_of(session, make_staff(session, tree["community"], Role.BRANCH_SECRETARY))


def piece(session: Session, area: Area, **over: Any) -> GiveProof:
    plain = GiveProof(
        round_id=this_round(session).public_id,
        branch_id=f"b-{area.code}",
        title="三会一课记录",
        words="原件在三号柜",
        happened_on=date(2026, 11, 20),
        uses=("indicator:party_life",),
    )
    return replace(plain, **over)


def give(session: Session, actor: Actor, area: Area, **over: Any) -> Any:
    return write(give_proof, actor, piece(session, area, **over), now=clock.now())


def shown(session: Session, area: Area, actor: Actor | None) -> Any:
    return pieces_of(session, this_round(session), find_branch(session, f"b-{area.code}"), actor)


class TestGiving:
    def test_it_stands_in_the_docket_with_its_uses(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"], file=FILE)
        assert done.number == 1
        (row,) = shown(session, tree["community"], secretary)
        assert (row.title, row.indicators, row.kind, row.sha256) == (
            "三会一课记录",
            ("party_life",),
            "file",
            FILE.sha256,
        )
        assert give(session, secretary, tree["community"], title="另一件").number == 2

    @pytest.mark.parametrize(
        ("make", "may"),
        [
            pytest.param(lambda s, t: make_staff(s, t["community"], Role.BRANCH_SECRETARY), True, id="own secretary"),
            pytest.param(lambda s, t: make_staff(s, t["community"]), True, id="community staff"),
            pytest.param(lambda s, t: make_staff(s, t["other"], Role.BRANCH_SECRETARY), False, id="other secretary"),
            pytest.param(lambda s, t: make_staff(s, t["other"]), False, id="other staff"),
            pytest.param(lambda s, t: make_staff(s, t["community"], Role.GRID_LEADER), False, id="grid leader"),
            pytest.param(lambda s, t: make_staff(s, t["street"], Role.STREET_ADMIN), False, id="street office"),
            pytest.param(lambda s, t: make_person(s, t["community"]), False, id="resident"),
        ],
    )
    def test_the_secretary_or_community_staff_give_it(
        self, session: Session, tree: dict[str, Area], make: Callable[..., Any], may: bool
    ) -> None:
        actor = actor_of(session, make(session, tree))
        if may:
            assert give(session, actor, tree["community"]).number == 1
        else:
            with pytest.raises(Forbidden):
                give(session, actor, tree["community"])

    def test_what_is_counted_is_never_asked_for(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        with pytest.raises(ProofNotNeeded):
            give(session, secretary, tree["community"], uses=("indicator:tasks",))
        assert session.scalar(select(func.count()).select_from(Proof)) == 0
        done = give(session, secretary, tree["community"])
        with pytest.raises(ProofNotNeeded):
            write(use_proof, secretary, done.branch_id, done.public_id, "indicator:hours", now=clock.now())

    def test_the_same_file_or_words_are_given_once(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        give(session, secretary, tree["community"], file=FILE)
        with pytest.raises(ProofGivenAlready) as refused:
            give(session, secretary, tree["community"], title="改了名字", file=replace(FILE, name="b.pdf"))
        assert refused.value.facts == {"number": 1}
        give(session, secretary, tree["community"], title="说明")
        with pytest.raises(ProofGivenAlready):
            give(session, secretary, tree["community"], title="说明")

    def test_another_branch_gives_the_same_file_and_it_is_kept_once(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        other = actor_of(session, make_staff(session, tree["other"]))
        give(session, secretary, tree["community"], file=FILE)
        give(session, other, tree["other"], file=FILE)
        assert session.scalar(select(func.count()).select_from(ProofFile)) == 1
        assert session.scalar(select(func.count()).select_from(Proof)) == 2

    def test_after_a_withdrawal_it_can_be_given_again(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"], file=FILE)
        write(withdraw_proof, secretary, done.branch_id, done.public_id, "拍糊了", now=clock.now())
        assert give(session, secretary, tree["community"], file=FILE).number == 2

    @pytest.mark.parametrize("day", [date(2026, 9, 30), date(2026, 11, 22), date(2027, 1, 1)])
    def test_what_happened_in_another_quarter_or_not_yet_shows_nothing(
        self, session: Session, tree: dict[str, Area], secretary: Actor, day: date
    ) -> None:
        with pytest.raises(ProofOtherQuarter):
            give(session, secretary, tree["community"], happened_on=day)

    def test_a_branch_that_takes_no_part_or_an_unknown_line_is_said(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        with pytest.raises(NotFound):
            give(session, secretary, tree["community"], branch_id="nosuchbranch")
        for use in ("indicator:no_such", "item:nosuchitem00", "star:first", "party_life"):
            with pytest.raises(Invalid):
                give(session, secretary, tree["community"], uses=(use,))


class TestUses:
    def test_once_for_a_line(self, session: Session, tree: dict[str, Area], secretary: Actor) -> None:
        done = give(session, secretary, tree["community"])
        with pytest.raises(ProofUsedAlready):
            write(use_proof, secretary, done.branch_id, done.public_id, "indicator:party_life", now=clock.now())

    def test_for_a_plan_item_and_a_row_of_the_same_branch_and_quarter(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"], uses=())
        item = _item(session, secretary, tree["community"])
        report(session, "tasks.closed", tree["grid"], participants=3)
        row = session.scalar(select(Evidence.public_id))
        for use in (f"item:{item}", f"row:{row}"):
            write(use_proof, secretary, done.branch_id, done.public_id, use, now=clock.now())
        (one,) = shown(session, tree["community"], secretary)
        assert (one.items, one.rows, one.uses) == (((item, "补齐记录"),), (row,), 2)

    def test_never_for_another_branch(self, session: Session, tree: dict[str, Area], secretary: Actor) -> None:
        admin = actor_of(session, make_platform_admin(session))
        done = give(session, admin, tree["community"])
        item = _item(session, admin, tree["other"])
        report(session, "tasks.closed", tree["other"], participants=3)
        row = session.scalar(select(Evidence.public_id))
        for use in (f"item:{item}", f"row:{row}"):
            with pytest.raises(ProofElsewhere):
                write(use_proof, admin, done.branch_id, done.public_id, use, now=clock.now())
        elsewhere = f"b-{tree['other'].code}"
        with pytest.raises(ProofElsewhere):
            write(use_proof, admin, elsewhere, done.public_id, "indicator:party_life", now=clock.now())

    def test_never_for_another_quarters_row(self, session: Session, tree: dict[str, Area], secretary: Actor) -> None:
        done = give(session, secretary, tree["community"])
        report(session, "tasks.closed", tree["community"], participants=3, occurred_at="2026-09-01T10:00:00+08:00")
        row = session.scalar(select(Evidence.public_id))
        with pytest.raises(ProofElsewhere):
            write(use_proof, secretary, done.branch_id, done.public_id, f"row:{row}", now=clock.now())


class TestLife:
    def test_withdrawn_it_stands_for_nothing_and_takes_no_change(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"])
        write(publish_proof, secretary, done.branch_id, done.public_id, is_public=True, now=clock.now())
        write(withdraw_proof, secretary, done.branch_id, done.public_id, "放错了", now=clock.now())
        assert shown(session, tree["community"], None) == ()
        (row,) = shown(session, tree["community"], secretary)
        assert (row.withdrawn_because, row.is_public) == ("放错了", False)
        acts: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
            (use_proof, ("indicator:party_life",), {}),
            (withdraw_proof, ("又一次",), {}),
            (publish_proof, (), {"is_public": True}),
        ]
        for act, args, kw in acts:
            with pytest.raises(ProofWithdrawn):
                write(act, secretary, done.branch_id, done.public_id, *args, now=clock.now(), **kw)

    def test_frozen_with_the_round_but_what_must_not_be_seen_can_be_taken_back(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"])
        write(publish_proof, secretary, done.branch_id, done.public_id, is_public=True, now=clock.now())
        _close(session)
        refused: list[tuple[Any, tuple[Any, ...]]] = [
            (give_proof, (piece(session, tree["community"], title="迟到的"),)),
            (use_proof, (done.branch_id, done.public_id, "indicator:party_life")),
            (withdraw_proof, (done.branch_id, done.public_id, "迟到的")),
        ]
        for act, args in refused:
            with pytest.raises(ProofFrozen):
                write(act, secretary, *args, now=clock.now())
        write(publish_proof, secretary, done.branch_id, done.public_id, is_public=False, now=clock.now())
        (row,) = shown(session, tree["community"], None)
        assert row.title is None

    def test_the_street_office_or_the_secretary_publishes_and_nobody_else(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"])
        staff = actor_of(session, make_staff(session, tree["community"]))
        with pytest.raises(Forbidden):
            write(publish_proof, staff, done.branch_id, done.public_id, is_public=True, now=clock.now())
        office = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
        assert not write(
            publish_proof, office, done.branch_id, done.public_id, is_public=True, now=clock.now()
        ).is_repeat
        assert write(publish_proof, office, done.branch_id, done.public_id, is_public=True, now=clock.now()).is_repeat

    @pytest.mark.parametrize("table", ["proof_file", "proof_use", "proof_change", "access_line"])
    def test_the_database_keeps_the_trace(
        self, session: Session, tree: dict[str, Area], secretary: Actor, table: str
    ) -> None:
        give(session, secretary, tree["community"], file=FILE)
        if table == "access_line":
            seen = opened_piece(this_round(session), find_branch(session, f"b-{tree['community'].code}"), "x")
            write(keep_access, secretary, [seen], now=clock.now())
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(f"DELETE FROM {table}"))
        session.rollback()


class TestWhoSeesWhat:
    def test_guests_a_digest_residents_a_title_officers_all(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        give(session, secretary, tree["community"], file=FILE)
        resident = actor_of(session, make_person(session, tree["community"]))
        foreign = actor_of(session, make_staff(session, tree["other"]))
        (guest,) = shown(session, tree["community"], None)
        assert (guest.title, guest.words, guest.file_name, guest.by, guest.sha256) == (
            None,
            None,
            None,
            None,
            FILE.sha256,
        )
        for neighbour in (resident, foreign):
            (row,) = shown(session, tree["community"], neighbour)
            assert (row.title, row.words, row.file_name, row.by) == ("三会一课记录", None, None, None)
        (row,) = shown(session, tree["community"], secretary)
        assert (row.words, row.file_name) == ("原件在三号柜", "会议记录.pdf")
        assert row.by is not None

    def test_words_are_digested_with_a_salt_that_only_readers_have(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        done = give(session, secretary, tree["community"])
        (guest,) = shown(session, tree["community"], None)
        assert guest.salt is None
        write(publish_proof, secretary, done.branch_id, done.public_id, is_public=True, now=clock.now())
        (guest,) = shown(session, tree["community"], None)
        assert guest.salt is not None
        assert guest.sha256 == words_digest(guest.salt, guest.title, guest.words)


class TestBurden:
    def test_it_counts_what_was_asked_by_hand_and_what_came_by_itself(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        # 1 assessed and 3 counted indicators. A plan of three items: one shown by a row, one by a note, one by a piece.
        person = make_person(session, tree["community"])
        report_work(session, tree["community"], person)
        by_row, by_note, by_piece = (_item(session, secretary, tree["community"]) for _ in range(3))
        row = session.scalar(select(Evidence.public_id))
        branch = f"b-{tree['community'].code}"
        link = LinkEvidence(branch_id=branch, item_id=by_row, evidence_id=row, note=None)
        write(link_evidence, secretary, link, now=clock.now())
        note = LinkEvidence(branch_id=branch, item_id=by_note, evidence_id=None, note="纸质记录在三号柜")
        write(link_evidence, secretary, note, now=clock.now())
        give(session, secretary, tree["community"], uses=("indicator:party_life", f"item:{by_piece}"))
        beside = burden_beside(session, this_round(session), find_branch(session, branch))
        # asks: party_life, and the two items shown by hand; lines: 3 counted + 1 row against 2 uses + 1 note
        assert beside.own == Burden(pieces=1, assessed=1, items_by_hand=2, auto_lines=4, hand_lines=3)
        assert (beside.own.asks, beside.own.auto_percent) == (3, 57)
        # The other branch was asked for its assessed indicator only; of two the lower one is the middle.
        assert (beside.street, beside.middle.branches) == (tree["street"].name, 2)
        assert (beside.middle.pieces, beside.middle.asks, beside.middle.auto_percent) == (0, 1, 57)

    def test_the_street_office_sees_its_branches_by_code_and_no_others(
        self, session: Session, tree: dict[str, Area], secretary: Actor
    ) -> None:
        give(session, secretary, tree["community"])
        office = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
        page, between = burdens_page(session, this_round(session), office, PageRequest())
        codes = [row.branch.code for row in page.items]
        assert codes == sorted(codes)
        assert len(codes) == 2
        assert between.branches == 2
        foreign = actor_of(session, make_staff(session, tree["other_street"], Role.STREET_ADMIN))
        assert burdens_page(session, this_round(session), foreign, PageRequest())[0].items == ()

    def test_withdrawn_pieces_weigh_nothing(self, session: Session, tree: dict[str, Area], secretary: Actor) -> None:
        done = give(session, secretary, tree["community"])
        write(withdraw_proof, secretary, done.branch_id, done.public_id, "放错了", now=clock.now())
        branch = find_branch(session, f"b-{tree['community'].code}")
        own = burden_beside(session, this_round(session), branch).own
        assert (own.pieces, own.hand_lines) == (0, 0)

    def test_the_middle_of_none_says_so(self) -> None:
        assert middle([]).pieces is None
        assert Burden().auto_percent is None


def _item(session: Session, actor: Actor, area: Area) -> str:
    draft = ItemDraft(
        star="first", indicator=None, title="补齐记录", lead_unit="组织办", responsible_unit="党支部", person_id=None,
        due_on=date(2026, 12, 1),
    )  # fmt: skip
    command = AddItem(round_id=this_round(session).public_id, branch_id=f"b-{area.code}", item=draft)
    return str(write(add_item, actor, command, now=clock.now()).item_id)


def _close(session: Session) -> None:
    session.execute(update(Round).values(state=RoundState.CLOSED, closed_at=clock.now()))
    session.commit()
