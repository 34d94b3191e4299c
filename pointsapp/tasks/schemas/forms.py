"""The gate of tasks' HTML forms: what was typed to commands."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, pre_load, validate

from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.tasks.messages import FIELD_WORDS
from pointsapp.tasks.models import Audience, PointsMode, TaskState
from pointsapp.tasks.queries import BoardFilter, ConsoleFilter, When
from pointsapp.tasks.services import MoveShift, ShiftDraft, TaskDraft
from pointsapp.tasks.services.drafts import MOST_SHIFTS
from pointsapp.web.schemas import FormSchema, LocalMoment, PageArgs, PublicId, Text, Whole, post_load

LONG, SHORT = 2000, 120
_SEPARATORS = re.compile(r"[\s,，、;；]+")
SHIFT_FIELDS = ("starts_at", "ends_at", "capacity", "leaders")


class SignUpForm(FormSchema):
    """The button of a task's page: which shift."""

    shift = PublicId(required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> str:
        return str(found["shift"])


class NoFields(FormSchema):
    """A button without fields."""

    @post_load
    def to_command(self, _found: dict[str, Any], **_kw: Any) -> bool:
        return True


class SeenForm(FormSchema):
    """A button on a text: which version of it was read."""

    version = Whole(1, 1_000_000, load_default=None, from_text=True)


class ReasonForm(FormSchema):
    """A reason that people will be told."""

    reason = Text(300, least=2, lines=True, required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> str:
        return str(found["reason"])


class MoveShiftForm(FormSchema):
    starts_at = LocalMoment(required=True)
    ends_at = LocalMoment(required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> MoveShift:
        return MoveShift(**found)


class LeadersForm(FormSchema):
    """Who stays, ticked; and phones or volunteer numbers of who joins them, in one box."""

    keep = fields.List(PublicId(), load_default=list)
    leaders = Text(500, least=0, lines=True, load_default="")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> tuple[str, ...]:
        return (*found["keep"], *names_in(found["leaders"]))


def names_in(text: str) -> tuple[str, ...]:
    return tuple(part for part in _SEPARATORS.split(text.strip()) if part)


class ShiftRow(FormSchema):
    """One row of shifts: when, how many, who leads."""

    starts_at = LocalMoment(required=True)
    ends_at = LocalMoment(required=True)
    capacity = Whole(1, 10_000, from_text=True, required=True)
    leaders = Text(500, least=0, load_default="")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> ShiftDraft:
        leaders = names_in(found.pop("leaders"))
        return ShiftDraft(**found, leader_ids=leaders)


def shift_rows(values: Any) -> list[dict[str, str]]:
    """Return what was typed into the rows of shifts, `shifts-0-starts_at` and so on, empty rows too."""
    rows = []
    for place in range(MOST_SHIFTS + 1):
        row = {name: str(values.get(f"shifts-{place}-{name}", "") or "") for name in SHIFT_FIELDS}
        if not any(f"shifts-{place}-{name}" in values for name in SHIFT_FIELDS):
            break
        rows.append(row)
    return rows


class TaskForm(FormSchema):
    """The publish form. Rows of shifts left wholly empty are passed over."""

    _wrong_rows: dict[str, Any] = {}

    title = Text(80, required=True)
    description = Text(5000, lines=True, required=True)
    category = Text(30, required=True)
    area_id = Text(40, required=True)
    place = Text(SHORT, required=True)
    points = Whole(0, 10_000, from_text=True, required=True)
    points_mode = fields.Enum(PointsMode, by_value=True, required=True)
    check_out_required = fields.Boolean(load_default=False)
    shifts = fields.Raw(required=True)
    latitude = fields.Float(
        load_default=None, allow_nan=False, validate=validate.Range(-90, 90, error=_l("应在 -90 到 90 之间"))
    )  # type: ignore[arg-type]
    longitude = fields.Float(
        load_default=None, allow_nan=False, validate=validate.Range(-180, 180, error=_l("应在 -180 到 180 之间"))
    )  # type: ignore[arg-type]
    coordinate_system = fields.Enum(CoordinateSystem, by_value=True, load_default=CoordinateSystem.WGS84)
    checkin_radius_m = Whole(1, 100_000, from_text=True, load_default=None)
    has_poster = fields.Boolean(load_default=False)
    waitlist = fields.Boolean(load_default=False)
    conditions = Text(LONG, least=0, lines=True, load_default=None)
    risks = Text(LONG, least=0, lines=True, load_default=None)
    safeguards = Text(LONG, least=0, lines=True, load_default=None)
    insurance = Text(LONG, least=0, lines=True, load_default=None)
    what_to_bring = Text(LONG, least=0, lines=True, load_default=None)
    contact = Text(SHORT, least=0, load_default=None)
    organiser = Text(80, least=0, load_default=None)
    signup_opens_at = LocalMoment(load_default=None)
    cancel_until_minutes = Whole(0, 43_200, from_text=True, load_default=0)
    audience = fields.Enum(Audience, by_value=True, load_default=Audience.DISTRICT)

    @pre_load
    def drop_empty(self, data: Any, **kw: Any) -> dict[str, Any]:
        """Gather the rows first, each loaded by itself, so that a wrong one is named by its place."""
        rows: list[Any] = []
        wrong: dict[str, Any] = {}
        schema = ShiftRow()
        for place, row in enumerate(shift_rows(data)):
            if not any(text.strip() for text in row.values()):
                continue
            try:
                rows.append(schema.load(row))
            except ValidationError as error:
                wrong |= {f"shifts-{place}-{name}": said for name, said in error.normalized_messages().items()}
        if not rows and not wrong:
            wrong["shifts-0-starts_at"] = [str(FIELD_WORDS["number_of_shifts"])]
        self._wrong_rows = wrong
        found: dict[str, Any] = super().drop_empty(data, **kw)
        return {**found, "shifts": rows or "-"}

    def load(self, data: Any, **kw: Any) -> Any:
        """Name wrong rows together with wrong fields, in one answer."""
        self._wrong_rows = {}
        try:
            found = super().load(data, **kw)
        except ValidationError as error:
            raise ValidationError({**error.normalized_messages(), **self._wrong_rows}) from None
        if self._wrong_rows:
            raise ValidationError(self._wrong_rows)
        return found

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> Any:
        if not isinstance(found["shifts"], list):
            return None
        if found["points_mode"] is PointsMode.PER_HOUR:
            found["check_out_required"] = True  # the form's box is hidden by the choice: hourly work is checked out
        return TaskDraft(**{**found, "shifts": tuple(found["shifts"])})


class BoardArgs(PageArgs):
    """The resident's filters, from the address; anything unreadable is passed over, as a link may be old."""

    area = fields.String(load_default=None)
    category = fields.String(load_default=None)
    when = fields.String(load_default=None)
    free = fields.String(load_default=None)
    q = fields.String(load_default=None)
    view = fields.String(load_default=None)

    @post_load
    def to_filter(self, found: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        when = found["when"]
        wanted = BoardFilter(
            area=(found["area"] or "").strip()[:40] or None,
            category=(found["category"] or "").strip()[:30] or None,
            when=When(when) if when in set(When) else None,
            is_free=found["free"] == "1",
            on_map=found["view"] == "map",
            q=(found["q"] or "").strip()[:80] or None,
        )
        return {**found, "wanted": wanted}


class ConsoleArgs(PageArgs):
    """The console table's filters, from the address."""

    area = fields.String(load_default=None)
    category = fields.String(load_default=None)
    state = fields.String(load_default=None)
    q = fields.String(load_default=None)

    @post_load
    def to_filter(self, found: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        state = found["state"]
        wanted = ConsoleFilter(
            area=(found["area"] or "").strip()[:40] or None,
            category=(found["category"] or "").strip()[:30] or None,
            state=TaskState(state) if state in set(TaskState) else None,
            q=(found["q"] or "").strip()[:80] or None,
        )
        return {**found, "wanted": wanted}
