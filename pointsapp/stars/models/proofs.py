"""What a branch hands in by hand 人工补充, what it is used for, and who looked at rows that name people.

Given once, used for many lines, never deleted: what was wrong is withdrawn with a reason. The files lie in core/attic.py.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id
from pointsapp.core.file_kinds import FileKind


class ProofKind(StrEnum):
    NOTE = "note"
    FILE = "file"
    PICTURE = "picture"


class ProofFile(Base):
    """A file as it is kept, named by its SHA-256: given twice, it is one. Append-only by trigger."""

    __tablename__ = "proof_file"
    __table_args__ = (enum_check("kind", FileKind), CheckConstraint("size > 0", name="size"))

    id: Mapped[row_id]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[FileKind] = enum_column(FileKind)
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    kept_at: Mapped[instant]


class Proof(Base):
    """One piece given by hand for a branch and a round: words, and perhaps a file. Internal until somebody publishes it.

    `number` counts within branch and round: what a dossier calls it. `given_sha256` is of the file as it was handed in.
    """

    __tablename__ = "proof"
    __table_args__ = (
        enum_check("kind", ProofKind),
        CheckConstraint("(kind = 'note') = (file_id IS NULL)", name="file"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because IS NULL)", name="withdrawn"),
        Index("uq_proof_number", "round_id", "branch_id", "number", unique=True),
        Index(
            "uq_proof_file_once",
            "round_id",
            "branch_id",
            "file_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    number: Mapped[int]
    kind: Mapped[ProofKind] = enum_column(ProofKind)
    title: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column(Date)
    file_id: Mapped[int | None] = ref("proof_file.id", nullable=True)
    file_name: Mapped[str | None] = mapped_column(String(100))
    given_sha256: Mapped[str | None] = mapped_column(String(64))
    given_by_id: Mapped[int] = ref("person.id", index=False)
    given_at: Mapped[instant]
    public_since: Mapped[maybe_instant]
    withdrawn_at: Mapped[maybe_instant]
    withdrawn_because: Mapped[str | None] = mapped_column(String(200))


class ProofUse(Base):
    """A line that a piece stands for: an indicator or bonus of the scheme, an item of the plan, or a row that it illustrates."""

    __tablename__ = "proof_use"
    __table_args__ = (
        CheckConstraint(
            "(indicator IS NOT NULL AND item_id IS NULL AND evidence_id IS NULL)"
            " OR (indicator IS NULL AND item_id IS NOT NULL AND evidence_id IS NULL)"
            " OR (indicator IS NULL AND item_id IS NULL AND evidence_id IS NOT NULL)",
            name="one_use",
        ),
        Index("uq_proof_use_indicator", "proof_id", "indicator", unique=True),
        Index("uq_proof_use_item", "proof_id", "item_id", unique=True),
        Index("uq_proof_use_evidence", "proof_id", "evidence_id", unique=True),
    )

    id: Mapped[row_id]
    proof_id: Mapped[int] = ref("proof.id", index=False)
    indicator: Mapped[str | None] = mapped_column(String(40))
    item_id: Mapped[int | None] = ref("plan_item.id", nullable=True)
    evidence_id: Mapped[int | None] = ref("evidence.id", nullable=True)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]


class ProofStep(StrEnum):
    GIVEN = "given"
    USED = "used"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    WITHDRAWN = "withdrawn"


class ProofChange(Base):
    """The trace of a piece: who did what with it, when, and why. Append-only by trigger."""

    __tablename__ = "proof_change"
    __table_args__ = (enum_check("step", ProofStep),)

    id: Mapped[row_id]
    proof_id: Mapped[int] = ref("proof.id")
    step: Mapped[ProofStep] = enum_column(ProofStep)
    words: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]


class Looked(StrEnum):
    """At what."""

    ROWS = "rows"  # rows with names, on a page or in the JSON of a figure
    SAVED = "saved"  # the same, taken along as a file
    PROOF = "proof"  # words or file of a piece that is not public
    DOSSIER = "dossier"
    OBJECTION = "objection"  # the words of an objection with the name of who raised it
    PAPER = "paper"  # the people of a sheet typed in from paper


class AccessLine(Base):
    """An officer saw what others do not: names behind a figure, a piece that is not public, a dossier. Append-only by trigger.

    `subject` is the evidence whose rows were shown, or the public id of a piece, an objection or a sheet. Rows shown lie between `from_at` and
    `until_at`, by the time of the work: so whoever is named by one of them can be told who looked. A sheet belongs to an area, not to
    a branch in a round: `area_id` is set for it alone.
    """

    __tablename__ = "access_line"
    __table_args__ = (
        enum_check("what", Looked),
        CheckConstraint(
            "(what = 'paper') = (area_id IS NOT NULL) AND (what = 'paper') = (branch_id IS NULL) "
            "AND (what = 'paper') = (round_id IS NULL)",
            name="place",
        ),
        Index("ix_access_line_branch", "branch_id", "id"),
        Index("ix_access_line_area", "area_id", "id"),
    )

    id: Mapped[row_id]
    round_id: Mapped[int | None] = ref("star_round.id", index=False, nullable=True)
    branch_id: Mapped[int | None] = ref("branch.id", index=False, nullable=True)
    area_id: Mapped[int | None] = ref("area.id", index=False, nullable=True)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    what: Mapped[Looked] = enum_column(Looked)
    subject: Mapped[str] = mapped_column(String(40))
    members_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    rows: Mapped[int]
    from_at: Mapped[maybe_instant]
    until_at: Mapped[maybe_instant]
