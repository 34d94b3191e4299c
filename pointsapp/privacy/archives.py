"""A copy as a file: JSON for machines, one page for people, nothing that needs the network."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from pointsapp.config import shipped


def copy_archive(content: dict[str, Any], page: str) -> bytes:
    """Return a ZIP of `records.json`, `index.html` and the page's style sheet."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", page)
        archive.writestr("records.json", json.dumps(content, ensure_ascii=False, indent=1))
        archive.writestr("copy.css", (shipped("static") / "css" / "copy.css").read_text(encoding="utf-8"))
    return packed.getvalue()
