"""Keys of the sentences that redemption writes into the books; their words stand in messages.py."""

ISSUED = "redemption.issued"
REDEEMED = "redemption.redeemed"
REVERSED = "redemption.reversed"
CANCELLED = "redemption.cancelled"
EXPIRED = "redemption.expired"
