"""Files as people have them: Excel's CSV, columns in another order, a phone in a cell of numbers; and what cannot be read says so."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from pointsapp.batches.errors import BadRows
from pointsapp.batches.files import csv_of, xlsx_of
from pointsapp.batches.reading import rows_of
from pointsapp.batches.rules import MOST_ROWS, PEOPLE, TASKS, read_moment, read_number

HEAD = "姓名,手机号,区域编码\n"


def why(content: bytes, name: str = "") -> list[tuple[int, str]]:
    with pytest.raises(BadRows) as bad:
        rows_of(content, PEOPLE, name)
    return [(problem.line, problem.why) for problem in bad.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_as_excel_writes_it(encoding: str) -> None:
    text = f"{HEAD}李桂兰,13800000000,C1\r\n\r\n 王强 ,13800000001,C2\r\n"
    assert rows_of(text.encode(encoding), PEOPLE) == [
        (2, ["李桂兰", "13800000000", "C1"]),
        (4, ["王强", "13800000001", "C2"]),
    ]


def test_columns_in_any_order_and_by_their_short_names() -> None:
    assert rows_of("area_code,手机号,name\nC1,13800000000,李桂兰\n".encode(), PEOPLE) == [
        (2, ["李桂兰", "13800000000", "C1"])
    ]


def test_a_column_that_stands_twice_is_named() -> None:
    assert why("姓名,手机号,区域编码,姓名\n甲,13800000000,C1,乙\n".encode()) == [(1, "doubled")]
    assert why("姓名,手机号,区域编码,name\n甲,13800000000,C1,乙\n".encode()) == [(1, "doubled")]


def test_the_points_mode_in_words() -> None:
    cells = ["x", "x", "patrol", "C1", "x", "2026-12-01 19:00", "2026-12-01 21:00", "1", "1", "每小时", ""]
    text = ",".join(TASKS) + "\n" + ",".join(cells) + "\n"
    assert rows_of(text.encode(), TASKS)[0][1][9] == "per_hour"


def test_a_workbook_with_a_phone_typed_as_a_number() -> None:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["姓名", "手机号", "区域编码"])
    book.active.append(["李桂兰", 13800000000, "C1"])
    book.active.append([None, None, None])
    book.save(out)
    assert rows_of(out.getvalue(), PEOPLE) == [(2, ["李桂兰", "13800000000", "C1"])]


def test_what_cannot_be_read_says_why() -> None:
    assert why(b"") == [(1, "nothing")]
    assert why(HEAD.encode()) == [(1, "nothing")]
    assert why(b"PK\x03\x04 no workbook") == [(1, "no_book")]
    assert why(b"not a workbook at all", "people.XLSX") == [(1, "no_book")], "its name says what it should be"
    assert why(b"\xd0\xcf\x11\xe0\xa1\xb1 of Excel 2003", "people.xls") == [(1, "no_book")]
    assert why((HEAD + "李" * 200_000 + ",1,C1\n").encode()) == [(2, "huge")]
    assert why("姓名,手机号\n".encode()) == [(1, "header")]
    assert why("姓名,手机号,区域编码,身份证\n".encode()) == [(1, "unknown")]
    assert why((HEAD + "李桂兰,1,C1,多\n").encode()) == [(2, "width")]
    assert why((HEAD + "李,1,C\n" * (MOST_ROWS + 1)).encode())[0][1] == "too_many"


def test_no_cell_is_a_formula() -> None:
    assert csv_of(["姓名"], [["=1+1"]]).decode("utf-8-sig").splitlines() == ["姓名", "'=1+1"]
    assert rows_of(xlsx_of("居民", ["姓名", "手机号", "区域编码"], [["=1+1", "1", "C"]]), PEOPLE)[0][1][0] == "=1+1"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2026-12-01 19:00", True), ("2026/12/01 19:00", True), ("2026-12-01", True), ("明天", False), ("1-2-3", False)],
)
def test_moments(text: str, is_one: bool) -> None:
    assert (read_moment(text) is not None) is is_one


def test_numbers() -> None:
    assert [read_number(text, 1, 10) for text in ("3", "0", "11", "３", "-1", "")] == [3, None, None, None, None, None]
