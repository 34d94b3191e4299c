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
            if not message.id or not message.string or not isinstance(message.id, str):
                continue
            other = seen.setdefault(message.id, (feature, str(message.string)))
            if other[1] != message.string:
                wrong.append(f"{message.id!r}: {other[0]} says {other[1]!r}, {feature} says {message.string!r}")
    assert wrong == [], "the catalogues are merged, so only one of them would be shown: say the same in both"
