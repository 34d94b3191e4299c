"""HTML door of stars."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("stars", __name__)
