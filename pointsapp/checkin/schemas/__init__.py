"""The gate of check-in: scans, lists and corrections in `arriving`, what follows a shift in `closing`."""

from __future__ import annotations

from pointsapp.checkin.schemas.arriving import (
    ArrivalForm,
    CheckInPersonSchema,
    CheckInReceiptSchema,
    CheckInSchema,
    CodeArgs,
    CorrectionForm,
    CorrectionReceiptSchema,
    CorrectionSchema,
    DeclineSchema,
    LeaderForm,
    OfflineForm,
    PersonalCodeSchema,
    ReasonForm,
    ReviewReceiptSchema,
    VenueCodeSchema,
)
from pointsapp.checkin.schemas.closing import (
    ClosingForm,
    ClosingJson,
    ClosingReceiptSchema,
    ClosingSchema,
)

__all__ = [
    "ArrivalForm",
    "CheckInPersonSchema",
    "CheckInReceiptSchema",
    "CheckInSchema",
    "ClosingForm",
    "ClosingJson",
    "ClosingReceiptSchema",
    "ClosingSchema",
    "CodeArgs",
    "CorrectionForm",
    "CorrectionReceiptSchema",
    "CorrectionSchema",
    "DeclineSchema",
    "LeaderForm",
    "OfflineForm",
    "PersonalCodeSchema",
    "ReasonForm",
    "ReviewReceiptSchema",
    "VenueCodeSchema",
]
