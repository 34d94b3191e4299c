"""People, their roles, and the ways they prove who they are."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.actor import Role
from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, mention, public_id, ref, row_id


class Listing(StrEnum):
    """On which rankings somebody lets their masked name stand."""

    EVERYWHERE = "everywhere"
    COMMUNITY = "community"  # their own community's alone: what holds until they choose
    NOWHERE = "nowhere"


class Person(Base):
    """One human being: a resident always, with roles added. Has a volunteer number; may have no phone and no password."""

    __tablename__ = "person"
    # How the desk searches a city: names by their letters (two Chinese ones make no trigram), numbers by their tails; who joined of late.
    __table_args__ = (
        Index("ix_person_created_at", "created_at"),
        Index("ix_person_letters", text("string_to_array(name, NULL)"), postgresql_using="gin").ddl_if("postgresql"),
        Index("ix_person_phone_tail", text("reverse(phone) text_pattern_ops")).ddl_if("postgresql"),
        Index("ix_person_number_tail", text("reverse(volunteer_number) text_pattern_ops")).ddl_if("postgresql"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    name: Mapped[str] = mapped_column(String(60))
    # Text of 5 to 15 digits with an optional +; an unverified holder loses it to its true owner.
    phone: Mapped[str | None] = mapped_column(String(16), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Shown instead of the ID-card number (volunteer record law); 11 digits, the last a check digit.
    volunteer_number: Mapped[str] = mapped_column(String(16), unique=True)
    home_area_id: Mapped[int | None] = ref("area.id", nullable=True)
    verified_at: Mapped[maybe_instant]  # earns at once, spends once verified
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consented_at: Mapped[maybe_instant]
    session_version: Mapped[int] = mapped_column(default=1)  # raised: every device is signed out
    locale: Mapped[str | None] = mapped_column(String(5))
    elder_view: Mapped[bool] = mapped_column(default=False)
    shows_on_rankings: Mapped[bool] = mapped_column(default=False)  # above the own community only those who chose to be
    off_rankings_since: Mapped[maybe_instant]  # chose to stand on none, not even the own community's
    personal_code: Mapped[str] = mapped_column(
        String(10), unique=True
    )  # what staff scan; replaced when a phone is lost
    birth_year: Mapped[int | None]  # said or not; the year alone, for counting by age
    created_at: Mapped[instant]
    erased_at: Mapped[maybe_instant]
    # An account given up for another of the same person (`merging`): closed as if erased, and leading there.
    merged_into_id: Mapped[int | None] = mention("person.id", nullable=True, index=True)


class RoleGrant(Base):
    """A role held from `starts_at` until `ended_at`, over an area and below, or in a merchant. Ended, never deleted.

    `ended_at` may lie ahead: then the role ends by itself. Who ends it earlier is `ended_by_id`. A deputy's (代办) is a grant of
    its own, `deputy_of_id` the one it stands in for, which takes it along when it ends.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        enum_check("role", Role),
        CheckConstraint("area_id IS NULL OR merchant_id IS NULL", name="one_scope"),
        Index(
            "uq_role_grant_open",
            "person_id",
            "role",
            "scope",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id")
    role: Mapped[Role] = enum_column(Role)
    area_id: Mapped[int | None] = ref("area.id", nullable=True)
    merchant_id: Mapped[int | None] = ref("merchant.id", nullable=True)
    # "area:5", "merchant:3" or "all": one open grant per person, role and scope (NULLs would not collide)
    scope: Mapped[str] = mapped_column(String(30))
    granted_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    starts_at: Mapped[instant]
    ended_at: Mapped[maybe_instant]
    ended_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    deputy_of_id: Mapped[int | None] = ref("role_grant.id", nullable=True)


class PersonalCard(Base):
    """A personal code on paper (个人卡) for who has no phone: scanned like the code on a phone, and revoked by itself when lost."""

    __tablename__ = "personal_card"

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id")
    code: Mapped[str] = mapped_column(String(10), unique=True)
    issued_by_id: Mapped[int] = ref("person.id", index=False)
    issued_at: Mapped[instant]
    revoked_at: Mapped[maybe_instant]
    revoked_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)


class ApiToken(Base):
    """A bearer token, stored only as its SHA-256."""

    __tablename__ = "api_token"

    id: Mapped[row_id]
    person_id: Mapped[int] = ref("person.id")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[instant]
    expires_at: Mapped[instant]
    revoked_at: Mapped[maybe_instant]


class OneTimeCodeKind(StrEnum):
    DESK = "desk"
    PRINTED = "printed"


class OneTimeCode(Base):
    """A code that signs in once, activates, or replaces a forgotten password; stored only as a hash."""

    __tablename__ = "one_time_code"
    __table_args__ = (enum_check("kind", OneTimeCodeKind),)

    id: Mapped[row_id]
    person_id: Mapped[int] = ref("person.id")
    kind: Mapped[OneTimeCodeKind] = enum_column(OneTimeCodeKind)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    created_at: Mapped[instant]
    expires_at: Mapped[instant]
    used_at: Mapped[maybe_instant]


class SignInFailure(Base):
    """A failed sign-in, counted per account name tried; old rows are swept away."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_key_at", "key", "at"),)

    id: Mapped[row_id]
    key: Mapped[str] = mapped_column(String(64))  # a hash of the phone, number or address that was tried
    at: Mapped[instant]
