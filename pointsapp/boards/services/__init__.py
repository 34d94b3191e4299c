"""The workshop of boards: fold what was posted into the sums, make them again from the books, let old periods go."""

from pointsapp.boards.services.folding import fold
from pointsapp.boards.services.pruning import prune
from pointsapp.boards.services.rebuilding import Rebuilt, rebuild

__all__ = ["Rebuilt", "fold", "prune", "rebuild"]
