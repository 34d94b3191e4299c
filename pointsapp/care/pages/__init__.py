"""HTML door of care."""

from pointsapp.care.pages import acting, cards, desk, mandates, moves, newcomers, phones  # noqa: F401 - bring their routes
from pointsapp.care.pages.blueprint import bp

__all__ = ["bp"]
