"""One year, lived second by second in one loop: credits at an even pace, between them shifts, vouchers and gifts as they fall due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush

from pointsapp.areas.queries import AreaRow
from pointsapp.demo.dice import Dice
from pointsapp.demo.synth.book import FUND, Book
from pointsapp.demo.synth.moments import DAY, HOUR, local_date, text_of
from pointsapp.demo.synth.party import Party
from pointsapp.demo.synth.plan import GIFTS, Plan
from pointsapp.demo.synth.rows import CHUNK, Rows
from pointsapp.demo.synth.vouchers import Voucher, Vouchers
from pointsapp.demo.synth.works import TITLES, Works
from pointsapp.ledger import accounts
from pointsapp.rewards.memos import ATTENDANCE

YEAR = 365 * DAY
POINTS, MINUTES = (5, 10, 15, 20, 30), (30, 60, 90, 120)
POT = 20_000  # points that a community sets aside at a time for what needs no shift
GIVEN = '{"title": "合成基金"}', "{}"


class Year:
    """The loop and what it remembers; `ends` is now, in seconds."""

    def __init__(
        self, plan: Plan, rows: Rows, book: Book, dice: Dice, works: Works, vouchers: Vouchers,
        communities: Sequence[AreaRow], categories: Sequence[str], run: str, ends: int, first: int, party: Party | None,
    ) -> None:  # fmt: skip
        self._first, self._party = first, party
        self._plan, self._rows, self._book, self._dice, self._run = plan, rows, book, dice, run
        self._works, self._vouchers = works, vouchers
        self._communities, self._categories = [area.id for area in communities], categories
        self._begins, self._ends = ends - YEAR, ends
        self._lived = self._issued = self._turns = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._open: dict[int, Voucher] = {}
        self._pots: dict[int, tuple[str, str, int]] = {}  # community -> month, account, what is left

    def live(self, told: Callable[[int], None]) -> None:
        """Live it, and tell every so many entries of residents."""
        plan, told_at = self._plan, 0
        self._put_shifts()
        while self._lived < plan.entries:
            at = self._begins + YEAR * self._lived // plan.entries
            while self._due and self._due[0][0] <= at:
                heappop(self._due)[2]()
            if self._lived < plan.entries:
                self._one(at)
            if self._lived - told_at >= CHUNK:
                told(self._lived - told_at)
                told_at = self._lived
            self._rows.flush_full()
        while self._due and self._due[0][0] <= self._ends:
            heappop(self._due)[2]()
        told(plan.entries - told_at)
        self._look_ahead()
        for voucher in self._open.values():
            self._vouchers.leave_open(voucher)
        self._rows.flush()

    def _later(self, at: int, what: Callable[[], None]) -> None:
        self._turns += 1
        heappush(self._due, (at, self._turns, what))

    def _one(self, at: int) -> None:
        """Let one resident do one thing."""
        plan, dice = self._plan, self._dice
        person = int(dice.random() * plan.residents)
        if self._issued < plan.vouchers * self._lived // plan.entries:
            voucher = self._vouchers.issue(person, at)
            if voucher is not None:
                self._issued += 1
                self._lived += 1
                self._open[voucher.id] = voucher
                self._later(voucher.ends, lambda: self._finish(voucher))
                return
        has = self._book.available[person]
        reference = f"{self._run}:{self._lived}"
        self._lived += 1
        if has and dice.random() < GIFTS:
            points = 1 + int(dice.random() * has)
            self._book.budgets[FUND] += points
            self._book.spend(person, text_of(at), "donation", "donated", reference, FUND, points, ATTENDANCE, GIVEN)
            return
        points, minutes = POINTS[int(dice.random() * 5)], MINUTES[int(dice.random() * 4)]
        category = self._categories[int(dice.random() * len(self._categories))]
        title = TITLES[int(dice.random() * len(TITLES))]
        marked = f'{{"category": "{category}", "minutes": {minutes}}}'
        facts = f'{{"title": "{title}", "category": "{category}", "minutes": {minutes}}}'
        community = int(dice.random() * len(self._communities))
        pot = self._draw(at, community, points)
        self._book.credit(person, text_of(at), reference, pot, points, minutes, facts, marked, category)
        if self._party is not None:
            place = self._communities[community]
            self._party.credited(self._rows, at, place, self._first + person, minutes, category)

    def _finish(self, voucher: Voucher) -> None:
        """End a voucher, unless there are entries enough: then it stays open, or its week has a few hours more to run."""
        if self._lived < self._plan.entries:
            self._lived += 1
            del self._open[voucher.id]
            self._vouchers.finish(voucher)

    def _draw(self, at: int, community: int, points: int) -> str:
        """Take points from the month's pot of a community and return its account; an empty pot is filled from the budget."""
        area_id, month = self._communities[community], local_date(at)[:7]
        kept_month, pot, left = self._pots.get(area_id, ("", "", 0))
        budget = accounts.budget(area_id)
        if kept_month != month:
            if left:
                self._book.give_back(text_of(at), f"{self._run}:{pot}:rest", budget, pot, left, "{}")
            pot, left = accounts.pot_reserved(area_id, month), 0
        if left < points:
            reference = f"{self._run}:{area_id}:pot:{self._turns}"
            self._turns += 1
            self._book.reserve(text_of(at), reference, budget, pot, POT, "{}")
            left += POT
        self._pots[area_id] = month, pot, left - points
        return pot

    def _put_shifts(self) -> None:
        """Put every past shift on the agenda: published a week before, held, closed a day after."""
        first, last = self._begins + 8 * DAY, self._ends - 3 * HOUR
        for number in range(self._plan.shifts):
            starts = first + (last - first) * number // self._plan.shifts // 1800 * 1800
            self._later(starts - 7 * DAY, lambda starts=starts: self._publish(starts))  # type: ignore[misc]

    def _publish(self, starts: int) -> None:
        work = self._works.plan(starts)
        at = starts - 7 * DAY
        self._works.publish(work, at)

        def hold() -> None:
            closes = work.ends + DAY if work.ends + DAY <= self._ends else None
            came = self._works.hold(work, closes, self._plan.entries - self._lived)
            self._lived += came
            if closes is not None:
                self._later(closes, lambda: self._works.close(work, came, closes))

        self._later(starts, hold)

    def _look_ahead(self) -> None:
        """Announce what lies ahead, over two weeks; shifts begin on the half hour."""
        count = self._plan.tasks_ahead
        first = self._ends // 1800 * 1800 + 3 * HOUR
        for number in range(count):
            starts = first + 14 * DAY * number // count // 1800 * 1800
            self._works.announce(self._works.plan(starts), self._ends)
            self._rows.flush_full()
