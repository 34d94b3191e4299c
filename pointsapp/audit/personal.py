"""What the audit log holds of people: who searched it."""

from __future__ import annotations

from pointsapp.core.personal import Acts

PARTS = (Acts(table="audit_search", columns=("by_id",)),)
