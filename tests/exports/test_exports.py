"""Exports: one content is one row, the digest can be made again, and the code tells whether it still holds."""

from __future__ import annotations

import hashlib
import io
import json
from copy import deepcopy
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.transaction import write
from pointsapp.exports.models import Export, ExportKind
from pointsapp.exports.queries import Answer, answer_of, find_export
from pointsapp.exports.services import MakeExport, make_export
from pointsapp.exports.sheets import Score, laid_out
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, EditionKind
from pointsapp.stars.policies import SHOWS_RANKS
from pointsapp.stars.services import (
    AddItem,
    Assess,
    ItemDraft,
    Propose,
    add_item,
    assess,
    confirm_erratum,
    import_scheme,
    propose_erratum,
)
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.stars.test_check import RICH
from tests.stars.things import close_it, make_branches, open_small_round, report_work, this_round


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    return tree


@pytest.fixture
def staff(session: Session, tree: dict[str, Area]) -> Person:
    return make_staff(session, tree["community"])


def export(session: Session, person: Person, kind: ExportKind, branch: str | None = None) -> str:
    return make(session, person, this_round(session).public_id, kind, branch)


def make(session: Session, person: Person, round_id: str, kind: ExportKind, branch: str | None = None) -> str:
    command = MakeExport(kind=kind, round_id=round_id, branch_id=branch)
    return write(make_export, actor_of(session, person), command, now=clock.now()).code


def give(session: Session, actor: Actor, area: str, score: int) -> None:
    """Assess the branch of the area with this code."""
    command = Assess(
        round_id=this_round(session).public_id,
        branch_id=f"b-{area}",
        indicator="party_life",
        score=score,
        reason="看过",
    )
    write(assess, actor, command, now=clock.now())


def answer(session: Session, code: str) -> Answer:
    return answer_of(session, find_export(session, code), now=clock.now()).answer


@pytest.mark.parametrize("kind", list(ExportKind))
def test_the_same_content_again_is_the_same_export(
    session: Session, tree: dict[str, Area], staff: Person, clock: Clock, kind: ExportKind
) -> None:
    branch = f"b-{tree['community'].code}" if kind in ("branch", "plan") else None
    first = export(session, staff, kind, branch)
    clock.forward(minutes=5)
    assert export(session, staff, kind, branch) == first
    assert session.scalar(select(func.count()).select_from(Export)) == 1
    assert answer(session, first) is Answer.UNCHANGED


def test_running_figures_say_that_they_have_changed(session: Session, tree: dict[str, Area], staff: Person) -> None:
    code = export(session, staff, ExportKind.STANDINGS)
    give(session, actor_of(session, staff), tree["community"].code, 500)
    assert answer(session, code) is Answer.CHANGED
    second = export(session, staff, ExportKind.STANDINGS)
    assert second != code
    assert answer(session, second) is Answer.UNCHANGED


def test_a_frozen_edition_is_current_until_a_later_one_takes_its_place(
    session: Session, tree: dict[str, Area], staff: Person, clock: Clock
) -> None:
    """The first branch has 5 points by hand, the second 2.5; frozen, then the first one's 5 turns out to have been 6."""
    give(session, actor_of(session, staff), tree["community"].code, 500)
    give(session, actor_of(session, make_staff(session, tree["other"])), tree["other"].code, 250)
    first, second = (f"b-{tree[name].code}" for name in ("community", "other"))
    running = export(session, staff, ExportKind.STANDINGS)
    found = close_it(session, clock, this_round(session))
    frozen = make(session, staff, found.public_id, ExportKind.STANDINGS)
    own, others = (make(session, staff, found.public_id, ExportKind.BRANCH, one) for one in (first, second))
    assert frozen != running
    assert find_export(session, frozen).edition == 1
    assert [answer(session, one) for one in (frozen, own, others)] == [Answer.CURRENT] * 3
    assert answer(session, running) is Answer.SUPERSEDED
    proposer, second_person = (make_staff(session, tree["street"], Role.STREET_ADMIN) for _ in range(2))
    wrong = Propose(
        round_id=found.public_id, branch_id=first, kind=EditionKind.ERRATUM, target="party_life", corrected=600,
        what="三会一课少算一次", why="十一月的记录补到了",
    )  # fmt: skip
    proposed = write(propose_erratum, actor_of(session, proposer), wrong, now=clock.now())
    assert answer(session, frozen) is Answer.CURRENT  # a proposal changes nothing
    write(confirm_erratum, actor_of(session, second_person), proposed.public_id, now=clock.now())
    told = {one: answer_of(session, find_export(session, one), now=clock.now()) for one in (frozen, own, others)}
    assert {(one.answer, one.edition, one.since) for one in told.values()} == {(Answer.SUPERSEDED, 2, clock.now())}
    # The second branch's figures are the same in the edition that took its place, and the code says so.
    assert [told[one].is_same for one in (frozen, own, others)] == [False, False, True]
    again = make(session, staff, found.public_id, ExportKind.STANDINGS)
    assert find_export(session, again).edition == 2
    assert answer(session, again) is Answer.CURRENT


