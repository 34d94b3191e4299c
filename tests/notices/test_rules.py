"""Which sentence fits, and that every sentence has words, a picture and no hole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from pointsapp.notices.messages import WORDS
from pointsapp.notices.rules import is_news, variant
from pointsapp.notices.saying import say

ICONS = (Path(__file__).parents[2] / "static/img/icons.svg").read_text()
AT = "2026-11-21T11:00:00+00:00"
FULL = {
    "things": 3,
    "title": "红专路夜巡",
    "shop": "胖婶烩面",
    "starts_at": AT,
    "ends_at": "2026-11-21T13:00:00+00:00",
    "from_at": AT,
    "stopped_at": AT,
    "offer_expires_at": AT,
    "expires_at": AT,
    "minutes": 120,
    "minutes_before": 90,
    "points": 20,
    "points_before": 15,
    "role": "staff",
    "branch": "顺河路党支部",
    "branch_id": "b1",
    "round_id": "r1",
    "quarter": "2026Q3",
    "number": 2,
    "what": "多记了一次",
    "reason": "材料重复",
    "place": "社区议事厅",
    "held_at": AT,
    "due_at": AT,
    "area": "建文社区",
    "act": "took_voucher",
    "rank_before": 2,
    "rank": 3,
    "office": "军区社区",
    "handler": "郑雅静",
    "by": "郑雅静",
    "month": "2026-10",
    "redemptions": 20,
    "settlement": "s1",
    "mandate": "m1",
    "dispute": "d1",
    "redeemed_at": AT,
    "note": "明早到货",
    "answer": "已查协议",
    "reference": "转 7",
    "finding_id": "f1",
    "due_on": "2026-11-30",
    "first_on": "2026-12-03",
    "last_on": "2026-12-20",
}


@pytest.mark.parametrize(
    ("kind", "facts", "key"),
    [
        ("tasks.shift_moved_for_person", {"clashes": True}, "tasks.shift_moved_for_person:clashes"),
        ("tasks.shift_moved_for_person", {"clashes": False}, "tasks.shift_moved_for_person"),
        ("checkin.credited", {"points": 0}, "checkin.credited:no_points"),
        ("checkin.credited", {"points": 20}, "checkin.credited"),
        ("checkin.corrected", {"points": 20, "points_before": 20}, "checkin.corrected:same_points"),
        ("checkin.corrected", {"points": 30, "points_before": 20}, "checkin.corrected"),
        ("checkin.provisional", {"cut_off": True}, "checkin.provisional"),
        ("checkin.provisional", {}, "checkin.provisional:ticked"),
        ("inspections.finding_for_branch", {"step": "late"}, "inspections.finding_for_branch:late"),
        ("stars.standing_corrected", {"rank": 2}, "stars.standing_corrected"),
        ("stars.standing_corrected", {"has_ranks": False}, "stars.standing_corrected:unranked"),
        ("stars.standing_corrected", {"has_ranks": False, "is_named": True}, "stars.standing_corrected:named_unranked"),
        ("stars.standing_corrected", {"is_named": True, "is_taken_back": True}, "stars.standing_corrected:taken_back"),
        ("ledger.points_lapsing", {"first_on": "2026-12-03", "last_on": "2026-12-20"}, "ledger.points_lapsing"),
        ("ledger.points_lapsing", {"first_on": "2026-12-03", "last_on": "2026-12-03"}, "ledger.points_lapsing:one_day"),
        ("people.one_time_code_used", {"password_replaced": True}, "people.one_time_code_used:password"),
        ("settlements.paid", {"fen": 400}, "settlements.paid"),
        ("settlements.paid", {"fen": -200}, "settlements.paid:owed"),
        ("settlements.paid", {}, "settlements.paid"),
        ("settlements.approved", {"fen": 0}, "settlements.approved:nought"),
    ],
)
def test_the_sentence_that_fits(kind: str, facts: dict[str, object], key: str) -> None:
    assert variant(kind, facts) == key
    assert key in WORDS


def test_news_is_what_others_did() -> None:
    assert is_news("checkin.credited", 1, 2)
    assert is_news("redemption.voucher_expired", 1, None)
    assert not is_news("checkin.credited", 1, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", sorted(WORDS))
def test_every_sentence_is_whole(app: Flask, key: str, language: str) -> None:
    kind, _, special = key.partition(":")
    facts = {
        **FULL,
        "clashes": special == "clashes",
        "cut_off": special != "ticked",
        "password_replaced": special != "",
        "state": "upheld" if special == "upheld" else "rejected",
        "is_named": special in ("named", "taken_back"),
        "is_taken_back": special == "taken_back",
        "is_deputy": special.startswith("deputy"),
        "step": special,
        "fen": {"owed": -200, "nought": 0}.get(special, 200),
    }
    if special == "no_points":
        facts["points"] = 0
    if kind == "people.role_granted" and not special.endswith("later"):
        facts["first_on"] = None
    if special == "one_day":
        facts["last_on"] = facts["first_on"]
    with app.test_request_context(f"/?lang={language}"):
        said = say(kind, facts)
    assert said.title
    assert said.text
    assert "—" not in said.title + said.text
    assert "%(" not in said.title + said.text
    assert f'id="{said.glyph}"' in ICONS
    assert bool(re.search("[\u4e00-\u9fff]", said.title)) is (language == "zh")


def test_a_kind_that_has_left_the_house_still_shows(app: Flask) -> None:
    with app.test_request_context("/"):
        assert say("wishes.granted", {}).title == "wishes.granted"


def test_a_missing_fact_reads_as_a_dash(app: Flask) -> None:
    with app.test_request_context("/"):
        assert "—" in say("checkin.credited", {"points": 3}).text
