"""The proof that nothing sealed was changed: every leaf, root and link is made anew from the rows that stand there now.

Flat memory: entries are read some thousands at a time. What it cannot see is somebody who rewrote entries, blocks and seals
together; that is what the published digests are for (`published`), which stand outside this database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core.db import table_of
from pointsapp.ledger.models import Entry, Seal, SealBlock
from pointsapp.ledger.queries.sealed import SealedEntry, sealed_entries
from pointsapp.ledger.rules.seals import MARK, NO_SEAL, SealText, differences, numbers_between, root_of

MOST_NAMED = 20  # enough to start looking
BLOCKS_AT_ONCE = 32

_entry, _seal, _block = table_of(Entry), table_of(Seal), table_of(SealBlock)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReport:
    """`ok` only if every sealed entry is as it was sealed. `unsealed`: entries that no seal covers yet."""

    ok: bool
    seals: int
    last_day: str | None
    head: str | None
    entries: int
    postings: int
    unsealed: int
    compared_with_published: int
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "problems": list(self.problems)}


@dataclass(slots=True)
class _Walk:
    """Where the check stands, and what it found."""

    number: int = 0
    last_entry: int = 0
    digest: str = NO_SEAL
    last_day: str | None = None
    entries: int = 0
    postings: int = 0
    compared: int = 0
    problems: list[str] = field(default_factory=list)
    more: int = 0

    def say(self, problem: str) -> None:
        if len(self.problems) < MOST_NAMED:
            self.problems.append(problem)
        else:
            self.more += 1


def verify_seals(session: Session, published: Mapping[int, str] | None = None) -> SealReport:
    """Check every seal, its blocks and its entries; `published` is number -> digest as somebody kept it."""
    walk, kept = _Walk(), dict(published or {})
    for seal in session.execute(select(_seal).order_by(_seal.c.number)).all():
        _check_link(walk, seal, kept.pop(seal.number, None))
        _check_blocks(session, walk, seal)
        walk.number, walk.last_entry, walk.digest = seal.number, seal.last_entry_id, seal.digest
        walk.last_day = seal.day.isoformat()
    for number in sorted(kept):
        walk.say(f"seal {number} was published but does not stand here")
    if walk.more:
        walk.problems.append(f"and {walk.more} more")
    unsealed = session.scalar(select(func.count()).where(_entry.c.id > walk.last_entry)) or 0
    return SealReport(
        ok=not walk.problems,
        seals=walk.number,
        last_day=walk.last_day,
        head=walk.digest if walk.number else None,
        entries=walk.entries,
        postings=walk.postings,
        unsealed=unsealed,
        compared_with_published=walk.compared,
        problems=tuple(walk.problems),
    )


def _name(seal: Any) -> str:
    return f"seal {seal.number} of {seal.day.isoformat()}"


def _check_link(walk: _Walk, seal: Any, published: str | None) -> None:
    """Check that the seal follows the one before, says what its digest says, and is the one that was published."""
    said = SealText(
        number=seal.number,
        day=seal.day,
        after_entry=seal.after_entry_id,
        last_entry=seal.last_entry_id,
        entries=seal.entries,
        postings=seal.postings,
        root=seal.root,
        previous=seal.previous,
    )
    if said.digest() != seal.digest:
        walk.say(f"{_name(seal)}: its digest is not that of what it says")
    if (seal.number, seal.after_entry_id, seal.previous) != (walk.number + 1, walk.last_entry, walk.digest):
        walk.say(f"{_name(seal)} does not follow the seal before it")
    if published is not None:
        walk.compared += 1
        if published != seal.digest:
            walk.say(f"{_name(seal)} is not the one that was published")


def _digest(text: str) -> bytes:
    """Return the bytes of a stored root; of one that is no hash, bytes that match nothing."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()


def _check_blocks(session: Session, walk: _Walk, seal: Any) -> None:
    """Check that the blocks make up the sealed root, and each block's entries the block's."""
    roots: list[bytes] = []
    after, entries, postings = seal.after_entry_id, 0, 0
    query = select(_block).where(_block.c.seal_number == seal.number).order_by(_block.c.number)
    done = 0
    while blocks := session.execute(query.where(_block.c.number > done).limit(BLOCKS_AT_ONCE)).all():
        for block, inside in _with_entries(session, after, blocks):
            if (block.number, block.after_entry_id) != (done + 1, after):
                walk.say(f"{_name(seal)}: block {block.number} does not follow the one before it")
            _check_block(walk, seal, block, inside)
            roots.append(_digest(block.root))
            entries, postings = entries + len(inside), postings + sum(each.postings for each in inside)
            done, after = block.number, block.last_entry_id
    walk.entries, walk.postings = walk.entries + entries, walk.postings + postings
    if after != seal.last_entry_id:
        walk.say(f"{_name(seal)}: its blocks end at entry {after}, not at {seal.last_entry_id}")
    if root_of(roots).hex() != seal.root:
        walk.say(f"{_name(seal)}: its blocks do not make up its root")
    if (entries, postings) != (seal.entries, seal.postings):
        walk.say(
            f"{_name(seal)} covers {seal.entries} entries with {seal.postings} postings, but {entries} with {postings} stand there"
        )


def _with_entries(session: Session, after: int, blocks: Any) -> Iterator[tuple[Any, list[SealedEntry]]]:
    """Yield each block with the entries that stand in its numbers now, all read at once."""
    found = iter(sealed_entries(session, after, blocks[-1].last_entry_id))
    ahead = next(found, None)
    for block in blocks:
        inside: list[SealedEntry] = []
        while ahead is not None and ahead.entry_id <= block.last_entry_id:
            inside.append(ahead)
            ahead = next(found, None)
        yield block, inside


def _check_block(walk: _Walk, seal: Any, block: Any, inside: list[SealedEntry]) -> None:
    if root_of([each.leaf for each in inside]).hex() == block.root:
        return
    # As many as have a mark: a block whose bounds were changed may claim to span a billion numbers.
    sealed = islice(numbers_between(block.after_entry_id, block.last_entry_id, block.holes), len(block.marks) // MARK)
    wrong = differences(sealed, block.marks, [(each.entry_id, each.leaf) for each in inside])
    named = 0
    for what, numbers in (("changed", wrong.changed), ("added", wrong.added), ("removed", wrong.removed)):
        for number in numbers:
            walk.say(f"{_name(seal)}: entry {number} was {what}")
            named += 1
    if not named:
        walk.say(
            f"{_name(seal)}: block {block.number} (entries {block.after_entry_id + 1} to {block.last_entry_id}) is not as sealed"
        )
