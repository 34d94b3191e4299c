"""The English face is complete: every Chinese string has its English, with the same places to fill."""

from __future__ import annotations

import pytest

from build_hooks import catalogue

# Whose words are still arriving.
LATER = {"web"}


@pytest.mark.parametrize("feature", catalogue.features())
def test_the_english_catalogue_is_complete(feature: str) -> None:
    if not catalogue.po_file(feature).exists() or feature in LATER:
        return
    gaps = catalogue.problems(feature)
    assert gaps == [], f"run: python -m build_hooks.catalogue {feature}, then write the English"
