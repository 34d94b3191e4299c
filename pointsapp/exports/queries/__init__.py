"""The reading room of exports: what one says, and how it stands today."""

from pointsapp.exports.queries.answers import (
    Answer,
    ExportLine,
    ExportRow,
    Validity,
    answer_of,
    exports_page,
    find_export,
    is_export,
)
from pointsapp.exports.queries.contents import content_of

__all__ = [
    "Answer",
    "ExportLine",
    "ExportRow",
    "Validity",
    "answer_of",
    "content_of",
    "exports_page",
    "find_export",
    "is_export",
]
