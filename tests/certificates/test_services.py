"""Certificates on both databases: every organiser confirms, the last one issues, a correction supersedes; records and reports onward."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.certificates.errors import (
    CertificateWaiting,
    LineDecided,
    NothingToCertify,
    NothingToReport,
    RecordChanged,
    RequestAnswered,
)
from pointsapp.certificates.models import (
    Certificate,
    CertificateLine,
    CertificateState,
    LineState,
    OnwardReport,
    RecordItem,
    RecordKind,
    RecordRequest,
    RequestState,
)
from pointsapp.certificates.queries import certificate_by_number, items_of, onward_rows
from pointsapp.certificates.rules import chosen_columns, common_area, stands
from pointsapp.certificates.services import (
    AddItem,
    AnswerRequest,
    AskCertificate,
    AskRecord,
    ReportOnward,
    add_item,
    answer_request,
    ask_certificate,
    ask_record,
    confirm_line,
    reject_line,
    report_onward,
    take_back_item,
    withdraw_certificate,
)
from pointsapp.certificates.sheets import table_of
from pointsapp.core import clock as clocks
from pointsapp.core.actor import Role
from pointsapp.core.codes import is_valid
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.privacy.services import erase_person
from pointsapp.tasks.models import Signup
from pointsapp.worker import deliver_events
from tests.certificates.things import Scene
from tests.factories import actor_of, grant, make_person

YEAR = AskCertificate(from_on=date(2026, 1, 1), until_on=date(2026, 11, 21))


def act(scene: Scene, who: Person, fn: Any, *args: Any) -> Any:
    return write(fn, actor_of(scene.session, who), *args, now=clocks.now())


def ask(scene: Scene, command: AskCertificate = YEAR) -> dict[str, CertificateLine]:
    """Ask, and return the lines by area code."""
    act(scene, scene.volunteer, ask_certificate, command)
    lines = scene.session.scalars(select(CertificateLine).order_by(CertificateLine.id)).all()
    codes = {area.id: name for name, area in scene.tree.items()}
    return {codes[line.area_id]: line for line in lines}


def confirm(scene: Scene, who: Person, line: CertificateLine) -> Any:
    return act(scene, who, confirm_line, line.public_id, line.minutes)


def the_one(session: Session) -> Certificate:
    session.expire_all()
    return session.scalars(select(Certificate).order_by(Certificate.id.desc())).first()  # type: ignore[return-value]


class TestACertificate:
    def test_is_issued_once_every_organiser_has_confirmed_its_own_line(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 90)
        scene.serve("community", 30)
        scene.serve("other", 60)
        lines = ask(scene)
        assert {name: (line.times, line.minutes) for name, line in lines.items()} == {
            "community": (2, 120),
            "other": (1, 60),
        }
        with pytest.raises(NotFound):
            confirm(scene, scene.there, lines["community"])
        first = confirm(scene, scene.here, lines["community"])
        assert first.number is None
        last = confirm(scene, scene.there, lines["other"])
        assert len(last.number) == 12
        assert is_valid(last.number)
        view = certificate_by_number(session, last.number)
        assert view is not None
        assert (view.state, view.minutes, view.holder, view.issuer) == (
            CertificateState.ISSUED,
            180,
            "林小满",
            scene.tree["street"].name,  # the lowest area above both
        )
        assert [line.by_name for line in view.lines] == ["郑雅静", view.lines[1].by_name]

    def test_who_organised_alone_issues_alone(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 45)
        number = confirm(scene, scene.here, ask(scene)["community"]).number
        view = certificate_by_number(session, number)
        assert view is not None
        assert view.issuer == scene.tree["community"].name

    def test_nobody_confirms_their_own_hours(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 45)
        line = ask(scene)["community"]
        grant(session, session.merge(scene.volunteer), Role.STAFF, area=session.merge(scene.tree["community"]))
        with pytest.raises(Forbidden):
            confirm(scene, scene.volunteer, line)

    def test_other_minutes_than_were_shown_are_not_signed(self, session: Session, scene: Scene) -> None:
        row = scene.serve("community", 90)
        line = ask(scene)["community"]
        scene.correct(row, 60)
        with pytest.raises(RecordChanged) as refused:
            act(scene, scene.here, confirm_line, line.public_id, 90)
        assert refused.value.facts["minutes"] == 60
        session.expire_all()
        again = session.scalars(select(CertificateLine)).one()
        assert (again.minutes, again.state) == (60, LineState.WAITING)  # drawn up anew, and that stands
        assert act(scene, scene.here, confirm_line, line.public_id, 60).number
        assert the_one(session).minutes == 60

    def test_a_line_corrected_after_its_yes_is_confirmed_again(self, session: Session, scene: Scene) -> None:
        row = scene.serve("community", 90)
        scene.serve("other", 60)
        lines = ask(scene)
        confirm(scene, scene.here, lines["community"])
        scene.correct(row, 45)
        deliver_events(clocks.now())  # nothing is issued yet that it could end
        assert confirm(scene, scene.there, lines["other"]).number is None
        session.expire_all()
        again = {line.id: line for line in session.scalars(select(CertificateLine))}
        reopened, kept = again[lines["community"].id], again[lines["other"].id]
        assert (reopened.state, reopened.minutes, reopened.decided_by_id) == (LineState.WAITING, 45, None)
        assert (kept.state, kept.minutes) == (LineState.CONFIRMED, 60)
        assert the_one(session).minutes == 105
        assert act(scene, scene.here, confirm_line, reopened.public_id, 45).number
        assert (the_one(session).state, the_one(session).minutes) == (CertificateState.ISSUED, 105)

    def test_a_line_corrected_to_nothing_after_its_yes_is_not_certified(self, session: Session, scene: Scene) -> None:
        row = scene.serve("community", 90)
        scene.serve("other", 60)
        lines = ask(scene)
        confirm(scene, scene.here, lines["community"])
        scene.correct(row, 0)
        assert confirm(scene, scene.there, lines["other"]).number is None
        with pytest.raises(RecordChanged):
            confirm(scene, scene.here, lines["community"])
        assert the_one(session).state is CertificateState.ASKED

    def test_is_superseded_by_a_correction_and_stays_verifiable(self, session: Session, scene: Scene) -> None:
        row = scene.serve("community", 90)
        number = confirm(scene, scene.here, ask(scene)["community"]).number
        other = scene.serve("community", 30, at=clocks.now() - timedelta(days=400))
        scene.correct(other, 10)  # outside its days
        deliver_events(clocks.now())
        assert the_one(session).state is CertificateState.ISSUED
        scene.correct(row, 60)
        deliver_events(clocks.now())
        view = certificate_by_number(session, number)
        assert view is not None
        assert view.state is CertificateState.SUPERSEDED
        assert view.superseded_at == clocks.now()
        assert ask(scene)  # and a new one can be asked for

    def test_is_refused_with_a_reason(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 90)
        scene.serve("other", 60)
        lines = ask(scene)
        act(scene, scene.here, reject_line, lines["community"].public_id, "时间记错了")
        row = the_one(session)
        assert row.state is CertificateState.REJECTED
        with pytest.raises(LineDecided):
            confirm(scene, scene.there, lines["other"])

    def test_is_about_days_that_were_and_service_that_counts(self, session: Session, scene: Scene) -> None:
        with pytest.raises(NothingToCertify):
            ask(scene)
        scene.serve("community", 90)
        for start, end in ((date(2026, 11, 21), date(2026, 11, 1)), (date(2026, 1, 1), date(2026, 11, 22))):
            with pytest.raises(Invalid):
                ask(scene, AskCertificate(from_on=start, until_on=end))
        ask(scene)
        with pytest.raises(CertificateWaiting):
            act(scene, scene.volunteer, ask_certificate, YEAR)
        act(scene, scene.volunteer, withdraw_certificate)
        assert the_one(session).state is CertificateState.WITHDRAWN

    def test_is_due_in_five_working_days(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 90)
        ask(scene)
        assert clocks.to_local(the_one(session).due_at).isoformat() == "2026-11-28T00:00:00+08:00"

    def test_stands_without_a_name_when_its_holder_was_erased(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 90)
        number = confirm(scene, scene.here, ask(scene)["community"]).number
        write(erase_person, scene.volunteer.id, now=clocks.now())
        view = certificate_by_number(session, number)
        assert view is not None
        assert the_one(session).holder == ""
        assert "林小满" not in view.holder
        assert view.minutes == 90


class TestTheRecord:
    def item(self, scene: Scene, **over: Any) -> AddItem:
        values: dict[str, Any] = {
            "person": scene.volunteer.public_id, "kind": RecordKind.TRAINING, "title": "急救培训", "words": "",
            "happened_on": date(2026, 10, 1), "area": scene.tree["community"].code,
        }  # fmt: skip
        return AddItem(**{**values, **over})

    def test_holds_what_areas_put_in_and_took_back(self, session: Session, scene: Scene) -> None:
        made = act(scene, scene.here, add_item, self.item(scene))
        assert [each.title for each in items_of(session, scene.volunteer.id)] == ["急救培训"]
        with pytest.raises(NotFound):
            act(scene, scene.there, take_back_item, made.public_id)
        act(scene, scene.here, take_back_item, made.public_id)
        assert items_of(session, scene.volunteer.id) == ()
        assert session.scalars(select(RecordItem.taken_back_by_id)).all() == [scene.here.id]
        with pytest.raises(Invalid):
            act(scene, scene.here, add_item, self.item(scene, happened_on=date(2027, 1, 1)))
        with pytest.raises(Forbidden):
            act(scene, scene.there, add_item, self.item(scene))

    def test_a_wrong_one_is_asked_about_and_answered_by_who_organised(self, session: Session, scene: Scene) -> None:
        row = scene.serve("other", 60)
        signup = session.scalars(select(Signup.public_id).where(Signup.id == row.signup_id)).one()
        made = act(scene, scene.volunteer, ask_record, AskRecord(signup=signup, words="多干了半小时"))
        request = session.scalars(select(RecordRequest)).one()
        assert request.area_id == scene.tree["other"].id
        assert clocks.to_local(request.due_at).isoformat() == "2026-11-28T00:00:00+08:00"
        with pytest.raises(NotFound):
            act(scene, scene.here, answer_request, made.public_id, AnswerRequest(upheld=True, answer="好"))
        act(scene, scene.there, answer_request, made.public_id, AnswerRequest(upheld=True, answer="查过了，是"))
        session.expire_all()
        assert session.scalars(select(RecordRequest.state)).one() is RequestState.UPHELD
        with pytest.raises(RequestAnswered):
            act(scene, scene.there, answer_request, made.public_id, AnswerRequest(upheld=False, answer="晚了"))
        neighbour = make_person(session, session.merge(scene.tree["community"]))
        with pytest.raises(NotFound):
            act(scene, neighbour, ask_record, AskRecord(signup=signup, words="别人的"))


class TestOnward:
    def report(self, scene: Scene, **over: Any) -> Any:
        values: dict[str, Any] = {
            "area": scene.tree["street"].code, "from_on": date(2026, 11, 1), "until_on": date(2026, 11, 21),
            "columns": ("volunteer_number", "hours", "status"),
        }  # fmt: skip
        return act(scene, scene.street, report_onward, ReportOnward(**{**values, **over}))

    def rows(self, scene: Scene, report: str) -> list[list[Any]]:
        area = require_area(scene.session, scene.tree["street"].code, field="area")
        found = scene.session.scalars(select(OnwardReport).where(OnwardReport.public_id == report)).one()
        rows = onward_rows(scene.session, area, found.from_on, found.until_on, report=report)
        return table_of(rows, found.columns["keys"])[1:]

    def test_takes_each_row_once_and_a_corrected_one_again(self, app: Any, session: Session, scene: Scene) -> None:
        first, number = scene.serve("community", 90), scene.volunteer.volunteer_number
        scene.serve("other", 60)
        made = self.report(scene)
        assert made.rows == 2
        with pytest.raises(NothingToReport):
            self.report(scene)
        scene.correct(first, 45)
        again = self.report(scene)
        with app.test_request_context():
            assert self.rows(scene, again.public_id) == [[number, "0.75", "更正（上次报 90 分钟）"]]
            # What was reported then reads as it was reported, whatever came after.
            assert self.rows(scene, made.public_id) == [[number, "1.50", "新增"], [number, "1.00", "新增"]]

    def test_is_an_areas_own(self, session: Session, scene: Scene) -> None:
        scene.serve("community", 90)
        with pytest.raises(Forbidden):
            act(
                scene, scene.there, report_onward,
                ReportOnward(
                    area=scene.tree["community"].code, from_on=date(2026, 11, 1), until_on=date(2026, 11, 21), columns=()
                ),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("paths", "area"),
    [(["/1/2/3/"], 3), (["/1/2/3/", "/1/2/4/"], 2), (["/1/2/3/7/", "/1/2/3/"], 3), (["/1/", "/5/"], None), ([], None)],
)
def test_the_issuer_is_the_lowest_area_above_all(paths: list[str], area: int | None) -> None:
    assert common_area(paths) == area


def test_columns_are_chosen_in_order_and_each_once() -> None:
    assert chosen_columns(["hours", "name", "hours", "nonsense"]) == ("hours", "name")
    assert chosen_columns([])[0] == "volunteer_number"


def test_a_certificate_stands_while_the_record_says_the_same() -> None:
    assert stands({1: 60}, {1: 60})
    assert not stands({1: 60}, {1: 45})
    assert not stands({1: 60}, {1: 60, 2: 30})
    assert stands({1: 60}, {1: 60, 2: 0})
