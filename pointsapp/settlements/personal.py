"""What settlements hold of people: who took which step. The lines say points and money of a shop, not of a customer."""

from __future__ import annotations

from pointsapp.core.personal import Acts

PARTS = (
    Acts(
        table="settlement",
        columns=(
            "merchant_confirmed_by_id",
            "office_confirmed_by_id",
            "approved_by_id",
            "returned_by_id",
            "paid_by_id",
        ),
    ),
    Acts(table="settlement_line", columns=("disputed_by_id", "answered_by_id")),
)
