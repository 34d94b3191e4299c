"""Every event that concerns one person becomes a notice to them."""

from __future__ import annotations

from pointsapp.notices.messages import WORDS
from pointsapp.notices.services import hear, hear_all

KINDS = tuple(sorted({key.partition(":")[0] for key in WORDS}))

SUBSCRIBERS = [(kind, "notices.tell", hear) for kind in KINDS]
TOGETHER = {"notices.tell": hear_all}
