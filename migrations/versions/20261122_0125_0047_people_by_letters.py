"""People of a city are found by the letters of their names and the tails of their numbers, on PostgreSQL by indexes"""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_person_letters": "USING gin (string_to_array(name, NULL))",
    "ix_person_phone_tail": "(reverse(phone) text_pattern_ops)",
    "ix_person_number_tail": "(reverse(volunteer_number) text_pattern_ops)",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, by in INDEXES.items():
            op.execute(f"CREATE INDEX {name} ON person {by}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in INDEXES:
            op.drop_index(name, table_name="person")
