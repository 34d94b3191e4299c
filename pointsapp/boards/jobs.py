"""What the worker does for the boards: fold what was posted every second, let old periods go every hour."""

from __future__ import annotations

from pointsapp.boards.services import fold, prune

JOBS = [("boards.fold", 1, fold), ("boards.prune", 3600, prune)]
