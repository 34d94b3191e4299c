"""What changes when somebody is looked after: mandates, acts for another, cards, a lost phone, a move, a newcomer by name, news."""

from __future__ import annotations

from pointsapp.care.models import Act, Consent
from pointsapp.care.services.acting import (
    LeaveFor,
    accept_place_for,
    cancel_for,
    give_back_for,
    note_print,
    open_mandate,
    sign_up_for,
    take_leave_for,
    take_voucher_for,
)
from pointsapp.care.services.cards import IssuedCard, issue_card, revoke_card
from pointsapp.care.services.mandates import (
    MandateReceipt,
    OfferMandate,
    RecordMandate,
    accept_mandate,
    end_mandate,
    offer_mandate,
    record_mandate,
    start_desk,
)
from pointsapp.care.services.moves import AskMove, MoveReceipt, accept_move, ask_move, refuse_move, withdraw_move
from pointsapp.care.services.newcomers import ANOTHER, AddNewcomer, Newcomer, add_newcomer
from pointsapp.care.services.phones import LostPhone, report_lost_phone
from pointsapp.care.services.telling import TOLD_TO_HELPERS, tell_helpers

__all__ = [
    "ANOTHER",
    "TOLD_TO_HELPERS",
    "Act",
    "AddNewcomer",
    "AskMove",
    "Consent",
    "IssuedCard",
    "LeaveFor",
    "LostPhone",
    "MandateReceipt",
    "MoveReceipt",
    "Newcomer",
    "OfferMandate",
    "RecordMandate",
    "accept_mandate",
    "accept_move",
    "accept_place_for",
    "add_newcomer",
    "ask_move",
    "cancel_for",
    "end_mandate",
    "give_back_for",
    "issue_card",
    "note_print",
    "offer_mandate",
    "open_mandate",
    "record_mandate",
    "refuse_move",
    "report_lost_phone",
    "revoke_card",
    "sign_up_for",
    "start_desk",
    "take_leave_for",
    "take_voucher_for",
    "tell_helpers",
    "withdraw_move",
]
