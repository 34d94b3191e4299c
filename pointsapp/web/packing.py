"""What goes over the line packed: styles and scripts, each once for its content, in a hidden folder beside the pictures; and pages.

A page carries tokens, and who can make a browser ask for it again and again with guesses of their own could read a token from how
long the packed page is (BREACH). So a page is packed only where the browser itself says that the request came from one of our own
pages or from nobody's (Sec-Fetch-Site, which no script can set); what another site makes it ask for, and what an old browser asks
for, goes plain. A proxy in front finds the work done.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.security import safe_join

FOLDER = ".packed"  # hidden: no backup keeps it, and it may be emptied at any time
TEXTS = frozenset({".css", ".js", ".svg", ".wasm"})
LEAST = 600  # bytes; what is smaller fits into the answer's first packet anyway
PAGE_LEVEL = 4  # 9 would take three times as long for a tenth less
NOT_ANOTHER_SITE = frozenset({"same-origin", "none"})


def init_packing(app: Flask) -> None:
    """Let the static files and the pages of `app` be asked for packed."""
    plain: Any = app.view_functions["static"]

    def send_static(filename: str) -> Response:
        is_text = Path(filename).suffix in TEXTS
        packed = _packed_answer(filename) if is_text else None
        answer = packed or current_app.make_response(plain(filename=filename))
        if is_text:
            answer.vary.add("Accept-Encoding")
        return answer

    app.view_functions["static"] = send_static
    app.after_request(_pack_page)


def _pack_page(answer: Response) -> Response:
    """Pack a page for a browser that came to it by itself or from a page of ours."""
    if answer.mimetype != "text/html" or answer.is_streamed or "Content-Encoding" in answer.headers:
        return answer
    answer.vary.update(("Accept-Encoding", "Sec-Fetch-Site"))
    if request.headers.get("Sec-Fetch-Site") not in NOT_ANOTHER_SITE or not request.accept_encodings["gzip"]:
        return answer
    page = answer.get_data()
    if len(page) >= LEAST:
        answer.set_data(gzip.compress(page, PAGE_LEVEL, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _packed_answer(filename: str) -> Response | None:
    """Return the packed file as an answer; None where the plain one is to be sent."""
    found = safe_join(str(current_app.static_folder), filename)
    if found is None or "Range" in request.headers or not request.accept_encodings["gzip"]:
        return None
    path = Path(found)
    try:
        if not path.is_file():
            return None
    except OSError:  # a name longer than any file's
        return None
    packed = packed_copy(path, path.stat().st_mtime_ns, Path(current_app.instance_path) / FOLDER)
    if packed is None or not packed.is_file():
        return None
    answer = Response(packed.read_bytes(), mimetype=mimetypes.guess_type(path.name)[0])
    answer.set_etag(packed.stem)
    answer.headers["Content-Encoding"] = "gzip"
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=256)
def packed_copy(path: Path, _changed: int, folder: Path) -> Path | None:
    """Return the file that holds `path` packed, made now if nobody has; None where it is not worth it or cannot be kept."""
    content = path.read_bytes()
    if len(content) < LEAST:
        return None
    kept = folder / f"{hashlib.sha256(content).hexdigest()[:32]}.gz"
    if kept.is_file():
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(gzip.compress(content, 9, mtime=0))
        Path(half).replace(kept)
    except OSError:  # a full or forbidden disk: the page matters, not how it travels
        return None
    return kept
