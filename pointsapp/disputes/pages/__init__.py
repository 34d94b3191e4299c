"""HTML door of disputes: the resident's and the shop's side, and the desk that sees both."""

from pointsapp.disputes.pages import desk, sides
from pointsapp.disputes.pages.door import bp

__all__ = ["bp", "desk", "sides"]
