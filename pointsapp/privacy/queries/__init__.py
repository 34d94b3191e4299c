"""Reads about a person's own say: what waits, what erasing would do, a copy of everything."""

from __future__ import annotations

from pointsapp.privacy.queries.copies import OwnCopy, own_copy
from pointsapp.privacy.queries.leaving import ErasureView, Leaving, erasure_of, leaving_page

__all__ = ["ErasureView", "Leaving", "OwnCopy", "erasure_of", "leaving_page", "own_copy"]
