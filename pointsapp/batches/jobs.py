"""The worker's part of batches: it takes the oldest that waits, a hundred rows to a transaction, and sweeps old rows away."""

from __future__ import annotations

from pointsapp.batches.services import forget_rows, run_next

JOBS = [("batches.run_next", 2, run_next), ("batches.forget_rows", 3600, forget_rows)]