def test_where_boards_show_no_ranks_neither_does_an_export(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    give(session, actor_of(session, make_staff(session, tree["other"])), tree["other"].code, 900)
    with_ranks = export(session, staff, ExportKind.STANDINGS)

    def without(session: Session) -> None:
        policy.set_value(session, SHOWS_RANKS, False, now=clock.now())

    write(without)
    code = export(session, staff, ExportKind.STANDINGS)
    rows = find_export(session, code).said["body"]["rows"]
    # Both are in the lowest tier, so the better one does not go first.
    assert [(row["rank"], row["name"], row["total"]) for row in rows] == [
        (None, f"{tree['community'].name}党支部", 0),
        (None, f"{tree['other'].name}党支部", 900),
    ]
    # The older export's figures are what they were: how boards are shown is no figure.
    assert answer(session, with_ranks) is Answer.UNCHANGED
    shown = client.get(f"/exports/{code}/print").get_data(as_text=True)
    assert "名次" not in shown
    assert "名次" in client.get(f"/exports/{with_ranks}/print").get_data(as_text=True)


def test_a_branchs_export_says_what_an_item_did_and_not_a_bare_number(session: Session, client: HouseClient) -> None:
    """Ideas 2 of 3, late work takes 2 of 4, a veto happened; the other one did not."""
    tree = make_tree(session)
    make_branches(session, tree["community"])
    write(import_scheme, deepcopy(RICH), {}, now=clock.now())
    admin, branch = make_staff(session, tree["street"], Role.STREET_ADMIN), f"b-{tree['community'].code}"
    for indicator, score in (("idea", 200), ("late", 200), ("accident", 100)):
        command = Assess(
            round_id=this_round(session).public_id, branch_id=branch, indicator=indicator, score=score, reason="核实过"
        )
        write(assess, actor_of(session, admin), command, now=clock.now())
    code = export(session, admin, ExportKind.BRANCH, branch)
    items = find_export(session, code).said["body"]["items"]
    rows = {row[1]: row[3:5] for row in laid_out(find_export(session, code).said, is_over=False).rows}
    given = {one["key"]: rows[one["name"]] for one in items}
    most = {one["key"]: one["most"] for one in items}
    assert given["idea"] == (Score(most["idea"]), Score(200))
    assert given["late"] == (Score(-most["late"]), Score(-200))
    assert str(given["late"][1]) == "−2"
    assert given["accident"] == ("", "发生")
    assert {given[one["key"]] for one in items if one["kind"] == "veto"} <= {("", "发生"), ("", "没有")}
    shown = client.get(f"/exports/{code}/print").get_data(as_text=True)
    assert "<td>发生</td>" in shown


def test_another_branchs_change_leaves_a_branchs_export_as_it_is(
    session: Session, tree: dict[str, Area], staff: Person
) -> None:
    give(session, actor_of(session, staff), tree["community"].code, 1000)
    code = export(session, staff, ExportKind.BRANCH, f"b-{tree['community'].code}")
    other = make_staff(session, tree["other"])
    give(session, actor_of(session, other), tree["other"].code, 100)
    assert answer(session, code) is Answer.UNCHANGED


def test_the_digest_is_made_again_from_what_the_code_leads_to(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    code = export(session, staff, ExportKind.STANDINGS)
    found = find_export(session, code)
    body = client.get(f"/exports/{code}.json").data
    assert hashlib.sha256(body).hexdigest() == found.digest
    content = json.loads(body)
    assert (content["kind"], content["scheme"]["version"], content["edition"]) == ("standings", 1, None)
    assert [row["total"] for row in content["body"]["rows"]] == [0, 0]


def test_what_is_exported_does_not_depend_on_who_asks(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    browser = client.sign_in(staff)
    codes = set()
    for language in ("zh", "en"):
        form = {"kind": "standings", "round_id": this_round(session).public_id}
        done = browser.post(f"/exports/new?lang={language}", data=form)
        assert done.status_code == 303
        codes.add(done.headers["Location"])
    assert len(codes) == 1


def test_only_who_works_here_exports_and_everybody_reads(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    resident = make_person(session, tree["community"])
    with pytest.raises(Forbidden):
        export(session, resident, ExportKind.STANDINGS)
    with pytest.raises(NotFound):
        export(session, staff, ExportKind.BRANCH, "b-nowhere")
    code = export(session, staff, ExportKind.STANDINGS)
    for path in (f"/q/e/{code}", f"/exports/{code}/print", f"/exports/{code}.xlsx", f"/exports/{code}.json"):
        assert client.get(path).status_code == 200, path
    assert client.get(f"/q/e/{code.lower()}").status_code == 200
    assert client.post("/scan", data={"code": code.lower()}).location == f"/q/e/{code}"
    for wrong in ("0000000000", "nonsense", code[:-1] + ("0" if code[-1] != "0" else "1")):
        assert client.get(f"/q/e/{wrong}").status_code == 404


def test_the_pages_say_how_it_stands(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    actor, community = actor_of(session, staff), tree["community"].code
    code = export(session, staff, ExportKind.STANDINGS)
    digest = find_export(session, code).digest
    page = client.get(f"/q/e/{code}").get_data(as_text=True)
    assert "运行中的数字，至今没有变" in page
    assert digest in page
    give(session, actor, community, 500)
    assert "运行中的数字，后来变了" in client.get(f"/q/e/{code}").get_data(as_text=True)
    sheet = client.get(f"/exports/{code}/print").get_data(as_text=True)
    assert digest in sheet
    assert f"/q/e/{code}" in sheet
    assert "第 1 版" in sheet


def test_no_cell_of_a_workbook_is_a_formula(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    place = tree["community"].name
    names = {"community": '=HYPERLINK("http://x","点我")', "other": "@支部"}
    for area, name in names.items():
        session.execute(update(Branch).where(Branch.code == f"b-{tree[area].code}").values(name=name))
    session.commit()
    give(session, actor_of(session, staff), tree["community"].code, 725)
    code = export(session, staff, ExportKind.STANDINGS)
    done = client.get(f"/exports/{code}.xlsx")
    assert done.headers["Content-Disposition"].startswith("attachment")
    page = load_workbook(io.BytesIO(done.data)).active
    assert page is not None
    cells = [cell for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    found = {cell.value: cell for cell in cells}
    for name in names.values():
        assert found[name].data_type == "s"
        assert found[name].quotePrefix
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(number for number, row in enumerate(rows) if row[0] == "名次")
    assert rows[head][:2] == ["名次", "支部"]
    first = rows[head + 1]
    assert first[:3] == [1, names["community"], place]
    assert 7.25 in first  # a number, not a text
    assert find_export(session, code).digest in found
    assert len(page._images) == 1


def test_a_plan_on_paper_names_nobody(
    session: Session, tree: dict[str, Area], client: HouseClient, staff: Person
) -> None:
    secretary = make_staff(session, tree["community"], Role.BRANCH_SECRETARY)
    leader = make_staff(session, tree["community"], Role.GRID_LEADER, name="宋志刚")
    draft = ItemDraft(
        star="first", indicator="party_life", title="-补齐三会一课", lead_unit="组织办", responsible_unit="支部",
        person_id=leader.public_id, due_on=clock.local_day(clock.now()) + timedelta(days=3),
    )  # fmt: skip
    command = AddItem(round_id=this_round(session).public_id, branch_id=f"b-{tree['community'].code}", item=draft)
    write(add_item, actor_of(session, secretary), command, now=clock.now())
    code = export(session, staff, ExportKind.PLAN, f"b-{tree['community'].code}")
    assert "宋志刚" not in find_export(session, code).content
    page = load_workbook(io.BytesIO(client.get(f"/exports/{code}.xlsx").data)).active
    assert page is not None
    cells = {cell.value: cell for row in page.iter_rows() for cell in row}
    assert cells["-补齐三会一课"].data_type == "s"
    days = [cell for row in page.iter_rows() for cell in row if cell.is_date]
    assert [cell.value.date() for cell in days] == [draft.due_on]  # type: ignore[union-attr]


def test_the_wall_and_a_branch_open_on_paper(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    report_work(session, tree["community"], staff)
    wall = export(session, staff, ExportKind.WALL)
    branch = export(session, staff, ExportKind.BRANCH, f"b-{tree['community'].code}")
    for code, words in ((wall, "挂图"), (branch, "三会一课")):
        assert words in client.get(f"/exports/{code}/print").get_data(as_text=True)
        assert words in client.get(f"/q/e/{code}").get_data(as_text=True)
        assert client.get(f"/exports/{code}.xlsx").status_code == 200


def test_the_form_asks_again_for_what_it_does_not_know(
    session: Session, tree: dict[str, Area], staff: Person, client: HouseClient
) -> None:
    browser = client.sign_in(staff)
    found = this_round(session)
    assert browser.get(f"/exports/new?round={found.public_id}").status_code == 200
    assert browser.get(f"/exports/new?branch_id=b-{tree['community'].code}&kind=plan").status_code == 200
    assert browser.post("/exports/new", data={"kind": "everything", "round_id": found.public_id}).status_code == 422
    done = browser.post("/exports/new", data={"kind": "wall", "round_id": found.public_id, "shape": "xlsx"})
    assert done.headers["Location"].endswith(".xlsx")
