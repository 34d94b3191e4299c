"""Canonical JSON and its digest. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(content: Any) -> str:
    """Return `content` as JSON that everybody writes alike: keys sorted, no blanks, characters as they are. No floats."""
    _must_be_exact(content)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _must_be_exact(content: Any) -> None:
    if isinstance(content, float):
        raise TypeError("a float is written differently here and there: use whole hundredths")
    if isinstance(content, dict):
        for value in content.values():
            _must_be_exact(value)
    elif isinstance(content, list | tuple):
        for value in content:
            _must_be_exact(value)
