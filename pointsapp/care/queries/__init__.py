"""Reads of care: mandates and acts, a person's pages for their helper, cards, moves."""

from __future__ import annotations

from pointsapp.care.queries.cards import CardLine, card_to_print, cards_of
from pointsapp.care.queries.mandates import ActLine, MandateLine, acts_on, mandate_for, mandates_given, mandates_held
from pointsapp.care.queries.moves import MoveLine, move_of, moves_page
from pointsapp.care.queries.newcomers import Namesake, namesakes
from pointsapp.care.queries.statements import Statement, StatementLine, statement_of

__all__ = [
    "ActLine",
    "CardLine",
    "MandateLine",
    "MoveLine",
    "Namesake",
    "Statement",
    "StatementLine",
    "acts_on",
    "card_to_print",
    "cards_of",
    "mandate_for",
    "mandates_given",
    "mandates_held",
    "move_of",
    "moves_page",
    "namesakes",
    "statement_of",
]
