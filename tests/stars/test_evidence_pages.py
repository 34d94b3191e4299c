"""/stars/<branch>/evidence/<indicator>: every row behind a figure, as much of each as the reader may see."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.services import MemberDraft, import_members
from tests.conftest import HouseClient
from tests.factories import make_person
from tests.stars.test_pages import b, counted, people
from tests.stars.things import report_work

__all__ = ["people"]  # a fixture


def _work(session: Session, area: Area, number: int) -> None:
    for each in range(number):
        report_work(session, area, make_person(session, area, name=f"慕容小{each}"))


def test_officers_read_every_row_residents_masked_guests_none(
    client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
) -> None:
    _work(session, tree["community"], 53)
    branch = f"/stars/{b(tree['community'])}"
    path = f"{branch}/evidence/hours"
    assert client.get(path).status_code == 302
    client.sign_in(people["staff"])
    link = re.search(r'href="(/stars/[^"]+/evidence/hours)"[^>]*>(?:(?!</a>).)*看全部 53 条', client.get(branch).text)
    assert link is not None
    first = client.get(unescape(link.group(1))).text
    more = re.search(r'href="([^"]+cursor=[^"]+)"', first)
    assert more is not None
    second = client.get(unescape(more.group(1))).text
    assert "cursor=" not in second.split("再看一些")[0] or "再看一些" not in second
    seen = re.findall(r"慕容小\d+", first + second)
    assert sorted(set(seen)) == sorted(f"慕容小{each}" for each in range(53))
    assert len(seen) == 53
    for who in ("resident", "elsewhere"):
        page = client.sign_in(people[who]).get(path).text
        assert "慕容小" not in page
        assert page.count("慕容*") == 50
        assert "姓名只显示姓氏" in page


def test_what_is_kept_back_there_is_kept_back_here(
    client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
) -> None:
    _work(session, tree["community"], 4)  # fewer than five people could be guessed
    path = f"/stars/{b(tree['community'])}/evidence"
    assert client.sign_in(people["resident"]).get(f"{path}/hours").status_code == 403
    assert client.sign_in(people["staff"]).get(f"{path}/hours").status_code == 200
    for wrong in ("nothing", "party_life"):
        assert client.get(f"{path}/{wrong}").status_code == 404
    assert client.get(f"{path}/hours?cursor=x").status_code == 422
    assert client.get("/stars/nowhere/evidence/hours").status_code == 404


def test_party_members_rows_are_for_who_may_read_members(
    client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
) -> None:
    area = tree["community"]
    for number in range(6):
        person = make_person(session, area, phone=f"1370000000{number}")
        write(import_members, [MemberDraft(line=2, phone=person.phone or "", branch_code=b(area))], now=clock.now())
        report_work(session, area, person)
    path = f"/stars/{b(area)}/evidence/members_active"
    for who, status in (("resident", 403), ("staff", 403), ("secretary", 200), ("office", 200)):
        assert client.sign_in(people[who]).get(path).status_code == status, who


def test_a_page_reads_little(
    client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
) -> None:
    _work(session, tree["community"], 7)
    client.sign_in(people["office"])
    with counted(session) as seen:
        assert client.get(f"/stars/{b(tree['community'])}/evidence/hours").status_code == 200
    assert 0 < len(seen) <= 12
