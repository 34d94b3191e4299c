"""The numbered table of contents: stars, their indicators, and under each what stands behind it, one number each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing behind an indicator: `kind` auto, tasks, piece, given, finding, or none where there is nothing.

    `is_older`: a score by hand that a newer one has replaced.
    """

    no: str
    kind: str
    of: Any = None
    is_older: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An indicator, bonus, honour, deduction or veto with its entries; `line` is the docket's."""

    no: str
    line: Any
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A star with its sections, or the scheme's items (`star` is None); `findings` are about the star as a whole."""

    no: str
    star: Any
    sections: tuple[Section, ...]
    findings: tuple[Any, ...] = ()


def entries(
    no: str, *, auto: Any, tasks: tuple[Any, ...], pieces: Iterable[Any], given: Iterable[Any], findings: Iterable[Any]
) -> tuple[Entry, ...]:
    """Return what stands behind one line, numbered from 1: rows, their tasks, pieces, scores by hand (the newest first), findings."""
    found: list[tuple[str, Any, bool]] = []
    if auto is not None:
        found.append(("auto", auto, False))
    if tasks:
        found.append(("tasks", tasks, False))
    found += [("piece", piece, False) for piece in pieces]
    found += [("given", one, place > 0) for place, one in enumerate(given)]
    found += [("finding", one, False) for one in findings]
    if not found:
        return (Entry(no=no, kind="none"),)
    return tuple(
        Entry(no=f"{no}.{place}", kind=kind, of=of, is_older=is_older)
        for place, (kind, of, is_older) in enumerate(found, start=1)
    )
