"""Links that may not exist yet: a nav item whose page is not in the house is not shown."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, request, url_for
from werkzeug.routing import BuildError

from pointsapp.core.kept import Kept

_addresses: Kept[str | None] = Kept(most=1024)


def link(endpoint: str, **values: Any) -> str | None:
    """Return the address of `endpoint`, or None where there is no such page."""
    if values:
        return _address(endpoint, **values)
    return _addresses.get((current_app.name, request.script_root, endpoint), lambda: _address(endpoint))


def _address(endpoint: str, **values: Any) -> str | None:
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def static_url(name: str) -> str:
    """Return the address of a static file with its content hash, so that a browser may keep it for ever.

    A page draws fifty icons out of one file: within a request each file is looked at once.
    """
    known: dict[str, str] = g.setdefault("static_urls", {})
    if name not in known:
        folder = current_app.static_folder
        assert folder is not None
        known[name] = _files.get((folder, request.script_root, name), lambda: _file_address(Path(folder), name))
    return known[name]


_files: Kept[str] = Kept(most=1024)


def _file_address(folder: Path, name: str) -> str:
    path = folder / name
    return url_for("static", filename=name, v=_digest(path, path.stat().st_mtime_ns if path.exists() else 0))


@lru_cache(maxsize=512)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "0"


def safe_next(target: str | None, fallback: str) -> str:
    """Return `target` if it is a path of ours, else `fallback`: never an open redirect."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    if "\\" in target or any(ord(char) < 32 for char in target):  # urlsplit drops tabs: "/\t/[" would raise
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target


def absolute(path: str) -> str:
    """Return `path` under POINTSAPP_BASE_URL: what a QR carries and what a text message says."""
    return str(current_app.config["SETTINGS"].base_url).rstrip("/") + path


def came_from() -> str:
    """Return the path and query of our page that led here, empty where the browser does not say or it was another site's."""
    try:
        came = urlsplit(request.referrer or "")
    except ValueError:  # "http://[" and its like
        return ""
    if came.netloc != request.host:
        return ""
    return safe_next(f"{came.path}?{came.query}" if came.query else came.path, "")
