"""The draw: what is hashed, what is committed to, and how seed and public value decide. docs/stars.md tells it for other tools.

Deterministic and without the database, so that `pointsapp stars redraw` and anybody else comes to the same result. Nobody can steer
it: whoever knows the seed beforehand does not know the value, and the seed is bound by the commitment before the value exists.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = "pointsapp-draw-1"
SEED_BYTES = 32
_WORD = 8  # bytes of one number of the stream
_SPAN = 1 << (8 * _WORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is published before a draw. `branches` are (code, name), `inspectors` (id, label); `value_at` is RFC 3339 in UTC."""

    round_id: str
    number: int
    title: str
    branches: tuple[tuple[str, str], ...]
    inspectors: tuple[tuple[str, str], ...]
    take: int
    per_branch: int
    value_name: str
    value_source: str
    value_at: str

    @property
    def branches_hash(self) -> str:
        return digest(list_text(self.branches))

    @property
    def inspectors_hash(self) -> str:
        return digest(list_text(self.inspectors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One branch that was drawn, in the order of the draw, and the ids of the inspectors who go there."""

    code: str
    inspectors: tuple[str, ...]


def list_text(rows: Sequence[tuple[str, str]]) -> str:
    """Return the canonical text of a list: a line `key TAB words` per row, sorted by the bytes of the key, each ended by a newline.

    ValueError for a row that would break its line, or a key that stands twice.
    """
    if any(char in cell for row in rows for cell in row for char in "\t\r\n"):
        raise ValueError("a tab or a line break in a list")
    if len({key for key, _words in rows}) != len(rows):
        raise ValueError("a key stands twice in a list")
    return "".join(f"{key}\t{words}\n" for key, words in sorted(rows, key=lambda row: row[0].encode()))


def commitment_text(announced: Announcement, seed: str) -> str:
    """Return the text whose SHA-256 is the commitment: everything that decides, and the seed that stays secret until then."""
    return (
        f"{FORMAT}\nround={announced.round_id}\nnumber={announced.number}\ntitle={announced.title}\n"
        f"branches={announced.branches_hash}\ninspectors={announced.inspectors_hash}\n"
        f"take={announced.take}\nper_branch={announced.per_branch}\n"
        f"value={announced.value_name}\nsource={announced.value_source}\nat={announced.value_at}\nseed={seed}\n"
    )


def digest(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, in hexadecimal: what `sha256sum` prints."""
    return hashlib.sha256(text.encode()).hexdigest()


def draw(announced: Announcement, seed: str, value: str) -> tuple[Drawn, ...]:
    """Return who is drawn and who goes there. ValueError where the announcement asks for more than its lists hold."""
    if not 1 <= announced.take <= len(announced.branches) or not 0 <= announced.per_branch <= len(announced.inspectors):
        raise ValueError("more is drawn than the lists hold")
    bound = digest(commitment_text(announced, seed))
    codes = sorted((code for code, _name in announced.branches), key=str.encode)
    chosen = _shuffled(codes, _numbers(seed, "branches", bound, value))[: announced.take]
    pool = sorted((key for key, _label in announced.inspectors), key=str.encode)
    numbers = _numbers(seed, "inspectors", bound, value)
    deck: list[str] = []
    drawn = []
    for code in chosen:
        # A deck dealt to its end before it is shuffled again: nobody goes twice while somebody has not gone once.
        if len(deck) < announced.per_branch:
            deck = _shuffled(pool, numbers)
        drawn.append(Drawn(code=code, inspectors=tuple(deck[: announced.per_branch])))
        deck = deck[announced.per_branch :]
    return tuple(drawn)


def _numbers(seed: str, purpose: str, bound: str, value: str) -> Iterator[int]:
    """Yield numbers below 2^64: HMAC-SHA256 under the seed of purpose, commitment, value and a counter from 0, eight bytes each."""
    key, counter = bytes.fromhex(seed), 0
    while True:
        block = hmac.new(key, f"{purpose}\n{bound}\n{value}\n{counter}".encode(), hashlib.sha256).digest()
        for start in range(0, len(block), _WORD):
            yield int.from_bytes(block[start : start + _WORD], "big")
        counter += 1


def _below(numbers: Iterator[int], most: int) -> int:
    """Return a number below `most`; those of the last incomplete run are thrown away, so that none is likelier than another."""
    limit = _SPAN - _SPAN % most
    return next(number for number in numbers if number < limit) % most


def _shuffled(rows: Sequence[str], numbers: Iterator[int]) -> list[str]:
    """Return `rows` in a drawn order (Fisher and Yates, from the front)."""
    found = list(rows)
    for place in range(len(found) - 1):
        other = place + _below(numbers, len(found) - place)
        found[place], found[other] = found[other], found[place]
    return found


# What anybody holds in hand: the file that the page of a draw offers.


def document_of(
    announced: Announcement, commitment: str, *, hashes: tuple[str, str] | None = None, seed: str | None = None, value: str | None = None,
    result: Sequence[Drawn] | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return the draw as the published file says it; `hashes` are those of the lists as they were announced (computed where not given).

    `more` are words beside it that decide nothing.
    """
    branches_hash, inspectors_hash = hashes or (announced.branches_hash, announced.inspectors_hash)
    return {
        "format": FORMAT,
        "round_id": announced.round_id,
        "number": announced.number,
        "title": announced.title,
        "branches": [{"code": code, "name": name} for code, name in announced.branches],
        "branches_sha256": branches_hash,
        "inspectors": [{"id": key, "label": label} for key, label in announced.inspectors],
        "inspectors_sha256": inspectors_hash,
        "take": announced.take,
        "per_branch": announced.per_branch,
        "value_name": announced.value_name,
        "value_source": announced.value_source,
        "value_at": announced.value_at,
        "commitment": commitment,
        "seed": seed,
        "value": value,
        "result": None if result is None else [{"code": d.code, "inspectors": list(d.inspectors)} for d in result],
        **more,
    }


def announcement_of(document: Mapping[str, Any]) -> Announcement:
    """Return the announcement in a published file; ValueError for what is none."""
    try:
        if document["format"] != FORMAT:
            raise ValueError(f"not of the format {FORMAT}")
        numbers = {name: int(document[name]) for name in ("number", "take", "per_branch")}
        texts = {name: str(document[name]) for name in ("round_id", "title", "value_name", "value_source", "value_at")}
        decides: dict[str, Any] = {**numbers, **texts}
        return Announcement(
            branches=tuple((str(row["code"]), str(row["name"])) for row in document["branches"]),
            inspectors=tuple((str(row["id"]), str(row["label"])) for row in document["inspectors"]),
            **decides,
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"no published draw: {wrong}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at again: what, what the file says, what was computed."""

    what: str
    said: str
    found: str

    @property
    def is_right(self) -> bool:
        return self.said == self.found


def check_again(document: Mapping[str, Any]) -> tuple[Check, ...]:
    """Compute everything in a published file anew, from the file alone. Before seed and value are out only the lists can be checked.

    ValueError for what is no published draw.
    """
    announced = announcement_of(document)
    checks = [
        Check(what="branches", said=str(document.get("branches_sha256")), found=announced.branches_hash),
        Check(what="inspectors", said=str(document.get("inspectors_sha256")), found=announced.inspectors_hash),
    ]
    seed, value = document.get("seed"), document.get("value")
    if seed is None or value is None:
        return tuple(checks)
    seed, value = str(seed), str(value)
    if len(seed) != 2 * SEED_BYTES:
        raise ValueError("the seed is not 32 bytes in hexadecimal")
    bound = digest(commitment_text(announced, seed))
    checks.append(Check(what="commitment", said=str(document.get("commitment")), found=bound))
    said = [(str(row["code"]), *map(str, row["inspectors"])) for row in document.get("result") or ()]
    found = [(one.code, *one.inspectors) for one in draw(announced, seed, value)]
    checks.append(Check(what="result", said=_line(said), found=_line(found)))
    return tuple(checks)


def _line(rows: Sequence[tuple[str, ...]]) -> str:
    return "; ".join(f"{code}: {', '.join(who)}" if who else code for code, *who in rows)
