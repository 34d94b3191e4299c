"""Vouchers of the invented city: issued out of what people have, then redeemed, cancelled or expired; the newest are still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pointsapp.demo.dice import Dice
from pointsapp.demo.synth.book import Book
from pointsapp.demo.synth.moments import DAY, HOUR, local_date, text_of
from pointsapp.demo.synth.names import voucher_code
from pointsapp.demo.synth.news import tell
from pointsapp.demo.synth.places import Stall
from pointsapp.demo.synth.plan import CANCELLED, REDEEMED
from pointsapp.demo.synth.rows import Rows
from pointsapp.ledger import accounts
from pointsapp.redemption import memos

LIVES = 7 * DAY


@dataclass(frozen=True, slots=True)
class Voucher:
    """One that is open; its rows are written when it ends, or when the run does."""

    id: int
    public_id: str
    person: int
    stall: Stall
    hold_entry_id: int
    issued: int
    ends: int  # when it is used, cancelled or expires
    end: str  # redeemed, cancelled or expired


class Vouchers:
    def __init__(self, rows: Rows, book: Book, dice: Dice, stalls: Sequence[Stall], first: int, today: str) -> None:
        self._rows, self._book, self._dice = rows, book, dice
        self._stalls, self._first, self._today = stalls, first, today

    def issue(self, person: int, at: int) -> Voucher | None:
        """Issue one to the person at some shop; None where they cannot pay it, or would be their own customer."""
        stall = self._dice.choice(self._stalls)
        person_id = self._first + person
        if self._book.available[person] < stall.points or stall.clerk_id == person_id:
            return None
        public_id, voucher_id = next(self._rows.names), self._rows.number("voucher")
        entry_id = self._book.spend(
            person, text_of(at), "hold", "held", f"voucher:{public_id}:1:hold", accounts.person_held(person_id),
            stall.points, memos.ISSUED, self._words(stall, public_id),
        )  # fmt: skip
        self._book.held[person] += stall.points
        roll = self._dice.random()
        end, lives = "expired", LIVES
        if roll < REDEEMED:
            end, lives = "redeemed", self._dice.randrange(HOUR, LIVES)
        elif roll < REDEEMED + CANCELLED:
            end, lives = "cancelled", self._dice.randrange(HOUR, LIVES)
        voucher = Voucher(voucher_id, public_id, person, stall, entry_id, at, at + lives, end)
        self._tell("redemption.voucher_issued", voucher, at, person_id)
        return voucher

    def finish(self, voucher: Voucher) -> None:
        """Let it come to its end."""
        stall, at = voucher.stall, text_of(voucher.ends)
        person_id, words = self._first + voucher.person, self._words(stall, voucher.public_id)
        if voucher.end == "redeemed":
            earned = accounts.merchant_earned(stall.merchant_id)
            reference = f"voucher:{voucher.public_id}:1:settle"
            entry_id = self._book.resolve(
                voucher.person, at, "redemption", reference, earned, stall.points, memos.REDEEMED, words
            )
            self._keep(voucher, "settled", at, entry_id)
            self._rows.of["redemption"].append(
                (next(self._rows.names), voucher.id, stall.merchant_id, stall.clerk_id, stall.points, None, at)
            )
            self._tell("redemption.voucher_redeemed", voucher, voucher.ends, stall.clerk_id)
            return
        is_expiry = voucher.end == "expired"
        memo, reference = memos.EXPIRED if is_expiry else memos.CANCELLED, f"voucher:{voucher.public_id}:1:release"
        entry_id = self._book.resolve(voucher.person, at, "release", reference, None, stall.points, memo, words)
        self._keep(voucher, "expired" if is_expiry else "released", at, entry_id)
        self._tell(f"redemption.voucher_{voucher.end}", voucher, voucher.ends, None if is_expiry else person_id)

    def leave_open(self, voucher: Voucher) -> None:
        """Write down one that nobody has used yet."""
        self._keep(voucher, "open", None, None)

    def _keep(self, voucher: Voucher, hold: str, closed: str | None, entry_id: int | None) -> None:
        stall, at, person_id = voucher.stall, text_of(voucher.issued), self._first + voucher.person
        expires, day = text_of(voucher.issued + LIVES), local_date(voucher.issued)
        state = voucher.end if closed else "issued"
        if state in ("issued", "redeemed"):
            stall.taken += 1
            stall.taken_today += day == self._today
        hold_id = self._rows.number("hold")
        self._rows.of["hold"].append(
            (hold_id, person_id, stall.points, 0, hold, at, expires, closed, voucher.hold_entry_id, entry_id)
        )
        self._rows.of["voucher"].append(
            (
                voucher.id, voucher.public_id, voucher_code(voucher.id), person_id, stall.merchant_id, stall.offer_id, 1,
                stall.title, stall.points, None, stall.terms, state, hold_id, 1, at, day, expires, closed,
            )
        )  # fmt: skip

    def _words(self, stall: Stall, voucher: str) -> tuple[str, str]:
        facts = f'{{"title": "{stall.title}", "merchant": "{stall.merchant}", "voucher": "{voucher}"}}'
        return facts, f'{{"merchant": "{stall.merchant}", "voucher": "{voucher}"}}'

    def _tell(self, kind: str, voucher: Voucher, at: int, actor_id: int | None) -> None:
        stall = voucher.stall
        about = (
            f'"voucher": "{voucher.public_id}", "title": "{stall.title}", "merchant": "{stall.merchant}", '
            f'"points": {stall.points}'
        )
        person_id, subject = self._first + voucher.person, f"voucher:{voucher.id}"
        tell(self._rows, kind, text_of(at), stall.area_id, person_id, actor_id, subject, about)
