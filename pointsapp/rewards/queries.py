"""Rewards' reading room: rule versions in force, budgets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.rewards.rules import RuleVersionRow


def current_rule_version(session: Session, category: str, now: datetime) -> RuleVersionRow:
    """Return the version in force at `now` for `category`: its own rule, else the general one."""
    raise NotImplementedError


def band_allows(session: Session, category: str, points: int, points_mode: str, now: datetime) -> bool:
    """Tell whether a task's points stay inside the band of its category; a fresh database has none."""
    raise NotImplementedError
