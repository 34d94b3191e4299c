"""The English face is complete: every Chinese string has its English, with the same places to fill."""

from __future__ import annotations

import pytest

from build_hooks import catalogue


@pytest.mark.parametrize("feature", catalogue.features())
def test_the_english_catalogue_is_complete(feature: str) -> None:
    gaps = catalogue.problems(feature)
    assert gaps == [], f"run: python -m build_hooks.catalogue {feature}, then write the English"


def test_one_chinese_string_has_one_english() -> None:
    seen: dict[str, tuple[str, str]] = {}
    wrong = []
    for feature in catalogue.features():
        for message in catalogue.kept(feature):
            if not message.id or not message.string:
                continue
            other = seen.setdefault(message.id, (feature, str(message.string)))
            if other[1] != message.string:
                wrong.append(f"{message.id!r}: {other[0]} says {other[1]!r}, {feature} says {message.string!r}")
    assert wrong == [], "the catalogues are merged, so only one of them would be shown: say the same in both"


@pytest.mark.parametrize(
    ("chinese", "english", "trouble"),
    [
        ("还有 %(n)s 分", "%(n)s points left", 'would say "1 points"'),
        ("还有 %(left)s 个名额", "%(left)s free places", 'would say "1 places"'),
        ("通知了 %(m)s 人", "%(m)s were told", 'would say "1 were"'),
        ("积分 +%(points)s", "+%(points)s points", 'would say "1 points"'),
        ("还有 %(n)s 分", "%(n)s {m:point|points} left", "m is no place"),
        ("还有 %(n)s 分", "%(n)s {n:point,points} left", "not written"),
        ("还有 %(n)s 分", "%(n)s {n:point|points left", "not written"),
        ("分", "{n:point|points}", None),
        ("分", "{m:point|points}", "m is no place"),
        ("还有 %(n)s 分", "%(n)s {n:point|points} left", None),
        ("%(n)s 人已到", "%(n)s {n:person is|people are} here", None),
        ("第 %(n)s 行的分数", "Line %(n)s scores", None),
        ("%(name)s 没有来", "%(name)s leaves things open", None),
        ("%(all)s 个里的 %(n)s 个", "%(n)s of the %(all)s taken", None),
        ("{n} 公里", "{n} km", None),
        ("{n} 公里", "%(n)s km", "not written"),
    ],
)
def test_one_and_many_are_written_where_english_counts(chinese: str, english: str, trouble: str | None) -> None:
    found = catalogue.counting(chinese, english)
    assert len(found) == (trouble is not None)
    assert all(str(trouble) in each for each in found)
