"""Refusals of care."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Gone, RuleBroken


class MandateOver(Gone):
    """The consent was taken back or has run out."""

    code = "mandate_over"


class MandateExists(Conflict):
    """This helper may act for this person already, or was asked to."""

    code = "mandate_exists"


class SpendingNotAllowed(Forbidden):
    """The consent says: look and sign up, but spend no points."""

    code = "spending_not_allowed"


class OwnShop(Forbidden):
    """Who works for a shop spends nobody else's points there."""

    code = "own_shop"


class TooManyCards(Conflict):
    """Facts: most."""

    code = "too_many_cards"


class MoveWaiting(Conflict):
    """A request to move waits already."""

    code = "move_waiting"


class SameCommunity(RuleBroken):
    code = "same_community"


class MoveAnswered(Conflict):
    """Somebody answered it already, or it was taken back."""

    code = "move_answered"


class NameKnown(Conflict):
    """People without an account have this name here already: it must be said whether this is one of them."""

    code = "name_known"
