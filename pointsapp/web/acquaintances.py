"""Who was asked for a moment ago: the people behind tokens, for read-only answers at the porch alone, at most two seconds old.

Whoever acts is looked up each time, and so is whoever reads anything else (web/login.py): a revoked token or role is gone from those
at once, and from here within two seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask

from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.kept import KeptEach

LoadTokens = Callable[[Any, list[str], datetime], dict[str, Actor]]  # a session, or an engine before there is one
ASKED = "pointsapp.porch"  # in the WSGI environment of a call that the porch could not answer itself
_KEY = "pointsapp.acquaintances"


class Acquaintances:
    """The Actors behind bearer tokens, by the hash of each token."""

    def __init__(self, load: LoadTokens) -> None:
        self._load = load
        self._known: KeptEach[str, Actor] = KeptEach()

    def meet(self, token: str, session: Any) -> Actor | None:
        """Return who is behind the token, read now if need be; None for one that is good no more."""
        return self._known.get(hash_of(token), lambda hashes: self._load(session, hashes, now()))


def hash_of(token: str) -> str:
    """Return what is stored of a token (people.queries.token_hash says the same)."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def init_acquaintances(app: Flask, load: LoadTokens) -> Acquaintances:
    """Give `app` its acquaintances."""
    found = app.extensions[_KEY] = Acquaintances(load)
    return found


def meet(app: Flask, token: str) -> Actor | None:
    """Return who is behind the token; at most two seconds old."""
    found: Acquaintances = app.extensions[_KEY]
    return found.meet(token, db.session)
