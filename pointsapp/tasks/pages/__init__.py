"""HTML doors of tasks: what residents see, what the console does."""

from __future__ import annotations

from pointsapp.tasks.pages import (  # noqa: F401 - their routes hang on the blueprint
    console,
    listing,
    no_shows,
    places,
    preparing,
    residents,
)
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.policies import may_create_tasks

ENTRANCES = (("tasks.show_console_tasks", may_create_tasks),)

__all__ = ["ENTRANCES", "bp"]
