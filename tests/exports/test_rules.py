"""Canonical JSON: one content, one text, one digest."""

from __future__ import annotations

import hashlib

import pytest

from pointsapp.exports.rules import canonical, digest_of


def test_the_same_content_is_the_same_text_whatever_the_order_of_its_keys() -> None:
    one = canonical({"b": [1, None, True], "a": {"名": "支部", "z": 1250}})
    assert one == '{"a":{"z":1250,"名":"支部"},"b":[1,null,true]}'
    assert canonical({"a": {"z": 1250, "名": "支部"}, "b": [1, None, True]}) == one
    assert digest_of(one) == hashlib.sha256(one.encode("utf-8")).hexdigest()


@pytest.mark.parametrize("content", [1.5, {"a": 0.1}, [[{"a": [2.0]}]]])
def test_floats_have_no_place_in_it(content: object) -> None:
    with pytest.raises(TypeError):
        canonical(content)
