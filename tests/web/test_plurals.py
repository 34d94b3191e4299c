"""One or many in English: chosen where the words are filled, by every way there is to say them; Chinese is never touched."""

from __future__ import annotations

import string
from collections import defaultdict
from decimal import Decimal

import pytest
from flask import render_template_string
from flask_babel import force_locale, gettext, lazy_gettext
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from pointsapp.web.plurals import CHOICE, Counted, beside, counted, is_one
from tests.house.reading import the_app

LEFT = "还剩 %(n)s 个名额"
TOLD = "时间已改，通知了 %(n)s 人；其中 %(m)s 人在新时间另有安排，也已提醒。"

ONE = (1, -1, "1", "+1", "-1", "−1", " 1 ", Decimal(1), Markup("<b>1</b>"))
MANY = (0, 2, 11, 21, "0", "2", "1,200", "1.0", "2.5", 1.0, Decimal("1.0"), Markup("<b>11</b>"), "", "—", None)


@pytest.mark.parametrize("value", ONE, ids=repr)
def test_one_is_what_reads_as_one(value: object) -> None:
    assert is_one(value)
    assert Counted("%(n)s {n:point|points}") % {"n": value} == f"{value!s} point"


@pytest.mark.parametrize("value", MANY, ids=repr)
def test_everything_else_is_many(value: object) -> None:
    assert not is_one(value)
    assert Counted("%(n)s {n:point|points}") % {"n": value} == f"{value!s} points"


@pytest.mark.parametrize(
    ("words", "facts", "said"),
    [
        ("%(n)s {n:person has|people have} come", {"n": 1}, "1 person has come"),
        ("%(n)s {n:person has|people have} come", {"n": 3}, "3 people have come"),
        ("%(n)s {n:person|people}, %(m)s {m:hour|hours}", {"n": 2, "m": "1"}, "2 people, 1 hour"),
        ("{n:one row|all %(n)s rows} of 100%%", {"n": 5}, "all 5 rows of 100%"),
        ("{n:one row|all %(n)s rows} of 100%%", {"n": 1}, "one row of 100%"),
        ("%(n)s star{n:|s} {lit}", {"n": 1}, "1 star {lit}"),
        ("%(n)s {n:point|points}", defaultdict(lambda: "—"), "— points"),
    ],
)
def test_a_choice_is_made_before_the_places_are_filled(words: str, facts: dict[str, object], said: str) -> None:
    assert counted(words) % facts == said


def test_words_that_lose_their_kind_read_as_many_and_never_show_a_brace() -> None:
    words = counted("%(n)s {n:place is|places are} left")
    longer = f"{words}."
    assert longer == "%(n)s places are left."
    assert longer % {"n": 1} == "1 places are left."


PIECES = st.lists(
    st.sampled_from(["{", "}", "{n:", "|", "{n:a|b}", "{m:|s}", "%(n)s", "%%", "{n}", "{:a|b}"])
    | st.text(string.ascii_letters + " ，。人{}|:", max_size=6)
).map("".join)
VALUES = st.none() | st.integers() | st.floats() | st.decimals() | st.text(max_size=5) | st.just(Markup("<b>1</b>"))


@given(text=PIECES, n=VALUES, m=VALUES)
def test_no_words_and_no_number_break_it(text: str, n: object, m: object) -> None:
    words = counted(text)
    facts = {"n": n, "m": m}
    assert words % facts == CHOICE.sub(lambda choice: choice[2 if is_one(facts.get(choice[1])) else 3], text) % facts
    if not CHOICE.search(text):
        assert words is text


@given(text=st.text())
def test_words_without_a_choice_are_left_alone(text: str) -> None:
    assert (counted(text) is text) == (CHOICE.search(text) is None)


@pytest.mark.parametrize(("number", "said"), [(1, "1 place left"), ("1", "1 place left"), (7, "7 places left")])
def test_every_way_to_say_it_counts(number: object, said: str) -> None:
    late = lazy_gettext(LEFT)
    with the_app().test_request_context("/?lang=en"):
        assert gettext(LEFT, n=number) == said
        assert gettext(LEFT) % {"n": number} == said
        assert str(lazy_gettext(LEFT, n=number)) == said
        assert str(late) % {"n": number} == late % {"n": number} == said
        assert render_template_string("{{ _(words, n=n) }}|{{ gettext(words, n=n) }}", words=LEFT, n=number) == (
            f"{said}|{said}"
        )
        assert render_template_string("{{ late % {'n': n} }}", late=late, n=number) == said


def test_each_number_of_a_sentence_chooses_for_itself() -> None:
    with the_app().test_request_context("/?lang=en"):
        said = gettext(TOLD, n=2, m=1)
    assert said == "Moved; 2 people were told, of whom 1 has other plans at the new time and was told so."


def test_outside_a_request_the_chosen_language_counts() -> None:
    with the_app().app_context():
        assert gettext(LEFT, n=1) == "还剩 1 个名额"
        with force_locale("en"):
            assert gettext(LEFT, n=1) == "1 place left"


def test_chinese_counts_without_plurals() -> None:
    with the_app().test_request_context("/?lang=zh"):
        assert render_template_string("{{ _(words, n=1) }}{{ _('分', n=1) }}", words=LEFT) == "还剩 1 个名额分"


def test_what_fills_a_page_is_escaped_and_its_own_marks_stay() -> None:
    page = "{{ _(words, n=n) }}"
    with the_app().test_request_context("/?lang=en"):
        assert render_template_string(page, words=LEFT, n="<1>") == "&lt;1&gt; places left"
        assert render_template_string(page, words=LEFT, n=Markup("<b>1</b>")) == "<b>1</b> place left"


@pytest.mark.parametrize(("number", "said"), [(1, "point"), ("+1", "point"), (20, "points"), ("1 / 20", "points")])
def test_a_unit_agrees_with_the_figure_it_stands_beside(number: object, said: str) -> None:
    with the_app().test_request_context("/?lang=en"):
        assert beside(lazy_gettext("分"), number) == said
        assert render_template_string("{{ _('分', n=n) }}|{{ _('分')|beside(n) }}", n=number) == f"{said}|{said}"
        assert render_template_string("{{ unit }}", unit=gettext("分")) == "points"
        assert beside("km", number) == "km"
