"""The blueprint of care."""

from flask import Blueprint

bp = Blueprint("care", __name__)
