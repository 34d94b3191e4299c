"""The step that dates scheme versions, over rows from before: who ruled a round began with it, the newest begins with the next."""

from __future__ import annotations

from datetime import date

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from tests import databases

VERSION = text(
    "INSERT INTO scheme_version (public_id, code, version, name, digest, definition, imported_at) "
    "VALUES (:public_id, :code, :version, 'x', 'x', '{}', :imported_at)"
)
ROUND = text(
    "INSERT INTO star_round (public_id, scheme_code, scheme_version_id, starts_on, ends_on, state, opened_at) "
    "SELECT 'r' || code, code, id, '2026-07-01', '2026-09-30', 'open', imported_at FROM scheme_version WHERE version = 1"
)
# code, version, imported -> in force from, in the place of
ROWS = [
    ("a", 1, "2026-08-05", date(2026, 7, 1), None),  # opened the third quarter
    ("a", 2, "2026-08-20", date(2026, 10, 1), None),  # never ruled a round: 3 took its place
    ("a", 3, "2026-09-01", date(2026, 10, 1), 2),
    ("b", 1, "2026-09-30", date(2026, 7, 1), None),
    ("b", 2, "2026-12-31", date(2027, 1, 1), None),
]


@pytest.mark.parametrize("dialect", databases.DIALECTS)
def test_versions_that_are_there_get_the_dates_they_lived_by(dialect: str) -> None:
    own = databases.clone(dialect, migrated=False)
    try:
        with own.app.app_context():
            upgrade(revision="0015")
        with own.engine.begin() as connection:
            for number, (code, version, imported, _, _) in enumerate(ROWS):
                row = {
                    "public_id": f"v{number}",
                    "code": code,
                    "version": version,
                    "imported_at": f"{imported} 04:00:00",
                }
                connection.execute(VERSION, row)
            connection.execute(ROUND)
        with own.app.app_context():
            upgrade(revision="0016")
        with own.engine.connect() as connection:
            found = connection.execute(
                text("SELECT code, version, starts_on, replaces FROM scheme_version ORDER BY code, version")
            ).all()
        assert [(code, version, str(day), replaces) for code, version, day, replaces in found] == [
            (code, version, str(day), replaces) for code, version, _, day, replaces in ROWS
        ]
    finally:
        own.drop()
