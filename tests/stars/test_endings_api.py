"""Objections, editions and errata over the API: what hangs in the open, and what is for the offices and their auditors."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import AccessLine, EditionKind, Looked
from pointsapp.stars.policies import SHOWS_RANKS
from pointsapp.stars.queries import RoundRow, my_access_page
from pointsapp.stars.services import (
    Answer,
    Object,
    Propose,
    answer_objection,
    confirm_erratum,
    object_to,
    propose_erratum,
)
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, bearer, make_person, make_platform_admin, make_staff
from tests.stars.things import close_it, code, publish_it, tasks

ROOT = "/api/v1/five-star"


@pytest.fixture
def people(session: Session, tree: dict[str, Area]) -> dict[str, Person]:
    found = {
        "neighbour": make_person(session, tree["community"]),
        "resident": make_person(session, tree["other"]),
        "desk": make_staff(session, tree["community"]),
        "foreign": make_staff(session, tree["other_street"], Role.STREET_ADMIN),
        "auditor": make_staff(session, tree["street"], Role.AUDITOR),
        "foreign_auditor": make_staff(session, tree["other_street"], Role.AUDITOR),
        "office": make_staff(session, tree["street"], Role.STREET_ADMIN),
    }
    for person in found.values():
        session.refresh(person)
        session.expunge(person)
    return found


class Asker:
    def __init__(self, client: HouseClient, session: Session, people: dict[str, Person]) -> None:
        self.client, self.session, self.people = client, session, people

    def actor(self, who: str) -> Actor:
        return actor_of(self.session, self.session.merge(self.people[who]))

    def answer(self, who: str | None, path: str) -> Any:
        headers = bearer(self.session, self.session.merge(self.people[who])) if who else {}
        return self.client.get(f"{ROOT}{path}", headers=headers)

    def get(self, who: str | None, path: str) -> Any:
        answer = self.answer(who, path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


@pytest.fixture
def ask(client: HouseClient, session: Session, people: dict[str, Person]) -> Asker:
    return Asker(client, session, people)


class TestObjections:
    @pytest.fixture
    def raised(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor, ask: Asker
    ) -> str:
        publish_it(session, clock, found, admin)
        command = Object(
            round_id=found.public_id, branch_id=code(tree["community"]), indicator="party_life", text="少算了一次"
        )
        return write(object_to, ask.actor("neighbour"), command, now=clock.now()).public_id

    def test_everybody_reads_that_there_is_one_and_the_answer(
        self, clock: Clock, tree: dict[str, Area], found: RoundRow, ask: Asker, raised: str
    ) -> None:
        address, elsewhere = (
            f"/rounds/{found.public_id}/standings/{code(tree[place])}/objections" for place in ("community", "other")
        )
        (one,) = ask.get(None, address)["items"]
        assert (one["id"], one["state"], one["indicator"], one["text"]) == (raised, "open", "party_life", None)
        assert "by" not in one
        assert ask.get("neighbour", address)["items"][0]["text"] == "少算了一次", "one's own words"
        assert ask.get("resident", address)["items"][0]["text"] is None
        no = Answer(objection_id=raised, is_upheld=False, answer="签到表在三号柜，没有漏")
        write(answer_objection, ask.actor("desk"), no, now=clock.now())
        (one,) = ask.get(None, address)["items"]
        assert (one["state"], one["answer"], one["admitted"]) == ("rejected", "签到表在三号柜，没有漏", 0)
        assert ask.get(None, elsewhere)["items"] == []

    def test_its_words_are_for_the_offices_and_auditors_who_are_written_down(
        self, session: Session, found: RoundRow, ask: Asker, raised: str
    ) -> None:
        for who in ("resident", "foreign", "foreign_auditor"):
            assert ask.answer(who, f"/objections/{raised}").status_code == 404
        assert ask.answer(None, f"/objections/{raised}").status_code == 401
        own = ask.get("neighbour", f"/objections/{raised}")
        assert (own["text"], own["by"]) == ("少算了一次", ask.people["neighbour"].name)
        assert session.scalars(select(AccessLine)).all() == [], "one's own words are one's own"
        for who in ("desk", "office", "auditor"):
            assert ask.get(who, f"/objections/{raised}")["by"] == ask.people["neighbour"].name
        lines = session.scalars(select(AccessLine).order_by(AccessLine.id)).all()
        assert [(line.what, line.subject, line.by_id) for line in lines] == [
            (Looked.OBJECTION, raised, ask.people[who].id) for who in ("desk", "office", "auditor")
        ]
        seen = my_access_page(session, ask.people["neighbour"].id, PageRequest(limit=9)).items
        assert [row.what for row in seen] == [Looked.OBJECTION] * 3, "whoever objected reads who read it"
        assert my_access_page(session, ask.people["resident"].id, PageRequest(limit=9)).items == ()

    def test_the_list_of_a_round_goes_by_remit(self, found: RoundRow, ask: Asker, raised: str) -> None:
        address = f"/rounds/{found.public_id}/objections"
        for who, ids in (("desk", [raised]), ("auditor", [raised]), ("office", [raised]), ("foreign", [])):
            assert [one["id"] for one in ask.get(who, address)["items"]] == ids, who
        assert ask.answer("neighbour", address).status_code == 403

    def test_the_auditor_reads_the_page_and_answers_nothing(
        self, session: Session, clock: Clock, client: HouseClient, ask: Asker, raised: str
    ) -> None:
        page = client.sign_in(ask.people["auditor"]).get(f"/console/star-objections/{raised}")
        assert page.status_code == 200
        assert "少算了一次" in page.text
        assert 'name="verdict"' not in page.text
        assert [line.by_id for line in session.scalars(select(AccessLine))] == [ask.people["auditor"].id]
        assert raised in client.get("/console/star-objections").text
        no = Answer(objection_id=raised, is_upheld=False, answer="不成立")
        with pytest.raises(Forbidden):
            write(answer_objection, ask.actor("auditor"), no, now=clock.now())


class TestEditions:
    @pytest.fixture
    def closed(self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor) -> RoundRow:
        tasks(session, tree["community"], 3)  # 10 points
        return close_it(session, clock, found, admin)

    @pytest.fixture
    def proposed(self, clock: Clock, tree: dict[str, Area], closed: RoundRow, ask: Asker) -> str:
        command = Propose(
            round_id=closed.public_id, branch_id=code(tree["community"]), kind=EditionKind.ERRATUM, target="tasks",
            corrected=100, what="多记两次", why="重复登记",
        )  # fmt: skip
        return write(propose_erratum, ask.actor("office"), command, now=clock.now()).public_id

    def test_before_the_freeze_there_is_none(self, found: RoundRow, ask: Asker) -> None:
        assert ask.get(None, f"/rounds/{found.public_id}/editions")["items"] == []
        assert ask.answer(None, f"/rounds/{found.public_id}/editions/1").status_code == 404
        assert ask.answer(None, f"/rounds/{found.public_id}/editions/1/standings").status_code == 404

    def test_old_and_new_stand_beside_each_other(
        self, session: Session, clock: Clock, tree: dict[str, Area], closed: RoundRow, proposed: str, ask: Asker
    ) -> None:
        base, named = f"/rounds/{closed.public_id}/editions", code(tree["community"])
        (first,) = ask.get(None, base)["items"]
        assert (first["number"], first["kind"], first["is_current"]) == (1, "freeze", True)
        write(confirm_erratum, actor_of(session, make_platform_admin(session)), proposed, now=clock.now())
        page = ask.get(None, f"{base}?limit=1")
        assert [(one["number"], one["kind"], one["what"], one["why"]) for one in page["items"]] == [
            (2, "erratum", "多记两次", "重复登记")
        ]
        rest = ask.get(None, f"{base}?limit=1&cursor={page['next_cursor']}")
        assert ([one["number"] for one in rest["items"]], rest["next_cursor"]) == ([1], None)
        old = ask.get(None, f"/editions/{first['digest']}")
        assert (old["number"], old["is_current"], old["superseded_by"], old["changes"]) == (1, False, 2, [])
        new = ask.get(None, f"{base}/2")
        assert (new["is_current"], new["superseded_by"], new["round"]["id"]) == (True, None, closed.public_id)
        (change,) = new["changes"]
        assert (change["branch"]["code"], change["total_before"], change["total"], change["rank"]) == (
            named, 10, 2.5, 1,
        )  # fmt: skip
        totals = {
            number: [one["total"] for one in ask.get(None, f"{base}/{number}/standings")["items"]] for number in (1, 2)
        }
        assert totals == {1: [10, 0], 2: [2.5, 0]}
        first_page = ask.get(None, f"{base}/1/standings?limit=1")
        last = ask.get(None, f"{base}/1/standings?limit=1&cursor={first_page['next_cursor']}")
        assert ([one["total"] for one in last["items"]], last["next_cursor"]) == ([0], None)
        for wrong in (f"{base}/3", f"{base}/3/standings", f"{base}/{10**30}/standings", "/editions/abc"):
            assert ask.answer(None, wrong).status_code == 404

    def test_without_ranks_no_edition_tells_one(
        self, session: Session, clock: Clock, closed: RoundRow, proposed: str, ask: Asker
    ) -> None:
        write(confirm_erratum, actor_of(session, make_platform_admin(session)), proposed, now=clock.now())
        policy.set_value(session, SHOWS_RANKS, False, now=clock.now())
        session.commit()
        (change,) = ask.get(None, f"/rounds/{closed.public_id}/editions/2")["changes"]
        assert change["rank"] is change["rank_before"] is None
        rows = ask.get(None, f"/rounds/{closed.public_id}/editions/2/standings")["items"]
        assert [row["rank"] for row in rows] == [None, None]

    def test_proposals_are_for_who_runs_the_round_and_its_auditors(
        self, clock: Clock, closed: RoundRow, proposed: str, ask: Asker, client: HouseClient
    ) -> None:
        address = f"/rounds/{closed.public_id}/errata"
        for who in ("office", "auditor"):
            (one,) = ask.get(who, address)["items"]
            assert (one["id"], one["state"], one["corrected_amount"], one["corrected_score"]) == (
                proposed, "proposed", 1, None,
            )  # fmt: skip
            assert one["by"] == ask.people["office"].name
            opened = ask.get(who, f"/errata/{proposed}")
            assert [(each["total_before"], each["total"]) for each in opened["changes"]] == [(10, 2.5)]
        for who in ("neighbour", "desk", "foreign", "foreign_auditor"):
            assert ask.answer(who, address).status_code == 403, who
            assert ask.answer(who, f"/errata/{proposed}").status_code == 403, who
        client.sign_in(ask.people["auditor"])
        page = client.get(f"/console/star-errata?round={closed.public_id}")
        assert "多记两次" in page.text
        assert 'name="corrected"' not in page.text, "auditors propose nothing"
        one_page = client.get(f"/console/star-errata/{proposed}").text
        assert "重复登记" in one_page
        assert "属实，确认" not in one_page
        assert client.post(f"/console/star-errata/{proposed}/confirmation").status_code == 403
