"""What the bank does on the worker's clock."""

from __future__ import annotations

from pointsapp.ledger.services import lapse_due

JOBS = [("ledger.lapse_due", 60, lapse_due)]
