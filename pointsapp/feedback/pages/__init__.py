"""HTML door of feedback: for everybody on every page, and the desk that answers."""

from __future__ import annotations

from pointsapp.feedback.pages import desk, everybody
from pointsapp.feedback.pages.door import bp
from pointsapp.feedback.policies import may_see_feedback

ENTRANCES = (("feedback.show_desk", may_see_feedback),)

__all__ = ["ENTRANCES", "bp", "desk", "everybody"]
