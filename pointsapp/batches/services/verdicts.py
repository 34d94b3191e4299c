"""What came of looking at one row of a file: which draft it would write, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pointsapp.batches.models import Outcome
from pointsapp.batches.rules import OPTIONAL, Problem
from pointsapp.people.services.imports import PersonDraft
from pointsapp.stars.services import HeadcountDraft, MemberDraft
from pointsapp.tasks.services import TaskDraft

Lines = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row: what it would do and with which draft, or what is wrong with it."""

    line: int
    cells: tuple[str, ...]
    outcome: Outcome
    draft: PersonDraft | TaskDraft | HeadcountDraft | MemberDraft | None = None
    problem: Problem | None = None


def bad(line: int, cells: Sequence[str], why: str, **facts: Any) -> Judged:
    """Judge a line as refused; `why` is a key of the batches' words, `facts` what they are filled with."""
    problem = Problem(line=line, why=why, facts=facts)
    return Judged(line=line, cells=tuple(cells), outcome=Outcome.REFUSED, problem=problem)


def empty_cell(row: Mapping[str, str]) -> str | None:
    """Return the first column that has to be filled and is not."""
    return next((name for name, cell in row.items() if not cell and name not in OPTIONAL), None)
