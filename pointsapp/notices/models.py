"""Notices: one row per event a person is told, in their own book; where else it goes, and what became of each sending."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    enum_check,
    enum_column,
    facts,
    instant,
    maybe_instant,
    public_id,
    ref,
    row_id,
)


class Notice(Base):
    """What one person is told about one event. `facts` hold what its sentence needs, as it stood when it was heard."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_event_person", "event_id", "person_id", unique=True),
        Index("ix_notice_person", "person_id", "id"),
        Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    event_id: Mapped[int] = ref("event.id", index=False)
    kind: Mapped[str] = mapped_column(String(60))
    facts: Mapped[facts]
    created_at: Mapped[instant]
    read_at: Mapped[maybe_instant]


class ChannelName(StrEnum):
    """Ways beside the list in the house. A further one (an official account) is a line here and a module in `channels/`."""

    PUSH = "push"
    MAIL = "mail"
    SMS = "sms"


class SendingState(StrEnum):
    WAITING = "waiting"
    UNDERWAY = "underway"  # claimed until `due_at`; whoever claimed it may have died with it
    DONE = "done"
    VOID = "void"  # not needed any more: read in the house, address gone, not wanted
    LAPSED = "lapsed"  # given up after the last try


class Address(Base):
    """Where one person may be told beside the house. Nothing but the code that proves it goes there before `verified_at`."""

    __tablename__ = "notice_address"
    __table_args__ = (
        enum_check("channel", ChannelName),
        Index("uq_notice_address_place", "person_id", "channel", "digest", unique=True),
        Index("ix_notice_address_digest", "channel", "digest"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    channel: Mapped[ChannelName] = enum_column(ChannelName)
    address: Mapped[str] = mapped_column(Text)  # e-mail, phone number, or what a browser's push service gave, as JSON
    digest: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(80))  # as the page shows it
    created_at: Mapped[instant]
    verified_at: Mapped[maybe_instant]
    code_at: Mapped[maybe_instant]  # when the code that proves it was made; the code itself is derived from it
    code_tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[maybe_instant]  # its service says that nobody is there


class Choice(Base):
    """What one person wants to be told where, and when it is quiet; without a row the defaults of rules.py hold."""

    __tablename__ = "notice_choice"

    id: Mapped[row_id]
    person_id: Mapped[int] = ref("person.id", index=False, unique=True)
    wants: Mapped[facts]  # subject -> [channels]
    quiet_from: Mapped[int]  # minutes of the local day
    quiet_until: Mapped[int]
    urgent_passes: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[instant]


class Sending(Base):
    """One notice (or, without one, the code that proves an address) on its way to one address."""

    __tablename__ = "notice_sending"
    __table_args__ = (
        enum_check("state", SendingState),
        Index("uq_notice_sending_once", "notice_id", "address_id", unique=True),
        Index(
            "ix_notice_sending_due",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'underway')"),
            postgresql_where=text("state IN ('waiting', 'underway')"),
        ),
        Index("ix_notice_sending_person", "person_id", "created_at"),
        Index("ix_notice_sending_address", "address_id", "created_at"),
        Index("ix_notice_sending_created", "created_at"),
    )

    id: Mapped[row_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    notice_id: Mapped[int | None] = ref("notice.id", index=False, nullable=True)
    address_id: Mapped[int] = ref("notice_address.id", index=False)
    state: Mapped[SendingState] = enum_column(SendingState)
    created_at: Mapped[instant]
    due_at: Mapped[instant]
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[maybe_instant]
    reason: Mapped[str] = mapped_column(String(40), default="")  # a word of ours, never what a server said

    transitions = {
        SendingState.WAITING: frozenset({SendingState.UNDERWAY, SendingState.VOID, SendingState.LAPSED}),
        SendingState.UNDERWAY: frozenset(
            {SendingState.WAITING, SendingState.DONE, SendingState.VOID, SendingState.LAPSED}
        ),
        SendingState.DONE: frozenset(),
        SendingState.VOID: frozenset(),
        SendingState.LAPSED: frozenset(),
    }
