"""The books in bulk: entries and postings as rows, with the balances of everybody in the run kept as plain arrays.

The marks of entries are those of `ledger.services.drafts.mark_of`, spelt out; a test compares them.
"""

from __future__ import annotations

from array import array
from hashlib import sha256

from pointsapp.demo.synth.rows import Rows
from pointsapp.ledger import accounts
from pointsapp.rewards.memos import ATTENDANCE, TASK_RESERVED, TASK_RETURNED

FUND = accounts.fund("synth")
Lines = list[tuple[str, str, str, str, int, int | None, int | None, int | None, str | None]]


class Book:
    """Who has what, and the next entry. People are counted from 0; `first` is the key of the first one."""

    def __init__(self, rows: Rows, first: int, people: int, budgets: dict[str, int]) -> None:
        self._rows = rows
        self._first = first
        self.available, self.held, self.minutes = (array("q", bytes(8 * people)) for _ in range(3))
        self.budgets = budgets  # account -> points; the fund stands among them
        self.postings = 0
        self.entries = 0

    def post(
        self,
        kind: str,
        at: str,
        reference: str,
        lines: Lines,
        memo: str,
        facts: str,
        marked: str,
        person_id: int | None,
        trace: tuple[str, int, str, str] | tuple[None, None, None, None] = (None, None, None, None),
    ) -> int:
        """Add one entry with `lines` (unit, flow, source, destination, amount, person, change, balance after, behaviour).

        `facts` is the JSON kept, `marked` the part of it that the mark covers, its names sorted.
        """
        rows = self._rows
        entry_id = rows.number("entry")
        moved = ", ".join([f'["{line[2]}", "{line[3]}", {line[4]}]' for line in lines])
        who = "null" if person_id is None else person_id
        said = f'{{"facts": {marked}, "kind": "{kind}", "memo": "{memo}", "person": {who}, "postings": [{moved}]}}'
        mark = sha256(said.encode()).hexdigest()
        public_id = next(rows.names)
        rows.of["entry"].append(
            (entry_id, public_id, reference, mark, kind, at, person_id, memo, facts, *trace),
        )
        add = rows.of["posting"].append
        for number, (unit, flow, source, destination, amount, person, change, after, behaviour) in enumerate(lines):
            add(
                (entry_id, number, at, unit, flow, source, destination, amount, person, change, after, behaviour),
            )
        self.postings += len(lines)
        self.entries += 1
        return entry_id

    def credit(
        self,
        person: int,
        at: str,
        reference: str,
        source: str,
        points: int,
        minutes: int,
        facts: str,
        marked: str,
        category: str,
        trace: tuple[str, int, str, str] | tuple[None, None, None, None] = (None, None, None, None),
    ) -> int:
        """Credit both books of a person."""
        person_id = self._first + person
        has = self.available[person] = self.available[person] + points
        served = self.minutes[person] = self.minutes[person] + minutes
        lines: Lines = [
            ("point", "issued", source, f"person:{person_id}:available", points, person_id, points, has, category),
            ("minute", "issued", "system:service", f"person:{person_id}:minutes", minutes, person_id, minutes, served, category),
        ]  # fmt: skip
        return self.post("credit", at, reference, lines, ATTENDANCE, facts, marked, person_id, trace)

    def spend(
        self,
        person: int,
        at: str,
        kind: str,
        flow: str,
        reference: str,
        to: str,
        points: int,
        memo: str,
        words: tuple[str, str],
    ) -> int:
        """Take points from what the person can spend; the caller has looked that they are there."""
        person_id = self._first + person
        left = self.available[person] = self.available[person] - points
        line = ("point", flow, f"person:{person_id}:available", to, points, person_id, -points, left, None)
        return self.post(kind, at, reference, [line], memo, *words, person_id)

    def resolve(
        self,
        person: int,
        at: str,
        kind: str,
        reference: str,
        to: str | None,
        points: int,
        memo: str,
        words: tuple[str, str],
    ) -> int:
        """Give held points to the account `to`, or back to the person."""
        person_id = self._first + person
        self.held[person] -= points
        source, change, after, flow = f"person:{person_id}:held", None, None, "spent"
        if to is None:
            to, change, flow = f"person:{person_id}:available", points, "released"
            after = self.available[person] = self.available[person] + points
        line = ("point", flow, source, to, points, person_id, change, after, None)
        return self.post(kind, at, reference, [line], memo, *words, person_id)

    def reserve(self, at: str, reference: str, budget: str, reserve: str, points: int, facts: str) -> int:
        """Set points of a budget aside for a task or a month."""
        if self.budgets[budget] < points:
            raise AssertionError(f"{budget} holds {self.budgets[budget]}, less than {points}")
        self.budgets[budget] -= points
        line = ("point", "reserved", budget, reserve, points, None, None, None, None)
        return self.post("reservation", at, reference, [line], TASK_RESERVED, facts, facts, None)

    def give_back(self, at: str, reference: str, budget: str, reserve: str, points: int, facts: str) -> None:
        """Return what is left of a reserve."""
        if points:
            self.budgets[budget] += points
            line = ("point", "returned", reserve, budget, points, None, None, None, None)
            self.post("return", at, reference, [line], TASK_RETURNED, facts, facts, None)

    def keep_balances(self) -> None:
        """Hand over what everybody has: the accounts that had a posting."""
        for person, (has, held, served) in enumerate(zip(self.available, self.held, self.minutes, strict=True)):
            person_id = self._first + person
            add = self._rows.of["balance"].append
            if served:
                add((f"person:{person_id}:available", has))
                add((f"person:{person_id}:minutes", served))
            if held:
                add((f"person:{person_id}:held", held))
            if len(self._rows.of["balance"]) >= 100_000:
                self._rows.flush()
