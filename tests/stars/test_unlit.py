"""A closed round: what is not lit reads 未点亮 and no longer 有风险, and nothing that was stored says anything else than before."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.transaction import write
from pointsapp.exports.models import ExportKind
from pointsapp.exports.queries import Answer, answer_of, find_export
from pointsapp.exports.services import MakeExport, make_export
from pointsapp.exports.sheets import laid_out
from pointsapp.stars.models import EditionRow
from pointsapp.stars.queries import RoundRow, standings, wrong_editions
from pointsapp.stars.rules.score import StarState, score_branch, shown_state
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, bearer, kept, make_person, make_staff
from tests.stars.test_rules import small
from tests.stars.things import close_it, code, publish_it, tasks


@pytest.mark.parametrize("state", list(StarState))
def test_only_what_is_at_risk_reads_otherwise_and_only_when_it_is_over(state: StarState) -> None:
    assert shown_state(state, is_over=False) is state
    assert shown_state(state, is_over=True) is (StarState.UNLIT if state is StarState.AT_RISK else state)


@pytest.mark.parametrize(
    ("aims", "state"),
    [(None, StarState.AT_RISK), (["first"], StarState.NOT_AIMED)],
)
def test_the_last_day_alone_ends_nothing(aims: list[str] | None, state: StarState) -> None:
    """The second star is lit at 10 points; 240 minutes of 1000 people are 4. Late work can still bring the others."""
    values = {"service_minutes": 240, "headcount": 1000, "tasks_completed": 0}
    second = score_branch(small(), values, {}, aims=aims, elapsed=Fraction(1)).stars[1]
    assert (second.state, second.shown) == (state, state)


def test_a_closed_round_says_so_everywhere_and_its_edition_is_as_it_was(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow
) -> None:
    """The first branch has closed three tasks and lit its second star; neither branch has its first, the other none."""
    lit, dark = code(tree["community"]), code(tree["other"])
    tasks(session, tree["community"], 3)
    reader = kept(session, make_person(session, tree["community"]))
    running = client.get("/stars").text
    assert "有风险" in running
    assert "未点亮" not in running
    publish_it(session, clock, found)
    asked = f"?round={found.public_id}"
    text = client.get(f"/stars{asked}").text
    assert "有风险" in text, "published: an objection may still light it"
    assert "未点亮" not in text
    closed = close_it(session, clock, found)
    client.sign_in(reader)
    for path in (
        f"/stars{asked}",
        f"/stars/{dark}{asked}",
        f"/stars/compare{asked}&a={lit}&b={dark}",
    ):
        text = client.get(path).text
        assert "未点亮" in text, path
        assert "有风险" not in text, path
    english = client.get(f"/stars{asked}&lang=en").text
    assert "Not lit" in english
    assert "At risk" not in english
    told = client.get(
        f"/api/v1/five-star/rounds/{found.public_id}/standings/{dark}", headers=bearer(session, reader)
    ).get_json()
    assert [(star["state"], star["shown"]) for star in told["stars"]] == [("at_risk", "unlit")] * 2
    stored = {one["state"] for row in session.scalars(select(EditionRow)) for one in row.facts["stars"]}
    assert stored == {"at_risk", "lit"}
    assert wrong_editions(session) == []
    states = [one.shown for row in standings(session, closed, now=clock.now()) for one in row.score.stars]
    assert states == [StarState.UNLIT, StarState.LIT, StarState.UNLIT, StarState.UNLIT]


@pytest.mark.parametrize("kind", [ExportKind.WALL, ExportKind.BRANCH])
def test_an_export_keeps_what_was_stored_and_is_read_as_pages_are(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, kind: ExportKind
) -> None:
    """One is taken when the round is published, one of the edition: the first goes on saying what was true when it was taken."""
    staff = actor_of(session, make_staff(session, tree["community"]))
    asked = MakeExport(
        kind=kind, round_id=found.public_id, branch_id=code(tree["community"]) if kind is ExportKind.BRANCH else None
    )
    publish_it(session, clock, found)
    early = write(make_export, staff, asked, now=clock.now())
    close_it(session, clock, found)
    late = write(make_export, staff, asked, now=clock.now())
    for receipt, is_over in ((early, False), (late, True)):
        export = find_export(session, receipt.code)
        assert (export.is_over, export.says_unlit) == (is_over, is_over)
        assert '"state":"at_risk"' in export.content
        said = {str(cell) for row in laid_out(export.said, is_over=export.is_over).rows for cell in row}
        assert ("未点亮" in said, "有风险" in said) == (is_over, not is_over)
        page = client.get(f"/q/e/{receipt.code}").text
        assert ("早先打印的" in page) is is_over
    assert answer_of(session, find_export(session, late.code), now=clock.now()).answer is Answer.CURRENT
