"""Rewards' reading room: rule versions in force, what was earned so far, budgets."""

from pointsapp.rewards.queries.budgets import BudgetLine, GrantLine, budgets_page, find_budget, grants_page
from pointsapp.rewards.queries.claims import ClaimLine, open_claims_page
from pointsapp.rewards.queries.rules import (
    NUMBERS,
    RuleBook,
    RuleLine,
    VersionLine,
    band_allows,
    category_names,
    current_rule_version,
    earned_so_far,
    rule_book,
    version_in_force,
)
from pointsapp.rewards.queries.what_if import WhatIf, what_if

__all__ = [
    "NUMBERS",
    "BudgetLine",
    "ClaimLine",
    "GrantLine",
    "RuleBook",
    "RuleLine",
    "VersionLine",
    "WhatIf",
    "band_allows",
    "budgets_page",
    "category_names",
    "current_rule_version",
    "earned_so_far",
    "find_budget",
    "grants_page",
    "open_claims_page",
    "rule_book",
    "version_in_force",
    "what_if",
]
