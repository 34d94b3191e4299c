"""Reads about check-in; every answer is frozen rows."""

from pointsapp.checkin.queries.closing import ClosingView, closing_view
from pointsapp.checkin.queries.codes import (
    PersonalCode,
    VenueCode,
    personal_code,
    poster_code,
    refusal_of_code,
    shift_for_leader,
    venue_code,
)
from pointsapp.checkin.queries.leading import (
    lead_page,
    lead_view,
    scanned_person,
    screen_view,
    shifts_to_lead,
    shown_name,
)
from pointsapp.checkin.queries.lists import shifts_page
from pointsapp.checkin.queries.looks import (
    AttendanceRow,
    Look,
    keyed_shifts,
    look_at,
    look_at_signup,
    own_shifts,
    why_not_lead,
)
from pointsapp.checkin.queries.offline import OfflineList, TickResult, offline_list
from pointsapp.checkin.queries.overlaps import title_in_the_way
from pointsapp.checkin.queries.resolving import Seal, case_of, resolve, site_of, usable_seal
from pointsapp.checkin.queries.reviews import corrections_page, provisional_page, waiting_counts
from pointsapp.checkin.queries.views import correction_view, leaders_at, opened_code, receipt_view

__all__ = [
    "AttendanceRow",
    "ClosingView",
    "Look",
    "OfflineList",
    "PersonalCode",
    "Seal",
    "TickResult",
    "VenueCode",
    "case_of",
    "closing_view",
    "correction_view",
    "corrections_page",
    "keyed_shifts",
    "lead_page",
    "lead_view",
    "leaders_at",
    "look_at",
    "look_at_signup",
    "offline_list",
    "opened_code",
    "own_shifts",
    "personal_code",
    "poster_code",
    "provisional_page",
    "receipt_view",
    "refusal_of_code",
    "resolve",
    "scanned_person",
    "screen_view",
    "shift_for_leader",
    "shifts_page",
    "shifts_to_lead",
    "shown_name",
    "site_of",
    "title_in_the_way",
    "usable_seal",
    "venue_code",
    "waiting_counts",
    "why_not_lead",
]
