"""The seals as everybody sees them: page and JSON, and a person's own entry under its seal."""

from __future__ import annotations

import html
import re
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.jobs import Scheduled, run_job
from pointsapp.core.transaction import write
from pointsapp.ledger.models import Entry
from pointsapp.ledger.services.seals import seal_due
from pointsapp.people.models import Person
from tests.boards.things import earn
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, make_person, make_tree
from tests.stars.test_pages import counted


@pytest.fixture
def person(session: Session, clock: Clock) -> Person:
    """Somebody with an entry on each of three sealed days and one today."""
    found = make_person(session, make_tree(session)["community"], name="司徒小红")
    for day in range(4):
        earn(session, found, 10 + day, minutes=30, at=clock.now())
        session.commit()
        if day < 3:
            clock.forward(days=1)
            run_job(write, Scheduled("seal", 60, seal_due), clock.now())
    return found


def entry_of(session: Session, person: Person, *, at: int) -> str:
    ids = session.scalars(select(Entry.public_id).where(Entry.person_id == person.id).order_by(Entry.id)).all()
    return ids[at]


class TestPage:
    def test_a_guest_reads_codes_that_fit_their_lines(self, client: HouseClient, person: Person) -> None:
        page = client.get("/seals")
        assert page.status_code == 200
        texts = [html.unescape(each) for each in re.findall(r'<pre class="seal-text">(.*?)</pre>', page.text, re.S)]
        assert len(texts) == 3
        for said in texts:
            assert f'<code class="digest">{sha256(said.encode()).hexdigest()}</code>' in page.text
        previous = [re.search(r"previous: (\w+)", said).group(1) for said in texts]  # type: ignore[union-attr]
        assert previous == [sha256(said.encode()).hexdigest() for said in texts[1:]] + ["0" * 64]
        assert "11月23日" in page.text
        assert "司徒" not in page.text

    def test_before_the_first_seal(self, client: HouseClient, session: Session) -> None:
        assert "还没有封条" in client.get("/seals").text
        assert "No seal yet" in client.get("/seals?lang=en").text

    def test_in_english(self, client: HouseClient, person: Person) -> None:
        text = client.get("/seals?lang=en").text
        assert "How to check it yourself" in text
        assert "Seal code" in text

    def test_few_queries(self, client: HouseClient, session: Session, person: Person) -> None:
        with counted(session) as seen:
            client.get("/seals")
        assert 0 < len(seen) <= 3, seen

    @pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0"])
    def test_a_cursor_that_is_none(self, client: HouseClient, session: Session, cursor: str) -> None:
        assert client.get(f"/seals?cursor={cursor}").status_code == 422

    def test_the_statement_leads_here(self, client: HouseClient, session: Session) -> None:
        assert 'href="/seals"' in client.get("/statement").text


class TestJson:
    def test_anybody_may_keep_a_copy(self, client: HouseClient, person: Person) -> None:
        first = client.get("/api/v1/seals?limit=2").get_json()
        rest = client.get(f"/api/v1/seals?cursor={first['next_cursor']}").get_json()
        items = first["items"] + rest["items"]
        assert [item["number"] for item in items] == [3, 2, 1]
        assert [item["day"] for item in items] == ["2026-11-23", "2026-11-22", "2026-11-21"]
        assert rest["next_cursor"] is None
        for item in items:
            assert sha256(item["text"].encode()).hexdigest() == item["digest"]
            assert f"root: {item['root']}\n" in item["text"]
        assert "司徒" not in str(items)

    def test_ones_own_entry_leads_to_the_root(self, client: HouseClient, session: Session, person: Person) -> None:
        entry = entry_of(session, person, at=1)
        proof = client.get(f"/api/v1/me/points/entries/{entry}/proof", headers=bearer(session, person)).get_json()
        assert proof["seal"]["number"] == 2
        found = sha256(b"\0" + proof["text"].encode()).digest()
        assert found.hex() == proof["leaf"]
        at, last = proof["index"], proof["seal"]["entries"] - 1
        ahead = [bytes.fromhex(code) for code in proof["path"]]
        while last:  # RFC 9162, 2.1.3.2, as a reader of the document would write it
            if at % 2 == 1:
                found = sha256(b"\1" + ahead.pop(0) + found).digest()
            elif at < last:
                found = sha256(b"\1" + found + ahead.pop(0)).digest()
            at, last = at // 2, last // 2
        assert (found.hex(), ahead) == (proof["seal"]["root"], [])

    def test_not_yet_sealed_or_not_ones_own(self, client: HouseClient, session: Session, person: Person) -> None:
        def ask(entry: str, who: Person) -> int:
            return client.get(f"/api/v1/me/points/entries/{entry}/proof", headers=bearer(session, who)).status_code

        assert ask(entry_of(session, person, at=3), person) == 404
        assert ask("nothing", person) == 404
        other = make_person(session, make_tree(session)["community"])
        assert ask(entry_of(session, person, at=1), other) == 404
        assert client.get("/api/v1/me/points/entries/x/proof").status_code == 401


class TestOwnEntry:
    def test_a_person_sees_the_seal_of_their_entry(self, client: HouseClient, session: Session, person: Person) -> None:
        entry = entry_of(session, person, at=1)
        assert f"/seals/entries/{entry}" in client.sign_in(person).get(f"/me/points/{entry}").text
        page = client.get(f"/seals/entries/{entry}").text
        assert '已封存在 <span class="keep">11月22日' in page
        digest = client.get("/api/v1/seals").get_json()["items"][1]["digest"]
        assert digest in page

    def test_todays_is_not_sealed_yet(self, client: HouseClient, session: Session, person: Person) -> None:
        page = client.sign_in(person).get(f"/seals/entries/{entry_of(session, person, at=3)}")
        assert page.status_code == 200
        assert "这一笔还没有封存" in page.text

    def test_nobody_elses(self, client: HouseClient, session: Session, person: Person) -> None:
        other = make_person(session, make_tree(session)["community"])
        for at in (1, 3):
            assert client.sign_in(other).get(f"/seals/entries/{entry_of(session, person, at=at)}").status_code == 404
        assert client.get("/seals/entries/nothing").status_code == 404
