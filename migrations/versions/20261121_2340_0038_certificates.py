"""Certificates, records, requests to correct them, rows reported onward"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=True),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("issuer_area_id", BigId, nullable=True),
        sa.Column("issued_at", UTCDateTime(), nullable=True),
        sa.Column("superseded_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'issued', 'superseded', 'rejected', 'withdrawn')", name=op.f("ck_certificate_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('issued', 'superseded') OR number IS NOT NULL", name=op.f("ck_certificate_number")
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_certificate_span")),
        sa.ForeignKeyConstraint(["issuer_area_id"], ["area.id"], name=op.f("fk_certificate_issuer_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_public_id")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_person_state", ["person_id", "state"], unique=False)
        batch_op.create_index(
            "uq_certificate_asked",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.create_table(
        "onward_report",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_onward_report_area_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_onward_report_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onward_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_onward_report_public_id")),
    )
    with op.batch_alter_table("onward_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onward_report_area_id"), ["area_id"], unique=False)

    op.create_table(
        "record_item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("taken_back_at", UTCDateTime(), nullable=True),
        sa.Column("taken_back_by_id", BigId, nullable=True),
        sa.CheckConstraint("kind IN ('training', 'honour', 'evaluation')", name=op.f("ck_record_item_kind")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_record_item_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_record_item_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_record_item_person_id")),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["person.id"], name=op.f("fk_record_item_taken_back_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_record_item_public_id")),
    )
    with op.batch_alter_table("record_item", schema=None) as batch_op:
        batch_op.create_index("ix_record_item_person", ["person_id", "happened_on"], unique=False)

    op.create_table(
        "certificate_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("certificate_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'rejected')", name=op.f("ck_certificate_line_state")),
        sa.CheckConstraint("minutes > 0 AND times > 0", name=op.f("ck_certificate_line_minutes")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_certificate_line_area_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_line_certificate_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_certificate_line_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_line_public_id")),
    )
    with op.batch_alter_table("certificate_line", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_line_waiting", ["state", "area_id"], unique=False)
        batch_op.create_index("uq_certificate_line_area", ["certificate_id", "area_id"], unique=True)

    op.create_table(
        "record_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("signup_id", BigId, nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_by_id", BigId, nullable=True),
        sa.CheckConstraint("state IN ('asked', 'upheld', 'rejected')", name=op.f("ck_record_request_state")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_record_request_answered_by_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_record_request_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_record_request_person_id")),
        sa.ForeignKeyConstraint(["signup_id"], ["signup.id"], name=op.f("fk_record_request_signup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_record_request_public_id")),
    )
    with op.batch_alter_table("record_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_request_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_record_request_state", ["state", "area_id"], unique=False)

    op.create_table(
        "reported_row",
        sa.Column("id", BigId, nullable=False),
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("attendance_id", BigId, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], name=op.f("fk_reported_row_attendance_id")),
        sa.ForeignKeyConstraint(["report_id"], ["onward_report.id"], name=op.f("fk_reported_row_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_row")),
    )
    with op.batch_alter_table("reported_row", schema=None) as batch_op:
        batch_op.create_index("ix_reported_row_attendance", ["attendance_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reported_row_report_id"), ["report_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reported_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reported_row_report_id"))
        batch_op.drop_index("ix_reported_row_attendance")

    op.drop_table("reported_row")
    with op.batch_alter_table("record_request", schema=None) as batch_op:
        batch_op.drop_index("ix_record_request_state")
        batch_op.drop_index(batch_op.f("ix_record_request_person_id"))

    op.drop_table("record_request")
    with op.batch_alter_table("certificate_line", schema=None) as batch_op:
        batch_op.drop_index("uq_certificate_line_area")
        batch_op.drop_index("ix_certificate_line_waiting")

    op.drop_table("certificate_line")
    with op.batch_alter_table("record_item", schema=None) as batch_op:
        batch_op.drop_index("ix_record_item_person")

    op.drop_table("record_item")
    with op.batch_alter_table("onward_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onward_report_area_id"))

    op.drop_table("onward_report")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_certificate_asked", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index("ix_certificate_person_state")

    op.drop_table("certificate")
