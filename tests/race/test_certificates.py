"""Real commits from many threads: organisers confirm at once, two desks report the same days, a voucher is taken while its owner leaves."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from pointsapp.certificates.models import Certificate, CertificateLine, CertificateState, RecordKind, ReportedRow
from pointsapp.certificates.services import (
    AddItem,
    AskCertificate,
    ReportOnward,
    add_item,
    ask_certificate,
    confirm_line,
    report_onward,
    take_back_item,
)
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_balance, verify
from pointsapp.people.models import Person
from pointsapp.privacy.services import erase_leftovers, erase_person
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.services import issue_voucher
from tests.certificates.things import make_scene
from tests.databases import Clone
from tests.factories import actor_of
from tests.merchants.shops import give_points, make_offer, make_shop
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def test_organisers_who_confirm_at_once_issue_one_certificate(live: Clone) -> None:
    with live.app.app_context():
        scene, today = make_scene(db.session), clock.local_day(clock.now())
        scene.serve("community", 90)
        scene.serve("other", 60)
        ask = AskCertificate(from_on=today.replace(day=1, month=1), until_on=today)
        write(ask_certificate, actor_of(db.session, scene.volunteer), ask, now=clock.now())
        lines = {line.area_id: line for line in db.session.scalars(select(CertificateLine))}
        acts: list[Any] = []
        for who, area in ((scene.here, "community"), (scene.there, "other")):
            line, actor = lines[scene.tree[area].id], actor_of(db.session, who)
            acts += [partial(write, confirm_line, actor, line.public_id, line.minutes, now=clock.now())] * 4
        db.session.rollback()
    assert Counter(at_once(live, acts)) == {"done": 2, "line_decided": 6}
    with live.app.app_context():
        issued = db.session.scalars(select(Certificate)).one()
        assert (issued.state, issued.minutes) == (CertificateState.ISSUED, 150)


def test_the_same_days_are_reported_once(live: Clone) -> None:
    with live.app.app_context():
        scene, today = make_scene(db.session), clock.local_day(clock.now())
        for minutes in (30, 60, 90):
            scene.serve("community", minutes)
        command = ReportOnward(
            area=scene.tree["community"].code, from_on=today.replace(day=1, month=1), until_on=today, columns=()
        )
        actors = [actor_of(db.session, who) for who in (scene.here, scene.street)] * 3
        db.session.rollback()
    acts = [partial(write, report_onward, actor, command, now=clock.now()) for actor in actors]
    assert Counter(at_once(live, acts)) == {"done": 1, "nothing_to_report": 5}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ReportedRow)) == 3


def test_an_item_is_taken_out_of_a_record_once_and_told_once(live: Clone) -> None:
    with live.app.app_context():
        scene = make_scene(db.session)
        item = AddItem(
            person=scene.volunteer.public_id, kind=RecordKind.HONOUR, title="优秀志愿者", words="",
            happened_on=clock.local_day(clock.now()), area=scene.tree["community"].code,
        )  # fmt: skip
        actor = actor_of(db.session, scene.here)
        made = write(add_item, actor, item, now=clock.now())
        db.session.rollback()
    taken = partial(write, take_back_item, actor, made.public_id, now=clock.now())
    assert Counter(at_once(live, [taken] * 8)) == {"done": 8}
    with live.app.app_context():
        told = select(func.count()).select_from(Event).where(Event.kind == "certificates.item_taken_back")
        assert db.session.scalar(told) == 1


def test_who_is_erased_while_taking_vouchers_leaves_nothing_behind(live: Clone) -> None:
    with live.app.app_context():
        shop = make_shop(db.session)
        give_points(db.session, shop.resident, 300)
        offer, person = make_offer(shop).public_id, shop.resident.id
        actor = actor_of(db.session, shop.resident)
        db.session.rollback()
    take = partial(write, issue_voucher, actor, offer, now=clock.now())
    leave = partial(write, erase_person, person, now=clock.now())
    came = at_once(live, [take, take, leave, take, take], outcome=lambda _receipt: "done")
    assert set(came) <= {"done", "insufficient_points"}, came
    with live.app.app_context():
        write(erase_leftovers, now=clock.now())  # what was under way while they left
        db.session.rollback()
        assert db.session.scalars(select(Person.erased_at).where(Person.id == person)).one() is not None
        assert person_balance(db.session, person) == 0
        assert set(db.session.scalars(select(Voucher.state))) <= {VoucherState.CANCELLED}
        assert verify(db.session).ok
