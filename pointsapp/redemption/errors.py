"""What the voucher pack and the till refuse; each with its true reason."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Gone, NotFound, RuleBroken


class CodeInvalid(RuleBroken):
    """The code has a wrong length or a wrong character: its check character does not fit. Check-in uses it too."""

    code = "code_invalid"


class CodeUnknown(NotFound):
    """The code is well-formed, but no voucher of ours."""

    code = "code_unknown"


class VoucherCancelled(Conflict):
    code = "voucher_cancelled"


class AlreadyRedeemed(Conflict):
    """facts: redeemed_at, redeemed_by (masked)."""

    code = "already_redeemed"


class VoucherExpired(Gone):
    """facts: expired_at."""

    code = "voucher_expired"


class OfferClosed(Conflict):
    """facts.reason: not_yet, ended, paused, withdrawn or not_approved."""

    code = "offer_closed"


class LimitReached(Conflict):
    """facts: limit."""

    code = "limit_reached"


class OutOfStock(Conflict):
    """facts.reason: all or today."""

    code = "out_of_stock"


class UndoWindowOver(Conflict):
    """facts.reason: time or settled; facts.minutes: the window's length."""

    code = "undo_window_over"
