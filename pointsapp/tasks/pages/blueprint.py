"""The blueprint on which all HTML doors of tasks hang."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("tasks", __name__)
