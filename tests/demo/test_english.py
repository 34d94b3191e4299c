"""The English face is complete: on every page found as an English reader, Chinese is only what people and operators wrote.

A page's words are told from its data by the database: a run of Chinese characters that stands in no row is ours, and so is a whole
phrase that one of our catalogues has in English. Names, titles, addresses and schemes are theirs and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, String, select

from benchmarks.pages import find_pages, signed_in_client
from build_hooks.catalogue import features, kept
from pointsapp.core.db import Base, db
from pointsapp.demo.log_ins import LOG_INS
from pointsapp.web.plurals import CHOICE
from tests.house.reading import CHINESE

RUN = re.compile(r"[\u3400-\u9fff]+")
WORDY = (
    "title",
    "aria-label",
    "alt",
    "placeholder",
    "data-confirm",
    "data-confirm-text",
    "data-confirm-label",
    "summary",
)
HOLES = re.compile(r"%\(\w+\)s")
ROLES = ("resident", "manager", "staff", "street_admin", "platform_admin", "auditor")
OWN_NAMES = frozenset({"中文", "文明小站"})  # the language's own name, and the brand, which is the operator's


class Words(HTMLParser):
    """Collects what a page says: its text, and the attributes that are read out; not what is marked as not to be translated."""

    VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._quiet: list[bool] = [False]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_theirs = given.get("translate") == "no" or (tag != "html" and (given.get("lang") or "").startswith("zh"))
        is_quiet = self._quiet[-1] or is_theirs or tag in ("script", "style", "textarea", "svg")
        if not is_quiet:
            self.said += [given[name] or "" for name in WORDY if name in given]
        if tag not in self.VOID:
            self._quiet.append(is_quiet)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and len(self._quiet) > 1:
            self._quiet.pop()

    def handle_data(self, data: str) -> None:
        if not self._quiet[-1]:
            self.said.append(data)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def _written() -> set[str]:
    """Return every text with Chinese in it that stands in some row."""
    found: set[str] = set()
    for table in Base.metadata.tables.values():
        columns = [column for column in table.c if isinstance(column.type, String | JSON)]
        if columns:
            for row in db.session.execute(select(*columns)):
                found |= {text for value in row for text in _strings(value) if CHINESE.search(text)}
    return found


@cache
def _miscounted() -> re.Pattern[str]:
    """Return what finds a 1 before a word for many, of all that our English has a choice for, and a choice nobody made."""
    choices = [
        choice for feature in features() for each in kept(feature) for choice in CHOICE.findall(str(each.string))
    ]
    many = {many.split()[0] for _name, one, many in choices if many.split() and one != many}
    words = "|".join(sorted(word for word in many if word.endswith("s") or word == "people"))
    return re.compile(rf"(?<![\w.,:/–-])1 (?:[a-z]+ )?(?:{words})\b|{{\w+:")


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    """Return our phrases that have two Chinese characters or more outside their holes, each to be matched as a whole."""
    phrases = {str(message.id) for feature in features() for message in kept(feature)}
    long = [each for each in sorted(phrases) if len("".join(RUN.findall(HOLES.sub("", each)))) >= 2]
    return tuple(re.compile(".+".join(re.escape(part) for part in HOLES.split(each))) for each in long)


@pytest.fixture(scope="module")
def theirs(demo: Flask) -> set[str]:
    with demo.app_context():
        return _written()


def _ours(text: str, theirs: set[str], haystack: str) -> bool:
    """Tell whether this text is ours and should be English."""
    plain = text.strip()
    if plain in theirs or plain in OWN_NAMES:
        return False
    if any(run not in haystack and run not in OWN_NAMES for run in RUN.findall(plain)):
        return True
    return any(phrase.fullmatch(plain) for phrase in _phrases())


@pytest.mark.parametrize("role", ["guest", *ROLES])
def test_an_english_reader_reads_english(demo: Flask, theirs: set[str], role: str) -> None:
    phones = {each.key: each.phone for each in LOG_INS}
    client = demo.test_client() if role == "guest" else signed_in_client(demo, phones[role])
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    haystack = "\n".join(theirs)
    judged: dict[str, bool] = {}
    left: dict[str, str] = {}
    done: set[str] = set()

    def read(endpoint: str, address: str, page: str) -> None:
        if endpoint in done:  # a second address of the same page says the same words
            return
        done.add(endpoint)
        assert '<html lang="en"' in page or endpoint.startswith("boards.show_wall_screen"), endpoint
        words = Words()
        words.feed(page)
        for text in words.said:
            if _miscounted().search(text):
                left.setdefault(text.strip(), address)
            if CHINESE.search(text):
                if text not in judged:
                    judged[text] = _ours(text, theirs, haystack)
                if judged[text]:
                    left.setdefault(text.strip(), address)

    assert len(find_pages(demo, client, read=read)) > 20
    assert left == {}


def test_the_judge_tells_ours_from_theirs(theirs: set[str]) -> None:
    haystack = "\n".join(theirs)
    ours = ("已核实", "谁看过我", "2026 年第 3 季度", "本月各处参与", "这句话哪里都没有写过")
    assert [text for text in ours if not _ours(text, theirs, haystack)] == []
    names = sorted(text for text in theirs if text.endswith("社区"))[:20]
    assert names
    assert [text for text in names if _ours(text, theirs, haystack)] == []
