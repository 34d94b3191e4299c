"""A draw from announcement to result: nobody can know it, nobody can change it, nobody can draw twice, and everybody can run it again."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.inspections.errors import (
    BranchNotInRound,
    DrawIsOver,
    DrawListChanged,
    DrawStillOpen,
    InspectorNotFree,
    ListTooShort,
    ValueKnownAlready,
    ValueNotYetKnown,
)
from pointsapp.inspections.models import DrawOutcome, DrawSeed, Inspection, InspectionDraw
from pointsapp.inspections.queries import draw_page, draws_page
from pointsapp.inspections.services import cancel_draw, reveal_draw
from pointsapp.people.services import end_role
from pointsapp.stars.errors import RoundClosed
from pointsapp.stars.models import Membership, Round, RoundState
from tests.conftest import Clock, HouseClient
from tests.factories import grant
from tests.inspections.test_rules import other_hand
from tests.inspections.things import SEED, VALUE, Street


def revealed(street: Street, clock: Clock, value: str = VALUE, **over: object) -> str:
    """Announce, wait until the value is out, draw; return the draw's id."""
    made = street.announce(**over)  # type: ignore[arg-type]
    clock.forward(hours=21)
    write(reveal_draw, street.actor("office"), made.public_id, value, "中国福彩网", now=clock.at)
    return made.public_id


def test_before_the_draw_everything_is_published_but_the_seed(session: Session, clock: Clock, street: Street) -> None:
    made = street.announce()
    page = draw_page(session, made.public_id, None, now=clock.at)
    assert (page.row.state, page.row.number, page.row.branch_count) == ("committed", 1, 7)
    assert len(page.row.commitment) == len(page.row.branches_hash) == 64
    assert [name for _label, name in page.inspectors] == ["", "", ""]  # no person's name in public
    assert page.commitment_text is None
    said = json.dumps(page.document, ensure_ascii=False)
    assert SEED not in said
    assert page.document["seed"] is page.document["result"] is page.document["value"] is None
    names = [
        name for _label, name in draw_page(session, made.public_id, street.actor("office"), now=clock.at).inspectors
    ]
    assert all(names)
    assert not any(dict(draw_page(session, made.public_id, street.actor("reader"), now=clock.at).inspectors).values())


def test_the_draw_was_run_again_from_the_published_values(session: Session, clock: Clock, street: Street) -> None:
    page = draw_page(session, revealed(street, clock), None, now=clock.at)
    file = json.loads(json.dumps(page.document))
    commitment, result = other_hand(file)  # another implementation, from the file alone
    assert commitment == page.row.commitment
    assert file["result"] == [{"code": code, "inspectors": who} for code, who in result]
    assert len(result) == 3
    visits = session.execute(select(Inspection.branch_id, Inspection.inspector_id)).all()
    people = dict(zip(street.grants("inspector", "second", "third"), ("inspector", "second", "third"), strict=True))
    expected = {(street.branch_id(code), street.people[people[key]].id) for code, who in result for key in who}
    assert set(map(tuple, visits)) == expected
    assert page.outcome is not None
    assert (page.outcome.seed, page.outcome.value, page.outcome.value_found) == (SEED, VALUE, "中国福彩网")


def test_the_command_draws_again_without_a_database(
    session: Session, client: HouseClient, clock: Clock, street: Street, tmp_path: Path
) -> None:
    draw_id = revealed(street, clock)
    answer = client.get(f"/inspections/draws/{draw_id}/draw.json")
    assert answer.status_code == 200
    file = tmp_path / "draw.json"
    file.write_bytes(answer.data)
    run = partial(client.application.test_cli_runner().invoke, args=["stars", "redraw", str(file)])
    asked = session.get_bind().engine
    from sqlalchemy import event

    statements: list[str] = []
    event.listen(asked, "before_cursor_execute", lambda *given: statements.append(given[2]))
    done = run()
    assert done.exit_code == 0, done.output
    assert "comes out the same" in done.output
    assert statements == []
    document = json.loads(answer.data)
    file.write_text(json.dumps(document | {"value": "9 9 9"}))
    assert run().exit_code == 1
    file.write_text(json.dumps(document | {"seed": None, "value": None, "result": None}))
    assert run().exit_code == 2
    file.write_text("[]")
    assert run().exit_code == 1
    by_id = client.application.test_cli_runner().invoke(args=["stars", "redraw", "--draw", draw_id])
    assert (by_id.exit_code, "the same" in by_id.output) == (0, True)
    assert client.application.test_cli_runner().invoke(args=["stars", "redraw", "--draw", "nosuch"]).exit_code == 1


