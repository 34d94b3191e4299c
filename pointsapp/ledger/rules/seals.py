"""The arithmetic of seals: a Merkle tree over a day's entries, and a chain from day to day.

The tree is that of RFC 9162 (Certificate Transparency), so that anybody's tool can check it: a leaf is SHA-256 of 0x00 and
its text, a node SHA-256 of 0x01 and its two children, and the larger power of two goes left. Blocks of 256 leaves are whole
subtrees of it: their roots make up the day's root, and a check can be done block by block in flat memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

BLOCK = 256  # a power of two, else a block would be no subtree
MARK = 4  # bytes of a leaf kept beside its block: enough to name what was changed, the root is what proves it
NO_SEAL = "0" * 64  # what stands as "previous" in the first seal

Hole = list[int]  # [from, to]: numbers in which no entry stood when the day was sealed


def leaf_of(text: bytes) -> bytes:
    """Return the hash of one entry's text."""
    return sha256(b"\0" + text).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over `leaves` (or over the roots of full blocks, the last of which may be shorter)."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        # A last one without a partner goes up as it is: that is RFC 9162's split at the largest power of two.
        paired = [sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def path_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the neighbours that lead from leaf `index` to the root, the lowest first; IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    path, level = [], list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        paired = [sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level, index = paired + level[len(level) - len(level) % 2 :], index // 2
    return path


def root_from(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Return the root that `path` leads to from leaf `index` of `size`; None if the path has the wrong length."""
    if not 0 <= index < size:
        return None
    found, last, ahead = leaf, size - 1, iter(path)
    while last:
        if index ^ 1 <= last:
            neighbour = next(ahead, None)
            if neighbour is None:
                return None
            found = sha256(b"\1" + (neighbour + found if index & 1 else found + neighbour)).digest()
        index, last = index // 2, last // 2
    return found if next(ahead, None) is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealText:
    """What a seal says: its day, the entries it covers (after one number, up to another), their root, and the seal before."""

    number: int
    day: date
    after_entry: int
    last_entry: int
    entries: int
    postings: int
    root: str
    previous: str

    def text(self) -> str:
        """Return the lines whose SHA-256 is the seal; every line ends with a line feed."""
        return (
            "pointsapp seal 1\n"
            f"number: {self.number}\n"
            f"day: {self.day.isoformat()}\n"
            f"after entry: {self.after_entry}\n"
            f"last entry: {self.last_entry}\n"
            f"entries: {self.entries}\n"
            f"postings: {self.postings}\n"
            f"root: {self.root}\n"
            f"previous: {self.previous}\n"
        )

    def digest(self) -> str:
        return sha256(self.text().encode()).hexdigest()


def holes_in(numbers: Iterable[int], after: int, last: int) -> list[Hole]:
    """Return the spans of (after, last] in which none of the rising `numbers` stands."""
    holes, expected = [], after + 1
    for number in numbers:
        if number > expected:
            holes.append([expected, number - 1])
        expected = number + 1
    if expected <= last:
        holes.append([expected, last])
    return holes


def numbers_between(after: int, last: int, holes: Iterable[Hole]) -> Iterator[int]:
    """Yield the numbers of (after, last] that are in no hole: the opposite of `holes_in`."""
    start = after + 1
    for first, end in holes:
        yield from range(start, first)
        start = end + 1
    yield from range(start, last + 1)


def marks_of(leaves: Iterable[bytes]) -> bytes:
    """Return the first bytes of each leaf, one after the other."""
    return b"".join(leaf[:MARK] for leaf in leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Which entries of a block are not as sealed."""

    changed: tuple[int, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]


def differences(numbers: Iterable[int], marks: bytes, found: Sequence[tuple[int, bytes]]) -> Difference:
    """Compare a sealed block (its entries' numbers and marks) with the (number, leaf) that stand there now."""
    sealed = {number: marks[at * MARK : at * MARK + MARK] for at, number in enumerate(numbers)}
    standing = {number: leaf[:MARK] for number, leaf in found}
    return Difference(
        changed=tuple(number for number in sealed if standing.get(number, sealed[number]) != sealed[number]),
        added=tuple(number for number in standing if number not in sealed),
        removed=tuple(number for number in sealed if number not in standing),
    )
