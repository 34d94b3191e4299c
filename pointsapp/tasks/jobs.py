"""What the worker does for tasks."""

from __future__ import annotations

from pointsapp.tasks.services import (
    close_due_tasks,
    expire_due_offers,
    fill_waiting,
    note_no_shows,
    tell_of_open_places,
)

JOBS = [
    ("tasks.expire_due_offers", 20, expire_due_offers),
    ("tasks.fill_waiting", 60, fill_waiting),
    ("tasks.tell_of_open_places", 60, tell_of_open_places),
    ("tasks.close_due_tasks", 300, close_due_tasks),
    ("tasks.note_no_shows", 600, note_no_shows),
]
