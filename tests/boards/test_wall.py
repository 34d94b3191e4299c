"""The wall chart: every branch hangs somewhere, in ranks or in tiers; what has not changed is not sent again; no person anywhere."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import find_area
from pointsapp.boards.queries import Wall, wall_chart
from pointsapp.boards.queries.wall import ROWS_ON_A_SCREEN
from pointsapp.core import clock as clocks
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.stars.policies import SHOWS_RANKS
from pointsapp.stars.services import AddItem, ItemDraft, add_item, import_scheme
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_area, make_person, make_staff, make_tree
from tests.stars.test_pages import counted
from tests.stars.things import SMALL_SCHEME, make_branches, open_small_round, report, this_round


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    return make_tree(session)


def hang(session: Session, tree: dict[str, Area], branches: int) -> None:
    make_branches(session, *(make_area(session, tree["street"], name=f"第{n}社区") for n in range(branches)))
    open_small_round(session)


def switch_ranks_off() -> None:
    write(policy.set_value, SHOWS_RANKS, False, now=clocks.now() - timedelta(seconds=1))


def screens(session: Session) -> list[Wall]:
    found = [wall_chart(session, 0, now=clocks.now())]
    while found[-1].following:
        found.append(wall_chart(session, found[-1].following, now=clocks.now()))
    return found


def test_before_anything_was_imported(client: HouseClient, session: Session) -> None:
    assert "五星榜还没有挂出来" in client.get("/wall").text
    assert "data-wall-part" not in client.get("/wall/screen").text


@pytest.mark.parametrize("has_ranks", [True, False])
@pytest.mark.parametrize("branches", [1, ROWS_ON_A_SCREEN, ROWS_ON_A_SCREEN + 1, 29])
def test_every_branch_hangs_on_exactly_one_screen(
    session: Session, tree: dict[str, Area], branches: int, has_ranks: bool
) -> None:
    hang(session, tree, branches)
    if not has_ranks:
        switch_ranks_off()
    walls = screens(session)
    codes = [row.branch.code for wall in walls for row in wall.rows]
    assert sorted(codes) == sorted(set(codes))
    assert len(codes) == branches
    sizes = [len(wall.rows) for wall in walls]
    assert max(sizes) <= ROWS_ON_A_SCREEN
    assert max(sizes) - min(sizes) <= len(sizes)  # spread evenly, not one screen almost empty
    assert [(wall.screen, wall.screens) for wall in walls] == [(n, len(walls)) for n in range(1, len(walls) + 1)]
    assert [wall.before for wall in walls] == (
        [walls[-1].start, *(wall.start for wall in walls[:-1])] if len(walls) > 1 else [None]
    )


def test_an_unknown_screen_is_the_first(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    hang(session, tree, ROWS_ON_A_SCREEN + 2)
    first = wall_chart(session, 0, now=clocks.now())
    assert wall_chart(session, 999, now=clocks.now()).rows == first.rows
    for odd in ("x", "-1", "²", "9" * 50):
        assert client.get(f"/wall?from={odd}").status_code == 200
    assert f'data-wall-go="/wall/screen?from={first.following}" data-wall-next' in client.get("/wall").text


def test_a_street_hangs_its_own(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    wall = wall_chart(session, 0, find_area(session, tree["other"].code), now=clocks.now())
    assert [row.branch.area_id for row in wall.rows] == [tree["other"].id]
    page = client.get(f"/wall?area={tree['other'].code}").text
    assert f'data-wall="/wall/screen?area={tree["other"].code}"' in page
    assert tree["community"].name + "党支部" not in page
    assert client.get("/wall?area=nowhere").status_code == 404


def test_schemes_side_by_side_hang_one_after_the_other(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    hang(session, tree, ROWS_ON_A_SCREEN + 1)
    rural = {
        **deepcopy(SMALL_SCHEME),
        "scheme": "rural",
        "name": "农村两星",
        "applies_to": {"areas": [tree["other"].code]},
    }
    write(import_scheme, rural, {}, now=clocks.now())
    make_branches(session, tree["other"])
    walls = screens(session)
    assert [wall.round.scheme.code for wall in walls if wall.round] == ["small", "small", "rural"]
    assert [(wall.screen, wall.screens, wall.branches) for wall in walls] == [(1, 3, 13), (2, 3, 13), (3, 3, 1)]
    assert [wall.start for wall in walls] == [0, 7, 13]
    assert [row.branch.area_id for row in walls[-1].rows] == [tree["other"].id]
    assert walls[0].before == walls[-1].start
    assert "农村两星" in client.get("/wall?from=13").text
    alone = client.get("/wall?scheme=rural").text
    assert "data-wall-next" not in alone
    assert 'data-wall="/wall/screen?scheme=rural"' in alone
    assert client.get("/wall?scheme=nothing").status_code == 404
    elsewhere = wall_chart(session, 0, find_area(session, tree["other"].code), now=clocks.now())
    assert (elsewhere.screens, elsewhere.schemes, len(elsewhere.rows)) == (1, 1, 1)


def test_what_has_not_changed_is_not_sent_again(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    make_branches(session, tree["community"])
    open_small_round(session)
    tag = {"If-None-Match": client.get("/wall/screen").headers["ETag"]}
    clock.forward(minutes=17)  # the clock on the wall goes on, the picture stays
    assert client.get("/wall/screen", headers=tag).status_code == 304
    report(session, "tasks.closed", tree["community"], participants=2)
    assert client.get("/wall/screen", headers=tag).status_code == 200


def test_the_edge_tells_how_the_plans_stand(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    secretary = actor_of(session, make_staff(session, tree["community"], Role.BRANCH_SECRETARY))
    today = clocks.local_day(clocks.now())
    for due_on in (today - timedelta(days=1), today - timedelta(days=2), today + timedelta(days=30)):
        item = ItemDraft(
            star="first",
            indicator=None,
            title="补齐会议记录",
            lead_unit="党建办",
            responsible_unit="党总支",
            person_id=None,
            due_on=due_on,
        )
        command = AddItem(round_id=this_round(session).public_id, branch_id=f"b-{tree['community'].code}", item=item)
        write(add_item, secretary, command, now=clocks.now())
    wall = wall_chart(session, 0, now=clocks.now())
    assert wall.overdue == 2
    assert {counts.overdue for counts in wall.sums.values()} == {2}
    assert wall_chart(session, 0, find_area(session, tree["other"].code), now=clocks.now()).overdue == 0
    page = client.get("/wall").text
    assert "逾期 2" in page
    assert "未列计划" in page


def test_without_ranks_it_hangs_tiers_and_no_rank_is_told(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    for _ in range(3):
        report(session, "tasks.closed", tree["other"], participants=2)
    by_code = sorted((tree[key].code, f"{tree[key].name}党支部") for key in ("community", "other"))
    expected = [name for _code, name in by_code]
    assert '<td class="wall-rank num">1</td>' in client.get("/wall").text
    switch_ranks_off()
    for path in ("/wall", "/wall/screen"):
        page = client.get(path).text
        assert 'scope="rowgroup"' in page
        assert "不排名次" in page
        assert "wall-rank" not in page
        assert "名次</th>" not in page
        assert re.findall(r'class="wall-name[^>]*>([^<]+)</th>', page)[1:] == expected


def test_nobodys_name_hangs_on_the_wall(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    make_branches(session, tree["community"])
    open_small_round(session)
    report(session, "checkin.credited", tree["community"], make_person(session, tree["community"], name="慕容小小"), minutes=60, points=0)  # fmt: skip
    client.sign_in(make_staff(session, tree["street"], Role.STREET_ADMIN))
    for path in ("/wall", "/wall/screen"):
        assert "慕容" not in client.get(path).text


def test_at_most_twelve_queries(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    hang(session, tree, 15)
    with counted(session) as seen:
        client.get("/wall")
    assert 0 < len(seen) <= 12, seen
