"""The draw by itself: exact for given values, fair, and found out when anything was changed. Another hand wrote it a second time here."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointsapp.inspections.rules.draw import (
    Announcement,
    Drawn,
    announcement_of,
    check_again,
    commitment_text,
    digest,
    document_of,
    draw,
    list_text,
)

SEED = "00112233445566778899aabbccddeeff" * 2


def announced(branches: int = 11, inspectors: int = 5, **over: Any) -> Announcement:
    values: dict[str, Any] = {
        "round_id": "abcdefghijkl",
        "number": 1,
        "title": "台账真实性抽查",
        "branches": tuple((f"zb-{n:02d}", f"第{n}支部") for n in range(1, branches + 1)),
        "inspectors": tuple((f"grant{n:02d}", f"督查员{n:02d}") for n in range(1, inspectors + 1)),
        "take": min(4, branches),
        "per_branch": min(2, inspectors),
        "value_name": "福彩3D 第2026315期开奖号码",
        "value_source": "中国福彩网开奖公告",
        "value_at": "2026-11-22T13:15:00Z",
    }
    return Announcement(**{**values, **over})


def published(one: Announcement, seed: str = SEED, value: str = "3 7 9") -> dict[str, Any]:
    return document_of(
        one, digest(commitment_text(one, seed)), seed=seed, value=value, result=draw(one, seed, value), state="revealed"
    )


# A second implementation, from the words in docs/stars.md and the published file only: no function of ours is used.


def other_hand(file: dict[str, Any]) -> tuple[str, list[tuple[str, list[str]]]]:
    """Return (commitment, result) as somebody with the file and a textbook computes them."""

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def lines(rows: list[dict[str, str]], key: str, words: str) -> str:
        ordered = sorted(rows, key=lambda row: row[key].encode("utf-8"))
        return "".join(row[key] + "\t" + row[words] + "\n" for row in ordered)

    commitment = sha(
        "pointsapp-draw-1\n"
        + "".join(
            f"{name}={value}\n"
            for name, value in [
                ("round", file["round_id"]),
                ("number", file["number"]),
                ("title", file["title"]),
                ("branches", sha(lines(file["branches"], "code", "name"))),
                ("inspectors", sha(lines(file["inspectors"], "id", "label"))),
                ("take", file["take"]),
                ("per_branch", file["per_branch"]),
                ("value", file["value_name"]),
                ("source", file["value_source"]),
                ("at", file["value_at"]),
                ("seed", file["seed"]),
            ]
        )
    )

    class Dice:
        def __init__(self, purpose: str) -> None:
            self.purpose, self.counter, self.left = purpose, 0, b""

        def number(self) -> int:
            if not self.left:
                message = "\n".join([self.purpose, commitment, file["value"], str(self.counter)])
                self.left = hmac.digest(bytes.fromhex(file["seed"]), message.encode("utf-8"), "sha256")
                self.counter += 1
            word, self.left = self.left[:8], self.left[8:]
            return int.from_bytes(word, "big")

        def under(self, most: int) -> int:
            while True:
                number = self.number()
                if number // most < 2**64 // most:
                    return number % most

        def shuffle(self, rows: list[str]) -> list[str]:
            rows = sorted(rows, key=lambda row: row.encode("utf-8"))
            for i in range(len(rows) - 1):
                j = i + self.under(len(rows) - i)
                rows[i], rows[j] = rows[j], rows[i]
            return rows

    chosen = Dice("branches").shuffle([row["code"] for row in file["branches"]])[: file["take"]]
    dice, deck, result = Dice("inspectors"), [], []
    for code in chosen:
        if len(deck) < file["per_branch"]:
            deck = dice.shuffle([row["id"] for row in file["inspectors"]])
        result.append((code, deck[: file["per_branch"]]))
        deck = deck[file["per_branch"] :]
    return commitment, result


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    branches=st.integers(1, 40),
    inspectors=st.integers(0, 6),
    share=st.integers(1, 100),
    per_branch=st.integers(0, 6),
    seed=st.binary(min_size=32, max_size=32),
    value=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=20),
)
def test_another_hand_comes_to_the_same_from_the_published_file(
    branches: int, inspectors: int, share: int, per_branch: int, seed: bytes, value: str
) -> None:
    one = announced(branches, inspectors, take=max(1, branches * share // 100), per_branch=min(per_branch, inspectors))
    file = json.loads(json.dumps(published(one, seed.hex(), value)))
    commitment, result = other_hand(file)
    assert commitment == file["commitment"]
    assert [{"code": code, "inspectors": who} for code, who in result] == file["result"]
    assert all(check.is_right for check in check_again(file))


def test_a_known_draw_stays_what_it_was() -> None:
    # Worked out by other_hand above and written down: a change of the algorithm would unmake every published draw.
    file = published(announced())
    commitment, result = other_hand(file)
    assert commitment == KNOWN_COMMITMENT
    assert result == KNOWN_RESULT
    assert draw(announced(), SEED, "3 7 9") == tuple(
        Drawn(code=code, inspectors=tuple(who)) for code, who in KNOWN_RESULT
    )


KNOWN_COMMITMENT = "dfbbae9a33e9a0d02aae32e8937d2881b7e92d1207fcd473e7c201a7dea05c10"
KNOWN_RESULT = [
    ("zb-01", ["grant03", "grant05"]),
    ("zb-08", ["grant01", "grant04"]),
    ("zb-03", ["grant04", "grant01"]),
    ("zb-02", ["grant05", "grant03"]),
]


def test_the_order_in_which_lists_were_typed_decides_nothing() -> None:
    one = announced()
    turned = replace(one, branches=one.branches[::-1], inspectors=one.inspectors[::-1])
    assert draw(turned, SEED, "3 7 9") == draw(one, SEED, "3 7 9")


def test_every_branch_is_as_likely_as_any_other() -> None:
    one = announced(7, 0, take=2, per_branch=0)
    times = 7000
    seen = Counter(drawn.code for n in range(times) for drawn in draw(one, SEED, str(n)))
    expected = times * 2 / 7
    # 6 degrees of freedom: 22.5 is the 0.999 quantile of chi square; the values are fixed, so this cannot flicker
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 22.5
    assert len(seen) == 7


def test_inspectors_go_round_before_anybody_goes_twice() -> None:
    one = announced(9, 4, take=6, per_branch=2)
    went = [who for drawn in draw(one, SEED, "1") for who in drawn.inspectors]
    assert set(Counter(went).values()) == {3}  # 6 branches x 2 = 12 places among 4
    assert all(len(set(drawn.inspectors)) == 2 for drawn in draw(one, SEED, "1"))


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("branches", [{"code": "zb-01", "name": "别的支部"}], {"branches", "commitment", "result"}),
        ("take", 3, {"commitment", "result"}),
        ("value", "3 7 8", {"result"}),
        ("seed", "ff" * 32, {"commitment", "result"}),
        ("result", [], {"result"}),
        ("commitment", "00" * 32, {"commitment"}),
        ("value_name", "福彩3D 第2026316期开奖号码", {"commitment", "result"}),
        ("inspectors_sha256", "00" * 32, {"inspectors"}),
    ],
)
def test_whatever_was_changed_is_found_out(key: str, value: Any, wrong: set[str]) -> None:
    file = published(announced())
    if key == "branches":
        value = value + file["branches"][1:]
    file[key] = value
    assert {check.what for check in check_again(file) if not check.is_right} == wrong


def test_before_the_value_is_out_only_the_lists_are_checked() -> None:
    one = announced()
    file = document_of(one, digest(commitment_text(one, SEED)))
    assert [(check.what, check.is_right) for check in check_again(file)] == [("branches", True), ("inspectors", True)]


@pytest.mark.parametrize(
    "file",
    [{}, {"format": "other"}, {"format": "pointsapp-draw-1"}, published(announced()) | {"seed": "00"},
     published(announced()) | {"take": 99}, published(announced()) | {"branches": [1]}],
)  # fmt: skip
def test_what_is_no_draw_is_refused(file: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        check_again(file)


def test_a_list_that_would_break_its_lines_is_refused() -> None:
    for rows in ([("a\tb", "c")], [("a", "b\nc")], [("a", "b"), ("a", "c")]):
        with pytest.raises(ValueError, match="list"):
            list_text(rows)
    assert list_text([("b", "二"), ("a", "一")]) == "a\t一\nb\t二\n"


def test_the_file_reads_back_as_it_was_written() -> None:
    one = announced()
    assert announcement_of(json.loads(json.dumps(published(one)))) == one
