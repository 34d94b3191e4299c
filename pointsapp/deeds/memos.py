"""Keys of the sentences that deeds write into the books; their words stand in messages.py."""

THANKED = "deeds.thanked"
REVOKED = "deeds.revoked"
POT_FILLED = "deeds.pot_filled"
POT_CLOSED = "deeds.pot_closed"
