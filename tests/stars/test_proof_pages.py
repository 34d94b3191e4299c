"""Handing in at the door: files judged by content, kept once, served to be saved only; who may see, publish and withdraw."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from pointsapp.areas.models import Area
from pointsapp.core.actor import Role
from pointsapp.people.models import Person
from pointsapp.stars.jobs import sweep_proofs
from pointsapp.stars.models import AccessLine, PlanItem, Proof, ProofFile
from tests.conftest import Clock, HouseClient
from tests.core.test_uploads import PDF, office, picture
from tests.factories import make_person, make_staff
from tests.stars.things import this_round


@pytest.fixture
def people(session: Session, tree: dict[str, Area]) -> dict[str, Person]:
    found = {
        "neighbour": make_person(session, tree["community"]),
        "leader": make_staff(session, tree["community"], Role.GRID_LEADER),
        "secretary": make_staff(session, tree["community"], Role.BRANCH_SECRETARY),
        "foreign": make_staff(session, tree["other"], Role.BRANCH_SECRETARY),
        "office": make_staff(session, tree["street"], Role.STREET_ADMIN),
    }
    for person in found.values():
        session.expunge(person)
    return found


@pytest.fixture
def attic(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].instance_path) / "proofs"


def form(session: Session, **over: Any) -> dict[str, Any]:
    plain = {
        "round_id": this_round(session).public_id,
        "title": "三会一课照片",
        "words": "党员大会一次",
        "happened_on": "2026-11-20",
        "uses": "indicator:party_life",
    }
    return plain | over


def hand_in(
    client: HouseClient, session: Session, area: Area, content: bytes | None, name: str = "a.jpg", **over: Any
) -> Any:
    typed = form(session, **over)
    if content is not None and len(content) > 400_000:  # the client would leave its own temporary file open
        parts = typed | {"csrf_token": client.csrf_token(), "file": FileStorage(io.BytesIO(content), name)}
        boundary, body = encode_multipart(parts)
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post(f"/console/stars/b-{area.code}/proofs", data=body, content_type=kind)
    if content is not None:
        typed["file"] = (io.BytesIO(content), name)
    return client.post(f"/console/stars/b-{area.code}/proofs", data=typed, content_type="multipart/form-data")


def status_of(client: HouseClient, address: str) -> int:
    with client.get(address) as answer:  # a file that is sent stays open until then
        return int(answer.status_code)


class TestOrphans:
    def test_a_file_whose_hand_in_was_refused_is_put_aside_and_others_stay(
        self,
        app: Flask,
        client: HouseClient,
        session: Session,
        clock: Clock,
        tree: dict[str, Area],
        people: dict[str, Person],
        attic: Path,
    ) -> None:
        client.sign_in(people["secretary"])
        assert hand_in(client, session, tree["community"], PDF, "记录.pdf").status_code == 303
        refused = hand_in(client, session, tree["community"], picture(), happened_on="2026-09-30")
        assert refused.status_code == 422  # the file was kept, the row was not
        named = session.scalars(select(ProofFile.sha256)).one()
        orphan = next(path for path in files_in(attic) if len(path.name) == 64 and path.name != named)
        for path in files_in(attic):
            os.utime(path, (clock.at.timestamp(), clock.at.timestamp()))

        def sweep_for_a_day() -> None:
            with app.app_context():
                for _hour in range(24):
                    sweep_proofs(session, now=clock.forward(hours=1))

        sweep_for_a_day()
        assert orphan.exists(), "whoever is just handing it in has a day"
        sweep_for_a_day()
        assert not orphan.exists()
        assert (attic / named[:2] / named).exists()
        client.sign_in(people["secretary"])
        assert hand_in(client, session, tree["community"], picture()).status_code == 303
        assert orphan.exists(), "handed in again it is kept anew"


def files_in(attic: Path) -> list[Path]:
    return [path for path in attic.rglob("*") if path.is_file()]


class TestHandingIn:
    def test_a_picture_is_kept_clean_and_shown_to_officers(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person], attic: Path
    ) -> None:
        client.sign_in(people["secretary"])
        answer = hand_in(client, session, tree["community"], picture() + b"<script>x</script>", "../../现场.png")
        assert answer.status_code == 303, answer.text
        there = answer.headers["Location"]
        page = client.get(there).text
        assert "现场.jpg" in page
        assert "三会一课" in page
        with client.get(f"{there}/file") as file:
            assert file.mimetype == "image/jpeg"
            assert file.headers["Content-Disposition"].startswith("attachment")
            assert file.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in file.headers["Content-Security-Policy"]
            content = file.get_data()
        assert b"script" not in content
        session.rollback()
        row = session.scalars(select(Proof)).one()
        assert row.given_sha256 is not None
        assert any(path.read_bytes() == content for path in attic.rglob("*") if path.is_file())

    @pytest.mark.parametrize(
        ("content", "name", "status", "words"),
        [
            (b"<html><script>alert(1)</script></html>", "a.jpg", 422, "只收 JPG、PNG、WebP 图片"),
            (PDF + office(), "a.pdf", 422, "夹着另一个文件"),
            (office("word/document.xml", ("word/vbaProject.bin", b"x")), "a.docx", 422, "带有宏"),
            (picture()[:100], "a.jpg", 422, "打不开"),
            (b"%PDF-1.4\n" + bytes(10 << 20) + b"%%EOF", "a.pdf", 422, "最多 10 MB"),
        ],
    )
    def test_a_hostile_file_is_refused_with_its_reason_and_leaves_nothing(
        self,
        client: HouseClient,
        session: Session,
        tree: dict[str, Area],
        people: dict[str, Person],
        attic: Path,
        content: bytes,
        name: str,
        status: int,
        words: str,
    ) -> None:
        before = {path for path in attic.rglob("*") if path.is_file()}
        client.sign_in(people["secretary"])
        answer = hand_in(client, session, tree["community"], content, name)
        assert answer.status_code == status
        assert words in answer.text
        assert "请重新选择文件" in answer.text
        assert "三会一课照片" in answer.text  # what was typed is still there
        assert {path for path in attic.rglob("*") if path.is_file()} == before
        session.rollback()
        assert session.scalars(select(Proof)).all() == []

    def test_above_what_a_request_may_carry_nothing_is_read(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        assert hand_in(client, session, tree["community"], bytes(13 << 20)).status_code == 413

    def test_the_same_form_with_another_file_is_another_act(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        first = hand_in(client, session, tree["community"], picture((10, 10)), request_id="the-same-form")
        again = hand_in(client, session, tree["community"], picture((10, 10)), request_id="the-same-form")
        assert first.headers["Location"] == again.headers["Location"]
        other = hand_in(client, session, tree["community"], picture((20, 10)), request_id="the-same-form")
        assert other.status_code == 422
        assert "重复的请求编号" in other.text

    def test_no_file_is_looked_at_for_whom_may_not_give(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person], attic: Path
    ) -> None:
        before = {path for path in attic.rglob("*") if path.is_file()}
        for who in ("neighbour", "leader", "foreign", "office"):
            client.sign_in(people[who])
            assert hand_in(client, session, tree["community"], picture((33, 33))).status_code == 403
        assert {path for path in attic.rglob("*") if path.is_file()} == before

    def test_the_form_asks_only_for_what_is_not_counted(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/b-{tree['community'].code}/proofs").text
        assert 'value="indicator:party_life"' in text
        assert 'value="indicator:hours"' not in text
        assert "这些不用交" in text
        answer = hand_in(client, session, tree["community"], None, uses="indicator:hours")
        assert answer.status_code == 422
        assert "平台已经知道，不用再交" in answer.text


class TestPlanItems:
    def test_a_piece_stands_at_the_items_page(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        branch = f"b-{tree['community'].code}"
        item = {
            "round_id": this_round(session).public_id, "goal": "first", "title": "补齐记录", "lead_unit": "组织办",
            "responsible_unit": "党支部", "due_on": "2026-12-01",
        }  # fmt: skip
        assert client.post(f"/console/stars/{branch}/plan", data=item).status_code == 303
        item_id = session.scalars(select(PlanItem.public_id)).one()
        page = f"/stars/{branch}/plan/{item_id}"
        assert f"use=item:{item_id}" in client.get(page).text
        assert hand_in(client, session, tree["community"], None, uses=f"item:{item_id}").status_code == 303
        assert "三会一课照片" in client.get(page).text
        client.delete_cookie("session")
        guest = client.get(page).text
        assert "三会一课照片" not in guest
        assert "/proofs/" in guest


class TestSeeing:
    def _there(self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]) -> str:
        client.sign_in(people["secretary"])
        return str(hand_in(client, session, tree["community"], picture()).headers["Location"])

    def test_internal_until_published_and_again_after(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        there = self._there(client, session, tree, people)
        act = there.replace("/stars/", "/console/stars/") + "/publication"
        client.delete_cookie("session")
        assert status_of(client, f"{there}/file") == 401
        page = client.get(there).text
        assert "三会一课照片" not in page
        assert "党员大会" not in page
        for who, status in (("neighbour", 403), ("foreign", 403), ("leader", 200), ("office", 200)):
            client.sign_in(people[who])
            assert status_of(client, f"{there}/file") == status
            assert ("党员大会" in client.get(there).text) is (status == 200)
        assert client.post(act, data={"is_public": "1"}).status_code == 303  # the office
        client.delete_cookie("session")
        assert "党员大会" in client.get(there).text
        assert status_of(client, f"{there}/file") == 200
        client.sign_in(people["secretary"])
        assert client.post(act, data={"is_public": "0"}).status_code == 303
        assert "收回公开" in client.get(there).text
        client.sign_in(people["neighbour"])
        assert status_of(client, f"{there}/file") == 403

    def test_whoever_reads_an_internal_piece_stands_in_the_log(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        there = self._there(client, session, tree, people)
        client.sign_in(people["leader"])
        client.get(there)
        client.get(f"{there}/file").close()
        client.sign_in(people["neighbour"])
        client.get(there)
        session.rollback()
        seen = session.scalars(select(AccessLine)).all()
        assert [(line.what.value, line.by_id) for line in seen] == [("proof", people["leader"].id)] * 2
        client.sign_in(people["office"])
        assert "1 三会一课照片" in client.get(f"/console/stars/b-{tree['community'].code}/access").text

    def test_withdrawn_it_is_for_officers_only(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        there = self._there(client, session, tree, people)
        act = there.replace("/stars/", "/console/stars/") + "/withdrawal"
        assert client.post(act, data={"reason": "拍糊了"}).status_code == 303
        assert "拍糊了" in client.get(there).text
        assert client.post(act, data={"reason": "再一次"}).status_code == 409
        for who in ("neighbour", None):
            if who is None:
                client.delete_cookie("session")
            else:
                client.sign_in(people[who])
            assert client.get(there).status_code == 404
            assert status_of(client, f"{there}/file") == 404

    def test_a_file_that_was_lost_is_said(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person], attic: Path
    ) -> None:
        client.sign_in(people["secretary"])
        there = hand_in(client, session, tree["community"], picture((77, 7))).headers["Location"]
        session.rollback()
        with client.get(f"{there}/file") as file:
            content = file.get_data()
        for path in attic.rglob("*"):
            if path.is_file() and path.read_bytes() == content:
                path.unlink()
        answer = client.get(f"{there}/file")
        assert answer.status_code == 410
        assert "文件不在了" in answer.text

    def test_a_piece_of_another_branch_is_not_found_under_this_one(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        there = self._there(client, session, tree, people)
        piece = there.rsplit("/", 1)[-1]
        assert client.get(f"/stars/b-{tree['other'].code}/proofs/{piece}").status_code == 404
        client.sign_in(people["foreign"])
        act = f"/console/stars/b-{tree['other'].code}/proofs/{piece}/uses"
        answer = client.post(act, data={"use": "indicator:party_life"})
        assert answer.status_code in (404, 422)
