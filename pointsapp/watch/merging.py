"""What was found unusual stays as it was found."""

from __future__ import annotations

from pointsapp.core.merging import Stays

STAYS = (
    Stays(table="anomaly", columns=("person_id",), why="a finding names the account it was found at"),
    Stays(table="anomaly_evidence", columns=("person_id",), why="evidence is kept as it was laid down"),
)
