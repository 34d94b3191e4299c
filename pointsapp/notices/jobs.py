"""What the worker does for notices: sends them out of the house, and forgets what ended long ago."""

from __future__ import annotations

from pointsapp.notices.sender import send_due
from pointsapp.notices.services import forget_old_sendings

JOBS = [("notices.forget_old_sendings", 3600, forget_old_sendings)]
# Not inside a transaction: it speaks to other machines, and waits for them.
OUTSIDE = [("notices.send", 5, send_due)]
