"""What the seals cover and say: the entries as text and leaf, the seals of the public page, an entry's own proof.

An entry's text holds numbers, account keys and digests, no sentence and no name; what words its line in a book (facts, inputs,
steps) goes in as a digest. So nothing that is sealed needs to change when a person is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.orm import Session

from pointsapp.core.db import table_of
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.ledger.models import Entry, Seal, SealBlock
from pointsapp.ledger.rules.seals import SealText, leaf_of, path_of

_entry, _seal, _block = table_of(Entry), table_of(Seal), table_of(SealBlock)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """One entry as it is sealed: its number, how many postings it has, the text and its leaf."""

    entry_id: int
    postings: int
    text: str
    leaf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRow:
    """A day's seal as it is published; `text` is what `digest` is the SHA-256 of."""

    number: int
    day: date
    after_entry: int
    last_entry: int
    entries: int
    postings: int
    root: str
    previous: str
    digest: str
    sealed_at: datetime

    @property
    def text(self) -> str:
        return seal_text(self).text()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """An entry's way up to its day's root: its text, its place among the day's leaves, the neighbours from below."""

    seal: SealRow
    text: str
    leaf: str
    index: int
    path: tuple[str, ...]


def seal_text(seal: SealRow) -> SealText:
    """Return what the seal says, as its digest was made from it."""
    names = ("number", "day", "after_entry", "last_entry", "entries", "postings", "root", "previous")
    return SealText(**{name: getattr(seal, name) for name in names})


def _columns(dialect: str) -> tuple[str, str, str]:
    """Return SQL for an entry's text, for what its digest of words is made of, and for a posting's text.

    Fields are parted by tabs. None of ours holds one, so a row with one in it has too many fields to read as another; what may
    be absent is marked, so that nothing reads as absent that is not.
    """
    tab = "chr(9)" if dialect == "postgresql" else "char(9)"
    moment = (
        "to_char(posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        if dialect == "postgresql"
        else "CAST(posted_at AS TEXT)"
    )

    def maybe(column: str) -> str:
        return f"COALESCE('=' || CAST({column} AS TEXT), '-')"

    def row(*parts: str) -> str:
        return f" || {tab} || ".join(parts)

    entry = row(
        "CAST(id AS TEXT)", "public_id", "reference", "fingerprint", "kind", moment, maybe("person_id"),
        maybe("reverses_id"), "memo", maybe("rule"), maybe("rule_version"),
    )  # fmt: skip
    words = row(maybe("facts"), maybe("inputs"), maybe("steps"))
    posting = row(
        "CAST(number AS TEXT)", moment, "unit", "flow", "source", "destination", "CAST(amount AS TEXT)",
        maybe("person_id"), maybe('"change"'), maybe("balance_after"), maybe("behaviour"),
    )  # fmt: skip
    return entry, words, posting


@cache
def _rows(dialect: str) -> TextClause:
    entry, words, posting = _columns(dialect)
    return text(
        f"SELECT id AS entry_id, -1 AS place, {entry} AS line, {words} AS words "  # noqa: S608 - our own column names
        "FROM entry WHERE id > :after AND id <= :last "
        f"UNION ALL SELECT entry_id, number, {posting}, NULL FROM posting WHERE entry_id > :after AND entry_id <= :last "
        "ORDER BY 1, 2"
    )


def sealed_entries(session: Session, after: int, last: int) -> list[SealedEntry]:
    """Return the entries numbered in (after, last] as they are sealed, in their order; ask for some thousands at a time.

    Postings without an entry are told too, under the number they claim.
    """
    found: list[SealedEntry] = []
    number: int | None = None
    head = ""
    lines: list[str] = []

    def close() -> None:
        if number is not None:
            whole = "\n".join((f"{head}\t{len(lines)}", *lines))
            found.append(SealedEntry(entry_id=number, postings=len(lines), text=whole, leaf=leaf_of(whole.encode())))

    rows = session.execute(_rows(session.get_bind().dialect.name), {"after": after, "last": last})
    for entry_id, place, line, words in rows:
        if entry_id != number:
            close()
            number, head, lines = entry_id, "", []
        if place < 0:
            head = f"{line}\t{sha256(words.encode()).hexdigest()}"
        else:
            lines.append(line)
    close()
    return found


def last_number(session: Session, after: int, last: int, most: int) -> tuple[int, int]:
    """Return the number of the entry at most `most` entries after `after`, up to `last`, and how many entries that spans."""
    ahead = select(_entry.c.id).where(_entry.c.id > after, _entry.c.id <= last).order_by(_entry.c.id).limit(most)
    numbers = ahead.subquery()
    reached, count = session.execute(select(func.max(numbers.c.id), func.count())).one()
    return reached or after, count


_ROW = select(
    _seal.c.number, _seal.c.day, _seal.c.after_entry_id.label("after_entry"), _seal.c.last_entry_id.label("last_entry"),
    _seal.c.entries, _seal.c.postings, _seal.c.root, _seal.c.previous, _seal.c.digest, _seal.c.sealed_at,
)  # fmt: skip


def seals_page(session: Session, page: PageRequest) -> Page[SealRow]:
    """Return the seals, the newest first; the cursor is the number."""
    query = _ROW.order_by(_seal.c.number.desc()).limit(page.limit + 1)
    if page.after is not None:
        query = query.where(_seal.c.number < page.after[0])
    rows = [SealRow(**row) for row in session.execute(query).mappings()]
    return cut(rows, page.limit, lambda row: (row.number,))


def seal_of_day(session: Session, day: date) -> SealRow | None:
    row = session.execute(_ROW.where(_seal.c.day == day)).mappings().one_or_none()
    return None if row is None else SealRow(**row)


def entry_proof(session: Session, entry_public_id: str, person_id: int) -> EntryProof | None:
    """Return the proof of a person's own entry; None when it is not theirs or not sealed yet."""
    asked = select(_entry.c.id).where(_entry.c.public_id == entry_public_id, _entry.c.person_id == person_id)
    entry_id = session.scalar(asked)
    if entry_id is None:
        return None
    covering = _ROW.where(_seal.c.after_entry_id < entry_id, _seal.c.last_entry_id >= entry_id)
    row = session.execute(covering).mappings().one_or_none()
    if row is None:
        return None
    seal = SealRow(**row)
    blocks = session.execute(
        select(_block.c.root, _block.c.after_entry_id, _block.c.last_entry_id, _block.c.entries)
        .where(_block.c.seal_number == seal.number)
        .order_by(_block.c.number)
    ).all()
    place = next(at for at, one in enumerate(blocks) if one.after_entry_id < entry_id <= one.last_entry_id)
    inside = sealed_entries(session, blocks[place].after_entry_id, blocks[place].last_entry_id)
    within = next(at for at, each in enumerate(inside) if each.entry_id == entry_id)
    path = path_of([each.leaf for each in inside], within) + path_of([bytes.fromhex(one.root) for one in blocks], place)
    return EntryProof(
        seal=seal,
        text=inside[within].text,
        leaf=inside[within].leaf.hex(),
        index=sum(one.entries for one in blocks[:place]) + within,
        path=tuple(each.hex() for each in path),
    )
