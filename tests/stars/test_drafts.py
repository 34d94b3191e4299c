"""The street office tries a scheme file: its mistakes by line in the reader's language, or every branch before and after."""

from __future__ import annotations

import io
from pathlib import Path
from string import Formatter

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.stars.messages.mistakes import MISTAKES, mistake
from pointsapp.stars.models import SchemeVersion
from pointsapp.stars.queries import METRICS
from pointsapp.stars.rules.check import Reason, check_scheme
from pointsapp.stars.services import import_scheme
from tests.conftest import HouseClient
from tests.factories import make_person, make_staff
from tests.stars import test_check, test_rules
from tests.stars.test_check import ROLES
from tests.stars.things import SMALL_SCHEME, report

PATH = "/console/star-schemes"
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "stars" / "henan-urban.yaml"


@pytest.fixture
def office(session: Session, client: HouseClient, tree: dict[str, Area]) -> HouseClient:
    return client.sign_in(make_staff(session, tree["street"], Role.STREET_ADMIN))


def test_it_is_for_the_street_office(session: Session, client: HouseClient, tree: dict[str, Area]) -> None:
    for person in (make_person(session, tree["community"]), make_staff(session, tree["community"])):
        client.sign_in(person)
        assert client.get(PATH).status_code == 403
        assert client.post(PATH, data={"text": "scheme: x"}).status_code == 403


def test_a_sound_file_shows_every_branch_before_and_after(
    session: Session, office: HouseClient, tree: dict[str, Area]
) -> None:
    for _ in range(3):
        report(session, "tasks.closed", tree["community"], participants=3)  # 10 points now, 0 of the draft's six
    page = office.get(PATH).get_data(as_text=True)
    assert "方案文件（YAML）" in page
    upload = {"file": (io.BytesIO(EXAMPLE.read_bytes()), "s.yaml")}
    answer = office.post(PATH, data=upload, content_type="multipart/form-data")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for words in (
        "方案没有错误",
        "河南城市“五星”支部创建，第 2 版，总分 100 分",
        "军区社区党支部",
        "有变化",
        "依次比较点亮的星数、“支部过硬”的得分",
        "还没有人评定的，这里按 0 分计：书记项目与任务清单",
    ):
        assert words in page
    assert session.scalar(select(func.count(SchemeVersion.id))) == 1


def test_every_mistake_stands_with_its_line(session: Session, office: HouseClient, tree: dict[str, Area]) -> None:
    text = EXAMPLE.read_text().replace("total: 100", "total: 101", 1).replace("of: participants", "of: log_ins")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "log_ins" in words)
    answer = office.post(PATH, data={"text": text})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "方案里有 1 处要改" in page
    assert f">{line}</td>" in page
    assert "log_ins 只供了解，不能计分" in page
    assert "log_ins is for information only and never scores" in office.post(
        f"{PATH}?lang=en", data={"text": text}
    ).get_data(as_text=True)
    assert session.scalar(select(func.count(SchemeVersion.id))) == 1


@pytest.mark.parametrize("content", [b"", b"stars: [", b"\xff\xfe", b"a: &a [*a]", b"<script>alert(1)</script>: 1"])
def test_what_is_no_scheme_at_all(office: HouseClient, content: bytes) -> None:
    answer = office.post(PATH, data={"file": (io.BytesIO(content), "s.yaml")}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "文件是空的"),
        (b"scheme: a\nversion: \x00", 2, "有文本里不该有的字符"),
        (b"a: &a [*a]", 1, "这里不能用别名"),
        (b"a: 1\nb: !!bool perhaps", 2, "is no such value"),
        (b"a: !!int ''", 1, "is no such value"),
        (b"a: !!timestamp soon", 1, "is no such value"),
        (b"a: 1\nstars: [", 2, "不合 YAML 的写法"),
        (b"[" * 3000, 1, "层数太多"),
        (b"\xff\xfe", 1, "不是 UTF-8"),
        (b"? [a]\n: 1", 1, "键要写成一个词"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(office: HouseClient, content: bytes, line: int, words: str) -> None:
    answer = office.post(PATH, data={"file": (io.BytesIO(content), "s.yaml")}, content_type="multipart/form-data")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert f'<td class="num strong">{line}</td>' in page


def test_a_version_that_cannot_follow(session: Session, office: HouseClient, tree: dict[str, Area]) -> None:
    write(import_scheme, {**SMALL_SCHEME, "version": 2}, {}, now=clocks.now())
    text = EXAMPLE.read_text().replace("scheme: henan-urban", "scheme: small").replace("version: 2", "version: 1", 1)
    assert "第 1 版已经有了，内容不同" in office.post(PATH, data={"text": text}).get_data(as_text=True)


class TestWords:
    def test_every_mistake_of_the_tests_is_said_in_chinese(self, app: Flask) -> None:
        documents = [document for document, _, _ in test_check.MISTAKES.values()]
        documents += [test_rules.broken(path, value) for path, value, _, _ in test_rules.MISTAKES]
        with app.test_request_context("/?lang=zh"):
            for document in documents:
                _, problems = check_scheme(document, METRICS, informational=("likes",), roles=ROLES)
                for _, reason in problems:
                    assert isinstance(reason, Reason)
                    assert reason.template in MISTAKES, reason.template
                    assert mistake(reason) != reason
                    assert not mistake(reason).isascii()

    def test_the_words_ask_for_no_fact_that_a_mistake_does_not_have(self, app: Flask) -> None:
        with app.test_request_context("/?lang=zh"):
            for template in MISTAKES:
                names = {name for _, name, _, _ in Formatter().parse(template) if name}
                assert mistake(Reason(template, **dict.fromkeys(names, "x")))

    def test_what_nobody_translated_stays(self) -> None:
        assert mistake("something else") == "something else"
