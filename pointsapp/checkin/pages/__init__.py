"""HTML door of checkin: scanning and arriving, leading a shift, the venue's screen, review."""

from pointsapp.checkin.pages import arriving, leading, review, scanning, screens
from pointsapp.checkin.pages.blueprint import bp

__all__ = ["arriving", "bp", "leading", "review", "scanning", "screens"]
