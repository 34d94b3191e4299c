"""HTML door of notices: the list, and where else one is told."""

from pointsapp.notices.pages import listing, settings
from pointsapp.notices.pages.blueprint import bp

__all__ = ["bp", "listing", "settings"]
