"""HTML door of checkin: scanning and arriving, leading a shift, the venue's screen, review."""

from pointsapp.checkin.pages import arriving, closing, leading, offline, review, scanning, screens
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.policies import may_see_desk

ENTRANCES = (
    ("checkin.show_console_checkin", may_see_desk),
    ("checkin.show_review", may_see_desk),
)

__all__ = ["ENTRANCES", "arriving", "bp", "closing", "leading", "offline", "review", "scanning", "screens"]
