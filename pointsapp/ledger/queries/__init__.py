"""The bank's reading room: balances, a person's book, public sums."""

from pointsapp.ledger.queries.books import (
    EntryDetail,
    EntryLine,
    MonthFigures,
    PersonPoints,
    account_balance,
    account_sum,
    earned_by_person,
    earned_select,
    entries_page,
    entry_detail,
    month_figures,
    person_balance,
    person_minutes,
    person_points,
)
from pointsapp.ledger.queries.seal_check import SealReport, verify_seals
from pointsapp.ledger.queries.sealed import EntryProof, SealRow, entry_proof, seal_of_day, seals_page
from pointsapp.ledger.queries.sums import Statement, StatementLine, line_of, statement, totals
from pointsapp.ledger.queries.verification import VerifyReport, verify

__all__ = [
    "EntryDetail",
    "EntryLine",
    "EntryProof",
    "MonthFigures",
    "PersonPoints",
    "SealReport",
    "SealRow",
    "Statement",
    "StatementLine",
    "VerifyReport",
    "account_balance",
    "account_sum",
    "earned_by_person",
    "earned_select",
    "entries_page",
    "entry_detail",
    "entry_proof",
    "line_of",
    "month_figures",
    "person_balance",
    "person_minutes",
    "person_points",
    "seal_of_day",
    "seals_page",
    "statement",
    "totals",
    "verify",
    "verify_seals",
]
