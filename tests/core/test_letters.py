"""Names and titles hold nothing that nobody sees or that turns a line around."""

from __future__ import annotations

import pytest

from pointsapp.core.letters import is_fit, is_seen


@pytest.mark.parametrize("text", ["李四", "欧阳 Ann-Marie", "O'Neil", "买买提·艾力", "👩‍👩‍👧", "🇨🇳", "é", "שלום"])
def test_what_people_read_is_fit(text: str) -> None:
    assert is_fit(text)
    assert is_seen(text)


@pytest.mark.parametrize(
    "text", ["\u202e李四", "李\u2066四", "张\U000e0041三", "a\0b", "a\tb", "a\nb", "\ud83d", "\u202cabc"]
)
def test_what_turns_or_hides_is_not(text: str) -> None:
    assert not is_fit(text)


def test_prose_has_lines() -> None:
    assert is_fit("第一行\n\t第二行", lines=True)
    assert not is_fit("第一行\r第二行", lines=True)
    assert not is_fit("第一行\n\u202e第二行", lines=True)


@pytest.mark.parametrize("text", ["", "  ", "\u3164", "\u200b\u2060", "\u2800 \uffa0"])
def test_what_is_blank_to_the_eye_is_nothing(text: str) -> None:
    assert not is_seen(text)
