"""One appointment as a calendar file (RFC 5545): what phones and desktops open with their own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Response

from pointsapp.core.coordinates import Point

LONGEST_LINE = 75  # octets; longer ones go on in the next line after a space
REMINDS_BEFORE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """`uid` never changes; `sequence` rises with each change, so that a file opened again replaces the old one."""

    uid: str
    sequence: int
    title: str
    place: str
    text: str
    url: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool = False
    at: Point | None = None  # WGS-84


def calendar_text(appointment: Appointment, *, now: datetime) -> str:
    """Return the file: lines end in CRLF, none longer than 75 octets, text escaped."""
    it = appointment
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//pointsapp//tasks//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{it.uid}",
        f"SEQUENCE:{it.sequence}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(it.starts_at)}",
        f"DTEND:{_utc(it.ends_at)}",
        f"SUMMARY:{_escaped(it.title)}",
        f"LOCATION:{_escaped(it.place)}",
        f"DESCRIPTION:{_escaped(it.text)}",
        f"URL:{it.url}",
        f"STATUS:{'CANCELLED' if it.is_cancelled else 'CONFIRMED'}",
    ]
    if it.at is not None:
        lines.append(f"GEO:{it.at.latitude:.6f};{it.at.longitude:.6f}")
    if not it.is_cancelled:
        minutes = int(REMINDS_BEFORE.total_seconds()) // 60
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:-PT{minutes}M",
            f"DESCRIPTION:{_escaped(it.title)}",
            "END:VALARM",
        ]
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def calendar_file(appointment: Appointment, name: str, *, now: datetime) -> Response:
    """Return the file as a download called `name`.ics."""
    answer = Response(calendar_text(appointment, now=now), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold at 75 octets, never inside a character."""
    parts, room, begun = [], LONGEST_LINE, 0
    for place, sign in enumerate(line):
        size = len(sign.encode())
        if size > room:
            parts.append(line[begun:place])
            begun, room = place, LONGEST_LINE - 1  # the space that says "goes on" counts
        room -= size
    return "\r\n ".join([*parts, line[begun:]])


__all__ = ["Appointment", "calendar_file", "calendar_text"]
