"""What merchants refuse."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from pointsapp.core.errors import Conflict, Forbidden, Gone, Invalid, RuleBroken
from pointsapp.merchants.messages import NO_SUCH_MERCHANT, TROUBLES
from pointsapp.merchants.rules import Trouble


class CodeTaken(Conflict):
    """Another merchant has this code."""

    code = "code_taken"


class WrongMerchant(Forbidden):
    """The person works for a merchant, but not for this one."""

    code = "wrong_merchant"


class OwnInvitation(Forbidden):
    """Nobody adds to their own power."""

    title = _l("这是您发出的邀请")
    detail = _l("不能接受自己发出的邀请，请让对方扫这个二维码。")


class NoShop(Forbidden):
    """The till is for people who work for a merchant; this one does not, or no longer."""

    title = _l("您不在任何一家店里")
    detail = _l("收银台给商户的店长和店员用。要在店里帮忙，请让店长出示邀请二维码给您扫。")


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
