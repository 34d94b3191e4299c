"""Refusals of giving."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, RuleBroken


class FundClosed(Conflict):
    """The fund takes nothing more."""

    code = "fund_closed"


class MoreThanDonated(RuleBroken):
    """A use tells of more points than are left in the fund. facts: left."""

    code = "fund_has_less"


class GiftToOneself(RuleBroken):
    """Giver and receiver are one person."""

    code = "gift_to_oneself"


class GiftTooLarge(RuleBroken):
    """More than one gift, or one month, allows. facts: left: what may still be given at once."""

    code = "gift_too_large"


class ReceiverHasEnough(Conflict):
    """The receiver has been given as much this month as anybody may be. facts: left."""

    code = "receiver_has_enough"


class ReceiverUnknown(RuleBroken):
    """No verified person has this volunteer number."""

    code = "receiver_unknown"
