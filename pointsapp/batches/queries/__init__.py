"""The reading room of batches."""

from pointsapp.batches.models import BatchKind
from pointsapp.batches.queries.lists import BatchView, ResultRow, batch_view, batches_page, each_result, preview_rows
from pointsapp.batches.queries.out import OutRow, count_out, rows_out

__all__ = [
    "BatchKind",
    "BatchView",
    "OutRow",
    "ResultRow",
    "batch_view",
    "batches_page",
    "count_out",
    "each_result",
    "preview_rows",
    "rows_out",
]
