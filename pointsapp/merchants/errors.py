"""What merchants refuse."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Gone, RuleBroken


class CodeTaken(Conflict):
    """Another merchant has this code."""

    code = "code_taken"


class WrongMerchant(Forbidden):
    """The person works for a merchant, but not for this one."""

    code = "wrong_merchant"


class InvitationInvalid(RuleBroken):
    """No invitation carries this code, or a character of it is wrong."""

    code = "invitation_invalid"


class InvitationOver(Gone):
    """The invitation was used, revoked, or is past its time; facts: reason."""

    code = "invitation_over"
