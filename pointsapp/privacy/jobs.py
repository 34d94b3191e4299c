"""What the worker does: erase whose time to think is over, and end what still reached them afterwards."""

from pointsapp.privacy.services import erase_due, erase_leftovers

JOBS = [("privacy.erase_due", 300, erase_due), ("privacy.erase_leftovers", 3600, erase_leftovers)]