def test_the_published_files_hash_to_the_published_hashes(client: HouseClient, clock: Clock, street: Street) -> None:
    import hashlib

    made = street.announce()
    where = f"/inspections/draws/{made.public_id}"
    page = client.get(where).get_data(as_text=True)
    for name in ("branches.txt", "inspectors.txt"):
        assert hashlib.sha256(client.get(f"{where}/{name}").data).hexdigest() in page
    assert client.get(f"{where}/commitment.txt").status_code == 404
    assert client.get(f"{where}/seed.txt").status_code == 404
    assert SEED not in page
    clock.forward(hours=21)
    write(reveal_draw, street.actor("office"), made.public_id, VALUE, "中国福彩网", now=clock.at)
    page = client.get(where).get_data(as_text=True)
    assert hashlib.sha256(client.get(f"{where}/commitment.txt").data).hexdigest() in page
    assert SEED in page
    assert VALUE in page


def test_the_value_cannot_be_entered_before_its_moment(session: Session, clock: Clock, street: Street) -> None:
    made = street.announce()
    office = street.actor("office")
    clock.forward(hours=19, minutes=59)
    with pytest.raises(ValueNotYetKnown):
        write(reveal_draw, office, made.public_id, VALUE, "网上", now=clock.at)
    assert draw_page(session, made.public_id, None, now=clock.at).outcome is None
    clock.forward(minutes=1)
    assert draw_page(session, made.public_id, None, now=clock.at).row.state == "due"
    assert write(reveal_draw, office, made.public_id, VALUE, "网上", now=clock.at).is_repeat is False


def test_a_draw_is_drawn_once(session: Session, clock: Clock, street: Street) -> None:
    draw_id, office = revealed(street, clock), street.actor("office")
    assert write(reveal_draw, office, draw_id, VALUE, "网上", now=clock.at).is_repeat
    for act in (
        partial(write, reveal_draw, office, draw_id, "3 7 8", "网上", now=clock.at),
        partial(write, cancel_draw, office, draw_id, "结果不满意", now=clock.at),
    ):
        with pytest.raises(DrawIsOver):
            act()
    assert session.scalar(select(func.count()).select_from(Inspection)) == 6


def test_a_given_up_draw_stays_in_public_with_its_number(
    session: Session, client: HouseClient, clock: Clock, street: Street
) -> None:
    first, office = street.announce(), street.actor("office")
    with pytest.raises(DrawStillOpen):
        street.announce(seed="cd" * 32)
    write(cancel_draw, office, first.public_id, "名单漏了一个支部", now=clock.at)
    assert write(cancel_draw, office, first.public_id, "名单漏了一个支部", now=clock.at).is_repeat
    clock.forward(hours=30)
    with pytest.raises(DrawIsOver):
        write(reveal_draw, office, first.public_id, VALUE, "网上", now=clock.at)
    assert street.announce(seed="cd" * 32).number == 2
    assert [row.number for row in draws_page(session, PageRequest(limit=5), now=clock.at).items] == [2, 1]
    page = client.get(f"/inspections/draws/{first.public_id}").get_data(as_text=True)
    assert "名单漏了一个支部" in page
    assert SEED not in page
    assert SEED not in client.get(f"/inspections/draws/{first.public_id}/draw.json").get_data(as_text=True)


def test_what_was_announced_cannot_be_changed_in_the_database(session: Session, clock: Clock, street: Street) -> None:
    made = street.announce()
    row = session.scalars(select(InspectionDraw).where(InspectionDraw.public_id == made.public_id)).one()
    for model, values in ((InspectionDraw, {"take": 1}), (DrawSeed, {"seed": "00" * 32})):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(update(model).values(**values))
    assert row.take == 3


