"""HTML door of checkin: scanning and arriving, leading a shift, the venue's screen, review."""

from pointsapp.checkin.pages import arriving, closing, leading, offline, review, scanning, screens
from pointsapp.checkin.pages.blueprint import bp

__all__ = ["arriving", "bp", "closing", "leading", "offline", "review", "scanning", "screens"]
