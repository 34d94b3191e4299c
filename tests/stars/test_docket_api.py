"""Dockets and pieces over the API, seen by a guest, a resident and an officer; whoever reads names or internal pieces is written down."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, uploads
from pointsapp.core.actor import Role
from pointsapp.core.attic import Attic
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import AccessLine, Looked
from pointsapp.stars.services import Assess, KeptFile, assess, publish_proof, withdraw_proof
from tests.conftest import HouseClient
from tests.core.test_uploads import PDF
from tests.factories import actor_of, bearer, make_person, make_staff
from tests.stars.test_proofs import give
from tests.stars.things import report_work, this_round

ROOT = "/api/v1/five-star"


@pytest.fixture
def people(session: Session, tree: dict[str, Area]) -> dict[str, Person]:
    """Six who took part, the first of whom asks as a neighbour; the secretary; staff of another community; an auditor."""
    workers = [make_person(session, tree["community"], name=f"赵大明{n}") for n in range(6)]
    for person in workers:
        report_work(session, tree["grid"], person, 50)
    found = {
        "neighbour": make_person(session, tree["community"]),
        "secretary": make_staff(session, tree["community"], Role.BRANCH_SECRETARY),
        "foreign": make_staff(session, tree["other"]),
        "auditor": make_staff(session, tree["street"], Role.AUDITOR),
        "office": make_staff(session, tree["street"], Role.STREET_ADMIN),
    }
    for person in found.values():
        session.expunge(person)
    return found


class Asker:
    """Asks for what lies behind one branch of the round that runs."""

    def __init__(self, client: HouseClient, session: Session, people: dict[str, Person], branch: str) -> None:
        self.client, self.session, self.people, self.branch = client, session, people, branch
        self.base = f"/rounds/{this_round(session).public_id}/standings/{branch}"

    def answer(self, who: str | None, path: str) -> Any:
        headers = bearer(self.session, self.session.merge(self.people[who])) if who else {}
        return self.client.get(f"{ROOT}{path}", headers=headers)

    def get(self, who: str | None, path: str) -> Any:
        answer = self.answer(who, path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def looked(self) -> list[tuple[Looked, str, int]]:
        return [(row.what, row.subject, row.rows) for row in self.session.scalars(select(AccessLine)).all()]


@pytest.fixture
def ask(client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]) -> Asker:
    return Asker(client, session, people, f"b-{tree['community'].code}")


def test_everybody_reads_counts_and_digests_and_more_by_right(ask: Asker) -> None:
    guest = ask.get(None, f"{ask.base}/docket")
    assert guest["branch"]["code"] == ask.branch
    lines = {line["key"]: line for star in guest["stars"] for line in star["lines"]}
    assert list(lines) == ["members_active", "party_life", "hours", "tasks"]
    hours = lines["hours"]["auto"]
    assert (hours["rows"], hours["people"], hours["salt"], hours["opens"]) == (6, None, None, False)
    assert len(hours["sha256"]) == 64
    assert (lines["party_life"]["auto"], lines["party_life"]["source"]) == (None, "assessed")
    neighbour = ask.get("neighbour", f"{ask.base}/docket/hours")["auto"]
    assert (neighbour["people"], neighbour["opens"], neighbour["sha256"]) == (6, True, hours["sha256"])
    assert neighbour["salt"]
    assert ask.answer(None, f"{ask.base}/docket/nothing").status_code == 404
    assert ask.looked() == [], "counts are nobody's"


def test_rows_come_in_the_order_of_the_digest_and_give_it_again(ask: Asker) -> None:
    path, rows = f"{ask.base}/docket/hours/rows", []
    cursor = ""
    while True:
        page = ask.get("neighbour", f"{path}?limit=4{cursor}")
        rows += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    auto = ask.get("neighbour", f"{ask.base}/docket/hours")["auto"]
    text = "\n".join(["pointsapp-evidence-1", auto["salt"], *(row["sha256"] for row in rows)]) + "\n"
    assert (len(rows), sha256(text.encode()).hexdigest()) == (6, auto["sha256"])
    assert {(row["person"], row["person_id"]) for row in rows} == {("赵***", "")}
    assert ask.looked() == []
    named = ask.get("auditor", f"{path}?limit=4")["items"]
    assert [row["person"] for row in named] == [f"赵大明{n}" for n in range(4)]
    assert all(row["person_id"] for row in named)
    assert ask.looked() == [(Looked.SAVED, "service_minutes", 4)]
    assert ask.answer(None, path).status_code == 401
    assert ask.answer("neighbour", f"{ask.base}/docket/members_active/rows").status_code == 403
    assert ask.answer("neighbour", f"{ask.base}/docket/party_life/rows").status_code == 404
    assert ask.answer("neighbour", f"{path}?cursor=abc").status_code == 422


@pytest.fixture
def given(session: Session, tree: dict[str, Area], people: dict[str, Person], app: Flask) -> dict[str, str]:
    """A public document, an internal note, and a note that was withdrawn."""
    secretary = actor_of(session, session.merge(people["secretary"]))
    clean = uploads.clean(PDF)
    Attic(app.config["SETTINGS"].instance_path / "proofs").keep(clean.content)
    file = KeptFile(
        sha256=clean.sha256, given_sha256=clean.given_sha256, kind=clean.kind, size=len(clean.content), name="a.pdf"
    )
    area = tree["community"]
    pieces = {
        "public": give(session, secretary, area, file=file),
        "internal": give(session, secretary, area, title="谈话记录", words="某某的困难"),
        "withdrawn": give(session, secretary, area, title="放错了", words="不是这里的"),
    }
    branch = pieces["public"].branch_id
    write(publish_proof, secretary, branch, pieces["public"].public_id, is_public=True, now=clock.now())
    write(withdraw_proof, secretary, branch, pieces["withdrawn"].public_id, "放错了", now=clock.now())
    return {name: one.public_id for name, one in pieces.items()}


def test_pieces_by_view(ask: Asker, given: dict[str, str]) -> None:
    guest, neighbour, officer = (
        ask.get(who, f"{ask.base}/pieces")["items"] for who in (None, "neighbour", "secretary")
    )
    assert [(one["number"], one["title"], one["opens"], one["by"]) for one in guest] == [
        (1, "三会一课记录", True, None),
        (2, None, False, None),
    ]
    assert [one["title"] for one in neighbour] == ["三会一课记录", "谈话记录"]
    assert ask.get("foreign", f"{ask.base}/pieces")["items"] == neighbour
    assert [one["number"] for one in officer] == [1, 2, 3]
    assert officer[2]["withdrawn_because"] == "放错了"
    assert officer[0]["by"] == ask.people["secretary"].name
    assert all("words" not in one for one in officer), "words are read one at a time, and that is written down"
    page = ask.get(None, f"{ask.base}/pieces?limit=1")
    rest = ask.get(None, f"{ask.base}/pieces?limit=1&cursor={page['next_cursor']}")
    assert ([one["number"] for one in page["items"] + rest["items"]], rest["next_cursor"]) == ([1, 2], None)
    assert ask.looked() == []


def test_an_internal_piece_opens_to_officers_who_are_written_down(ask: Asker, given: dict[str, str]) -> None:
    pieces = f"/branches/{ask.branch}/pieces"
    public = ask.get(None, f"{pieces}/{given['public']}")
    assert (public["words"], public["file_name"], public["trace"]) == ("原件在三号柜", "a.pdf", [])
    hidden = ask.get("neighbour", f"{pieces}/{given['internal']}")
    assert (hidden["title"], hidden["words"], hidden["salt"], hidden["trace"]) == ("谈话记录", None, None, [])
    assert ask.looked() == []
    officer = ask.get("auditor", f"{pieces}/{given['internal']}")
    assert officer["words"] == "某某的困难"
    assert [one["step"] for one in officer["trace"]] == ["given"]
    text = "\n".join([officer["salt"], officer["title"], officer["words"]])
    assert sha256(text.encode()).hexdigest() == officer["sha256"]
    assert ask.looked() == [(Looked.PROOF, given["internal"], 0)]
    assert ask.answer("neighbour", f"{pieces}/{given['withdrawn']}").status_code == 404
    assert ask.get("secretary", f"{pieces}/{given['withdrawn']}")["withdrawn_at"]
    assert ask.answer(None, f"/branches/{ask.branch}/pieces/nosuch").status_code == 404


def test_a_file_goes_out_to_be_saved(
    ask: Asker, session: Session, given: dict[str, str], tree: dict[str, Area]
) -> None:
    address = f"/branches/{ask.branch}/pieces/{given['public']}/file"
    answer = ask.answer(None, address)
    assert answer.get_data() == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ask.answer(None, f"/branches/{ask.branch}/pieces/{given['internal']}/file").status_code == 404
    secretary = actor_of(session, session.merge(ask.people["secretary"]))
    write(publish_proof, secretary, ask.branch, given["public"], is_public=False, now=clock.now())
    assert ask.answer(None, address).status_code == 401
    assert ask.answer("neighbour", address).status_code == 403
    assert ask.answer("auditor", address).status_code == 200
    assert ask.looked() == [(Looked.PROOF, given["public"], 0)]


def test_a_line_tells_why_and_what_was_handed_in_for_it(ask: Asker, session: Session, given: dict[str, str]) -> None:
    office = actor_of(session, session.merge(ask.people["office"]))
    command = Assess(
        round_id=this_round(session).public_id, branch_id=ask.branch, indicator="party_life", score=850, reason="齐全"
    )
    write(assess, office, command, now=clock.now())
    guest = ask.get(None, f"{ask.base}/docket/party_life")
    assert (guest["score"], guest["max"], guest["pieces"]) == (8.5, 10, [1, 2])
    assert guest["assessments"] == [], "guests read scores, not reasons"
    masked = ask.get("neighbour", f"{ask.base}/docket/party_life")["assessments"]
    assert [(one["score"], one["reason"], one["by"]) for one in masked] == [(8.5, "齐全", None)]
    assert [one["title"] for one in guest["handed_in"]] == ["三会一课记录", None]
    assert guest["steps"]
    assert ask.get("secretary", f"{ask.base}/docket/party_life")["assessments"][0]["by"] == office.display_name
