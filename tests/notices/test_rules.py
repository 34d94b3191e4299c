"""Which sentence fits, and that every sentence has words, a picture and no hole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from pointsapp.notices.messages import WORDS, say
from pointsapp.notices.rules import is_news, variant

ICONS = (Path(__file__).parents[2] / "static/img/icons.svg").read_text()
AT = "2026-11-21T11:00:00+00:00"
FULL = {
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
}


@pytest.mark.parametrize(
    ("kind", "facts", "key"),
    [
        ("tasks.shift_moved_for_person", {"clashes": True}, "tasks.shift_moved_for_person:clashes"),
        ("tasks.shift_moved_for_person", {"clashes": False}, "tasks.shift_moved_for_person"),
        ("checkin.credited", {"points": 0}, "checkin.credited:no_points"),
        ("checkin.credited", {"points": 20}, "checkin.credited"),
        ("checkin.provisional", {"cut_off": True}, "checkin.provisional"),
        ("checkin.provisional", {}, "checkin.provisional:ticked"),
        ("people.one_time_code_used", {"password_replaced": True}, "people.one_time_code_used:password"),
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
    }
    if special == "no_points":
        facts["points"] = 0
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
