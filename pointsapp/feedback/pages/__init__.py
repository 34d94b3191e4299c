"""HTML door of feedback: for everybody on every page, and the desk that answers."""

from __future__ import annotations

from pointsapp.feedback.pages import desk, everybody
from pointsapp.feedback.pages.door import bp

__all__ = ["bp", "desk", "everybody"]
