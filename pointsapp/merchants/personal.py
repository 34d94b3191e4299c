"""What merchants hold of people: who invited, wrote and decided. A shop's name, number and address are the shop's."""

from __future__ import annotations

from pointsapp.core.personal import Acts, Nobodys

PARTS = (
    Nobodys(table="merchant", columns=("name", "phone", "address"), why="a shop's own, published by it"),
    Acts(table="merchant_invitation", columns=("invited_by_id", "accepted_by_id")),
    Acts(table="offer_version", columns=("written_by_id", "decided_by_id")),
)
