"""Rewards' workshop: budgets, credits, rule versions. Everything runs inside the caller's `write()`."""

from pointsapp.rewards.services.budgets import (
    BudgetDraw,
    GrantBudget,
    GrantReceipt,
    grant_budget,
    reserve_for_task,
    return_task_rest,
)
from pointsapp.rewards.services.claims import ClaimReceipt, ask_claim_write_off, write_claim_off
from pointsapp.rewards.services.corrections import correct_attendance
from pointsapp.rewards.services.credits import Credit, Due, credit_attendance, due_for
from pointsapp.rewards.services.versions import AddRuleVersion, VersionReceipt, add_rule_version

__all__ = [
    "AddRuleVersion",
    "BudgetDraw",
    "ClaimReceipt",
    "Credit",
    "Due",
    "GrantBudget",
    "GrantReceipt",
    "VersionReceipt",
    "add_rule_version",
    "ask_claim_write_off",
    "correct_attendance",
    "credit_attendance",
    "due_for",
    "grant_budget",
    "reserve_for_task",
    "return_task_rest",
    "write_claim_off",
]
