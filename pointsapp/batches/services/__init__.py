"""The workshop of batches: check a file, start it, run it a hundred rows at a time; ask for a list, fill it the same way."""

from pointsapp.batches.services.asking import (
    AskExport,
    BatchReceipt,
    CheckFile,
    ask_export,
    cancel_batch,
    check_file,
    start_batch,
)
from pointsapp.batches.services.running import CHUNK, forget_rows, run_next

__all__ = [
    "CHUNK",
    "AskExport",
    "BatchReceipt",
    "CheckFile",
    "ask_export",
    "cancel_batch",
    "check_file",
    "forget_rows",
    "run_next",
    "start_batch",
]
