"""What changes attendance: check-in, review of provisional minutes, corrections, closing what was left open."""

from pointsapp.checkin.services.arrivals import CheckIn, CheckInPerson, check_in, check_in_person, checking_in
from pointsapp.checkin.services.attending import CheckInReceipt
from pointsapp.checkin.services.closing import MOST_LINES, CloseShift, ClosingReceipt, close_shift
from pointsapp.checkin.services.corrections import (
    AskCorrection,
    CorrectionReceipt,
    approve_correction,
    ask_correction,
    decline_correction,
)
from pointsapp.checkin.services.offline import MOST_ROWS, OfflineRow, SyncReceipt, sync_list
from pointsapp.checkin.services.review import (
    ReviewReceipt,
    Void,
    close_stopped,
    confirm_attendance,
    cut_off_due,
    void_attendance,
)

__all__ = [
    "MOST_LINES",
    "MOST_ROWS",
    "AskCorrection",
    "CheckIn",
    "CheckInPerson",
    "CheckInReceipt",
    "CloseShift",
    "ClosingReceipt",
    "CorrectionReceipt",
    "OfflineRow",
    "ReviewReceipt",
    "SyncReceipt",
    "Void",
    "approve_correction",
    "ask_correction",
    "check_in",
    "check_in_person",
    "checking_in",
    "close_shift",
    "close_stopped",
    "confirm_attendance",
    "cut_off_due",
    "decline_correction",
    "sync_list",
    "void_attendance",
]
