"""The kinds of files that are let in (core/uploads.py judges them)."""

from __future__ import annotations

from enum import StrEnum


class FileKind(StrEnum):
    JPEG = "jpeg"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def suffix(self) -> str:
        return {FileKind.JPEG: ".jpg"}.get(self, f".{self.value}")

    @property
    def mimetype(self) -> str:
        return _MIMETYPES[self]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_MIMETYPES = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
}
