"""Reads about check-in; every answer is frozen rows."""

from pointsapp.checkin.queries.codes import (
    PersonalCode,
    VenueCode,
    personal_code,
    poster_code,
    shift_for_leader,
    venue_code,
)
from pointsapp.checkin.queries.looks import AttendanceRow, Look, keyed_shifts, look_at, look_at_signup, own_looks
from pointsapp.checkin.queries.overlaps import title_in_the_way

__all__ = [
    "AttendanceRow",
    "Look",
    "PersonalCode",
    "VenueCode",
    "keyed_shifts",
    "look_at",
    "look_at_signup",
    "own_looks",
    "personal_code",
    "poster_code",
    "shift_for_leader",
    "title_in_the_way",
    "venue_code",
]
