"""What merchants refuse."""

from __future__ import annotations

from collections.abc import Mapping

from pointsapp.core.errors import Conflict, Forbidden, Gone, Invalid, RuleBroken
from pointsapp.merchants.messages import NO_SUCH_MERCHANT, TROUBLES
from pointsapp.merchants.rules import Trouble


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


class UnknownMerchant(Invalid):
    """The request names a merchant that does not exist."""

    def __init__(self, field: str) -> None:
        super().__init__({field: [str(NO_SUCH_MERCHANT)]})


class TermsWrong(Invalid):
    """The offer's terms cannot stand; `errors` says which field and why."""

    def __init__(self, found: Mapping[str, Trouble]) -> None:
        super().__init__({name: [str(TROUBLES[trouble])] for name, trouble in found.items()})
