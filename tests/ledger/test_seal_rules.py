"""The arithmetic of seals: RFC 9162's tree by its own definition and known values, proofs that fit only their leaf."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsapp.ledger.rules.seals import (
    BLOCK,
    MARK,
    NO_SEAL,
    Difference,
    SealText,
    differences,
    holes_in,
    leaf_of,
    marks_of,
    numbers_between,
    path_of,
    root_from,
    root_of,
)


def by_definition(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 9162, 2.1.1 says it: split at the largest power of two below the size."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def leaves(count: int) -> list[bytes]:
    return [leaf_of(str(number).encode()) for number in range(count)]


# The test vectors of Certificate Transparency's reference implementation (its first leaves).
KNOWN = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]


@pytest.mark.parametrize("size", sorted(KNOWN))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of([leaf_of(bytes.fromhex(text)) for text in INPUTS[:size]]).hex() == KNOWN[size]


@given(st.integers(0, 600))
def test_the_tree_is_the_one_of_the_standard(size: int) -> None:
    assert root_of(leaves(size)) == by_definition(leaves(size))


@given(st.integers(0, 5 * BLOCK))
def test_blocks_are_whole_subtrees(size: int) -> None:
    all_leaves = leaves(size)
    assert root_of([root_of(all_leaves[at : at + BLOCK]) for at in range(0, size, BLOCK)]) == root_of(all_leaves)


@given(st.integers(1, 3 * BLOCK), st.data())
def test_every_leaf_has_a_path_through_its_block_and_no_other_leaf_fits_it(size: int, data: st.DataObject) -> None:
    all_leaves, index = leaves(size), data.draw(st.integers(0, size - 1))
    block = index // BLOCK
    roots = [root_of(all_leaves[at : at + BLOCK]) for at in range(0, size, BLOCK)]
    path = path_of(all_leaves[block * BLOCK : (block + 1) * BLOCK], index % BLOCK) + path_of(roots, block)
    assert path == path_of(all_leaves, index)
    root = root_of(all_leaves)
    assert root_from(all_leaves[index], index, size, path) == root
    assert root_from(leaf_of(b"another"), index, size, path) != root
    wrong = data.draw(st.integers(0, size - 1))
    if wrong != index:
        assert root_from(all_leaves[wrong], index, size, path) != root
    assert root_from(all_leaves[index], index, size, [*path, b"\0" * 32]) is None
    if path:
        assert root_from(all_leaves[index], index, size, path[:-1]) is None
        spoilt = data.draw(st.integers(0, len(path) - 1))
        assert root_from(all_leaves[index], index, size, [*path[:spoilt], b"\0" * 32, *path[spoilt + 1 :]]) != root


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_path_outside_the_tree(index: int, size: int) -> None:
    assert root_from(leaf_of(b""), index, size, []) is None
    with pytest.raises(IndexError):
        path_of(leaves(size), index)


@pytest.mark.parametrize(
    ("numbers", "after", "last", "holes"),
    [
        ([], 0, 0, []),
        ([1, 2, 3], 0, 3, []),
        ([3, 4, 9], 0, 9, [[1, 2], [5, 8]]),
        ([11], 10, 11, []),
        ([12], 10, 15, [[11, 11], [13, 15]]),
        ([], 4, 6, [[5, 6]]),
    ],
)
def test_holes(numbers: list[int], after: int, last: int, holes: list[list[int]]) -> None:
    assert holes_in(numbers, after, last) == holes
    assert list(numbers_between(after, last, holes)) == numbers


@given(st.sets(st.integers(1, 300)), st.integers(0, 50), st.integers(0, 50))
def test_numbers_and_holes_say_the_same(some: set[int], before: int, behind: int) -> None:
    numbers = sorted(some)
    after, last = (numbers[0] - 1 - before if numbers else 0), (numbers[-1] if numbers else 0) + behind
    assert list(numbers_between(after, last, holes_in(numbers, after, last))) == numbers


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({5: 0, 6: 1, 8: 2}, Difference(changed=(), added=(), removed=())),
        ({5: 0, 6: 7, 8: 2}, Difference(changed=(6,), added=(), removed=())),
        ({5: 0, 6: 1, 7: 9, 8: 2}, Difference(changed=(), added=(7,), removed=())),
        ({6: 1, 8: 2}, Difference(changed=(), added=(), removed=(5,))),
        ({}, Difference(changed=(), added=(), removed=(5, 6, 8))),
        ({5: 1, 6: 0, 8: 2}, Difference(changed=(5, 6), added=(), removed=())),
    ],
    ids=["the same", "one changed", "one put between", "one gone", "all gone", "two swapped"],
)
def test_what_is_different_has_a_name(found: dict[int, int], expected: Difference) -> None:
    known = leaves(10)
    standing = [(number, known[leaf]) for number, leaf in found.items()]
    assert differences([5, 6, 8], marks_of(known[:3]), standing) == expected
    assert len(marks_of(known)) == 10 * MARK


SAID = SealText(
    number=2,
    day=date(2026, 11, 20),
    after_entry=7,
    last_entry=12,
    entries=5,
    postings=9,
    root="ab" * 32,
    previous=NO_SEAL,
)


def test_a_seal_is_the_hash_of_lines_that_anybody_can_write() -> None:
    lines = [
        "pointsapp seal 1", "number: 2", "day: 2026-11-20", "after entry: 7", "last entry: 12", "entries: 5", "postings: 9",
        f"root: {'ab' * 32}", f"previous: {'0' * 64}", "",
    ]  # fmt: skip
    assert SAID.text() == "\n".join(lines)
    assert SAID.digest() == sha256("\n".join(lines).encode()).hexdigest()
