"""The demo street: real counts, enough life, books that balance, log-ins that open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp import create_app
from pointsapp.areas.models import Area, AreaKind
from pointsapp.checkin.models import Attendance
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.demo import facts, load_demo_once, print_log_ins
from pointsapp.demo.log_ins import LOG_INS, PASSWORD
from pointsapp.exports.models import Export
from pointsapp.exports.queries import Answer, answer_of, find_export
from pointsapp.inspections.models import Finding, FindingState
from pointsapp.ledger.queries import verify
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.people.queries import current_notice
from pointsapp.redemption.models import Voucher
from pointsapp.stars.models import Erratum, ErratumState, SchemeVersion
from pointsapp.stars.queries import latest_rounds, newest_round, running_rounds, standings
from pointsapp.stars.rules.scheme import read_scheme
from pointsapp.tasks.models import Shift
from tests import databases
from tests.conftest import HouseClient
from tests.shared import the_demo


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Clone]:
    """The whole demo street on SQLite as `make run` loads it, and a copy of this file's own, which it changes."""
    file = the_demo(tmp_path_factory, "street") / "demo.db"
    url = f"sqlite:///{file}"
    app = create_app(databases.settings_for(url, demo=True, instance=str(file.parent / "instance")))
    own = databases.Clone("sqlite", url, app, str(file))
    own.app.test_client_class = HouseClient
    yield own
    own.drop()


def _count(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def test_the_street_has_the_counts_of_the_newspaper_and_enough_life(street: databases.Clone) -> None:
    with street.app.app_context():
        own = Area.code.in_([code for code, _name, _grids in facts.COMMUNITIES])
        assert _count(Area, Area.kind == AreaKind.COMMUNITY, own) == 11
        village_grids = sum(grids for _code, _name, grids in facts.VILLAGES)
        assert _count(Area, Area.kind == AreaKind.GRID) == 53 + village_grids
        assert _count(Person) >= 2000
        assert _count(Merchant) == 40
        assert _count(Attendance) >= 6000
        assert _count(Voucher) >= 1000
        assert _count(Shift, Shift.starts_at > clock.now()) >= 10


def test_nobody_agreed_to_a_notice_before_it_was_written(street: databases.Clone) -> None:
    with street.app.app_context():
        version = current_notice().consent_version
        written = clock.at_local(date.fromisoformat(version))
        assert _count(Person, Person.consent_version == version) >= 2000
        assert _count(Person, Person.consent_version == version, Person.consented_at < written) == 0
        assert _count(Person, Person.consented_at > clock.now()) == 0


def test_its_books_balance_and_its_board_has_stars(street: databases.Clone) -> None:
    with street.app.app_context():
        report = verify(db.session)  # type: ignore[arg-type]
        assert report.ok, report
        found = newest_round(db.session, now=clock.now())  # type: ignore[arg-type]
        assert found is not None
        rows = standings(db.session, found, now=clock.now())  # type: ignore[arg-type]
        assert len(rows) == 11


def test_two_schemes_run_side_by_side_with_names_in_both_languages(street: databases.Clone) -> None:
    """The urban scheme's second version counts in the quarter that runs, its first did in the finished one."""
    with street.app.app_context():
        session: Session = db.session  # type: ignore[assignment]
        now = clock.now()
        urban, rural = running_rounds(session, now=now)
        assert (urban.scheme.code, rural.scheme.code) == ("henan-urban", "henan-rural")
        villages = standings(session, rural, now=now)
        assert {row.branch.code for row in villages} == {f"zb-{code}" for code, _name, _grids in facts.VILLAGES}
        earlier = [one for one in latest_rounds(session) if one.starts_on < urban.starts_on]
        assert urban.scheme.version == (2 if earlier else 1)
        assert all(one.scheme.version == 1 for one in earlier)
        stored = session.scalars(select(SchemeVersion).order_by(SchemeVersion.id)).all()
        assert [(one.code, one.version) for one in stored] == [
            ("henan-urban", 1),
            ("henan-rural", 1),
            ("henan-urban", 2),
        ]
        english = [star.name for one in stored for star in read_scheme(one.definition, english=True).stars]
        assert all(name.isascii() for name in english), english


def test_every_stage_of_a_finding_and_of_a_round_can_be_seen(street: databases.Clone) -> None:
    with street.app.app_context():
        session: Session = db.session  # type: ignore[assignment]
        assert set(session.scalars(select(Finding.state))) >= set(FindingState) - {FindingState.WITHDRAWN}
        late = select(func.count()).select_from(Finding).where(Finding.due_on < clock.local_day(clock.now()))
        assert session.scalar(late.where(Finding.state.in_([FindingState.OPEN, FindingState.RETURNED])))
        answers = [
            answer_of(session, find_export(session, code), now=clock.now()).answer
            for code in session.scalars(select(Export.code))
        ]
        corrected = session.scalar(
            select(func.count()).select_from(Erratum).where(Erratum.state == ErratumState.CONFIRMED)
        )
        assert (Answer.SUPERSEDED in answers) == bool(corrected)


def test_every_log_in_opens(street: databases.Clone) -> None:
    said: list[str] = []
    print_log_ins(said.append, "http://127.0.0.1:8000")
    for each in LOG_INS:
        assert any(each.phone in line for line in said)
        browser = street.app.test_client()
        answer = browser.post("/sign-in", data={"account": each.phone, "password": PASSWORD})
        assert answer.status_code == 303, each.key
        assert "演示数据" in browser.get("/me").get_data(as_text=True)


def test_loading_again_keeps_everything_and_wakes_a_street_left_standing(street: databases.Clone) -> None:
    with street.app.app_context():
        before = _count(Shift), _count(Attendance)
        load_demo_once(lambda _line: None)
        assert (_count(Shift), _count(Attendance)) == before
        later = clock.now() + timedelta(days=30)
        clock.use_source(lambda: later)
        try:
            load_demo_once(lambda _line: None)
            assert _count(Shift, Shift.starts_at > later) >= 10
        finally:
            clock.use_source(None)
        assert verify(db.session).ok  # type: ignore[arg-type]