def test_a_list_that_was_tampered_with_is_not_drawn_from(
    session: Session, clock: Clock, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever commands the database can take the trigger away; the commitment still does not fit.
    made = street.announce()
    clock.forward(hours=21)
    table = InspectionDraw.__table__
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("DROP TRIGGER inspection_draw_no_update")
    else:
        session.connection().exec_driver_sql("ALTER TABLE inspection_draw DISABLE TRIGGER USER")
    shorter = [{"code": "b-x", "name": "换掉的"}] * 7
    session.execute(update(table).values(branches=shorter))
    session.commit()
    with pytest.raises(DrawListChanged):
        write(reveal_draw, street.actor("office"), made.public_id, VALUE, "网上", now=clock.at)
    assert session.scalar(select(func.count()).select_from(DrawOutcome)) == 0


@pytest.mark.parametrize("who", ["foreign_office", "inspector", "secretary", "staff", "auditor", "reader", "assessor"])
def test_only_the_street_office_announces_draws_and_cancels(clock: Clock, street: Street, who: str) -> None:
    from pointsapp.inspections.services import announce_draw

    actor, office = street.actor(who), street.announce()
    clock.forward(hours=21)
    for act in (
        partial(write, announce_draw, actor, street.announcement(), now=clock.at),
        partial(write, reveal_draw, actor, office.public_id, VALUE, "网上", now=clock.at),
        partial(write, cancel_draw, actor, office.public_id, "不要了", now=clock.at),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_value_must_lie_ahead_but_not_too_far(clock: Clock, street: Street) -> None:
    for ahead in (timedelta(0), timedelta(minutes=59), timedelta(days=-1), timedelta(days=31)):
        with pytest.raises(ValueKnownAlready):
            street.announce(value_at=clock.at + ahead)
    assert street.announce(value_at=clock.at + timedelta(minutes=60)).number == 1


def test_lists_hold_what_is_drawn_from_them(session: Session, clock: Clock, street: Street) -> None:
    with pytest.raises(ListTooShort):
        street.announce(take=8)
    with pytest.raises(ListTooShort):
        street.announce(per_branch=4)
    elsewhere = session.execute(select(InspectionDraw.id)).all()
    assert elsewhere == []
    with pytest.raises(BranchNotInRound):
        street.announce(branches=("nosuch000000",))
    with pytest.raises(NotFound):
        street.announce(round_id="nosuch000000")
    one = street.public_id(street.branch)
    assert street.announce(branches=(one,), take=1, per_branch=0, inspectors=()).number == 1


def test_an_inspector_of_a_listed_branch_stays_out(session: Session, clock: Clock, street: Street) -> None:
    person = session.merge(street.people["inspector"])
    session.add(
        Membership(
            person_id=person.id, branch_id=street.branch_id(street.branch), recorded_at=clock.at, is_reporting=True
        )
    )
    session.commit()
    with pytest.raises(InspectorNotFree):
        street.announce()
    secretary = session.merge(street.people["secretary"])
    grant(session, secretary, Role.INSPECTOR, area=session.merge(street.tree["street"]))
    with pytest.raises(InspectorNotFree):
        street.announce(inspectors=street.grants("secretary"), per_branch=1)
    others = tuple(street.public_id(f"b-{area.code}") for area in street.communities[1:])
    assert street.announce(branches=others, take=2).number == 1  # not a branch of theirs


def test_who_is_no_inspector_here_now_stays_out(session: Session, clock: Clock, street: Street) -> None:
    foreign, ended = street.grants("foreign_inspector"), street.grants("second")
    with pytest.raises(InspectorNotFree):
        street.announce(inspectors=foreign, per_branch=1)
    write(end_role, street.actor("office"), ended[0], now=clock.at)
    clock.forward(seconds=1)
    with pytest.raises(InspectorNotFree):
        street.announce(inspectors=ended, per_branch=1)


def test_a_finished_round_is_drawn_for_no_more(session: Session, clock: Clock, street: Street) -> None:
    command = street.announcement()
    session.execute(update(Round).values(state=RoundState.CLOSED, closed_at=clock.at))
    session.commit()
    with pytest.raises(RoundClosed):
        street.announce(round_id=command.round_id)
