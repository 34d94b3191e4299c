"""HTML door of merchants."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("merchants", __name__)
