"""Manual evidence with its files, what it stands for, and who looked at rows that name people"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0021"
down_revision = "0023"
branch_labels = None
depends_on = None

APPEND_ONLY = ("proof_file", "proof_use", "proof_change", "access_line")
ONE_USE = (
    "(indicator IS NOT NULL AND item_id IS NULL AND evidence_id IS NULL)"
    " OR (indicator IS NULL AND item_id IS NOT NULL AND evidence_id IS NULL)"
    " OR (indicator IS NULL AND item_id IS NULL AND evidence_id IS NOT NULL)"
)
LIVE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("star_round", sa.Column("docket_key", sa.String(length=64), server_default="", nullable=False))
    bind = op.get_bind()
    for (key,) in bind.execute(sa.text("SELECT id FROM star_round")).all():
        bind.execute(
            sa.text("UPDATE star_round SET docket_key = :secret WHERE id = :key"),
            {"secret": secrets.token_hex(32), "key": key},
        )
    op.create_table(
        "proof_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('jpeg', 'pdf', 'docx', 'xlsx')", name=op.f("ck_proof_file_kind")),
        sa.CheckConstraint("size > 0", name=op.f("ck_proof_file_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_proof_file_sha256")),
    )
    op.create_table(
        "proof",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("file_name", sa.String(length=100), nullable=True),
        sa.Column("given_sha256", sa.String(length=64), nullable=True),
        sa.Column("given_by_id", BigId, nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("public_since", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=200), nullable=True),
        sa.CheckConstraint("kind IN ('note', 'file', 'picture')", name=op.f("ck_proof_kind")),
        sa.CheckConstraint("(kind = 'note') = (file_id IS NULL)", name=op.f("ck_proof_file")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because IS NULL)", name=op.f("ck_proof_withdrawn")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_proof_round_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_proof_branch_id")),
        sa.ForeignKeyConstraint(["file_id"], ["proof_file.id"], name=op.f("fk_proof_file_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_proof_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proof_public_id")),
    )
    op.create_index("ix_proof_branch_id", "proof", ["branch_id"])
    op.create_index("ix_proof_file_id", "proof", ["file_id"])
    op.create_index("uq_proof_number", "proof", ["round_id", "branch_id", "number"], unique=True)
    op.create_index(
        "uq_proof_file_once",
        "proof",
        ["round_id", "branch_id", "file_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "proof_use",
        sa.Column("id", BigId, nullable=False),
        sa.Column("proof_id", BigId, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=True),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("evidence_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(ONE_USE, name=op.f("ck_proof_use_one_use")),
        sa.ForeignKeyConstraint(["proof_id"], ["proof.id"], name=op.f("fk_proof_use_proof_id")),
        sa.ForeignKeyConstraint(["item_id"], ["plan_item.id"], name=op.f("fk_proof_use_item_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_proof_use_evidence_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_proof_use_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_use")),
    )
    op.create_index("ix_proof_use_item_id", "proof_use", ["item_id"])
    op.create_index("ix_proof_use_evidence_id", "proof_use", ["evidence_id"])
    for name in ("indicator", "item", "evidence"):
        column = name if name == "indicator" else f"{name}_id"
        op.create_index(f"uq_proof_use_{name}", "proof_use", ["proof_id", column], unique=True)
    op.create_table(
        "proof_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("proof_id", BigId, nullable=False),
        sa.Column("step", sa.String(length=30), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "step IN ('given', 'used', 'published', 'unpublished', 'withdrawn')", name=op.f("ck_proof_change_step")
        ),
        sa.ForeignKeyConstraint(["proof_id"], ["proof.id"], name=op.f("fk_proof_change_proof_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_proof_change_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_change")),
    )
    op.create_index("ix_proof_change_proof_id", "proof_change", ["proof_id"])
    op.create_table(
        "access_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("members_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=True),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("what IN ('rows', 'saved', 'proof', 'dossier')", name=op.f("ck_access_line_what")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_access_line_round_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_access_line_branch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_access_line_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_line")),
    )
    op.create_index("ix_access_line_branch", "access_line", ["branch_id", "id"])
    for table in APPEND_ONLY:
        forbid_changes(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    for table in ("access_line", "proof_change", "proof_use", "proof", "proof_file"):
        op.drop_table(table)
    op.drop_column("star_round", "docket_key")
