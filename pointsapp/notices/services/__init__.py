"""Tell a person what concerns them, where they want it, and note what became of it."""

from pointsapp.notices.services.addresses import (
    AddAddress,
    AddPush,
    AddressReceipt,
    Choose,
    ConfirmAddress,
    add_address,
    add_push,
    choose,
    confirm_address,
    remove_address,
    send_code,
)
from pointsapp.notices.services.sendings import Duty, Outcome, claim, forget_old_sendings, settle
from pointsapp.notices.services.telling import ReadReceipt, file_away, hear, hear_all, read_all, read_one

__all__ = [
    "AddAddress",
    "AddPush",
    "AddressReceipt",
    "Choose",
    "ConfirmAddress",
    "Duty",
    "Outcome",
    "ReadReceipt",
    "add_address",
    "add_push",
    "choose",
    "claim",
    "confirm_address",
    "file_away",
    "forget_old_sendings",
    "hear",
    "hear_all",
    "read_all",
    "read_one",
    "remove_address",
    "send_code",
    "settle",
]
