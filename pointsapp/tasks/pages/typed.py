"""What stands in the publish form: typed, loaded from a draft, or fresh."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from pointsapp.core.clock import at_local, local_day, now
from pointsapp.tasks.messages import NOTICE_LABELS
from pointsapp.tasks.queries import TaskView, leader_handles
from pointsapp.web.filters import local_input

_PLAIN = (
    "title",
    "description",
    "category",
    "place",
    "points",
    "points_mode",
    "latitude",
    "longitude",
    "coordinate_system",
    "checkin_radius_m",
    "conditions",
    "risks",
    "safeguards",
    "insurance",
    "what_to_bring",
    "contact",
    "organiser",
    "cancel_until_minutes",
    "audience",
)
_BOXES = ("check_out_required", "has_poster", "waitlist")


class TaskTyped:
    """Values by field name; `extra_rows` blank rows of shifts are shown below."""

    def __init__(self, values: Mapping[str, Any], extra_rows: int = 0) -> None:
        self.values = values
        self.extra_rows = extra_rows

    def value(self, name: str, fallback: Any = "") -> Any:
        found = self.values.get(name, fallback)
        return fallback if found is None else found

    def is_on(self, name: str) -> bool:
        return str(self.values.get(name, "")) not in ("", "False", "None", "0")

    @classmethod
    def fresh(cls, asked: Mapping[str, Any], before: Mapping[str, str]) -> TaskTyped:
        """Begin with tomorrow evening, what the address asks for (a copied link) and what was written `before`."""
        evening = at_local(local_day(now()) + timedelta(days=1)) + timedelta(hours=19)
        values = {
            "points_mode": "per_completion",
            "points": "20",
            "audience": "district",
            "cancel_until_minutes": "0",
            "waitlist": "1",
            "shifts-0-starts_at": local_input(evening),
            "shifts-0-ends_at": local_input(evening + timedelta(hours=2)),
            "shifts-0-capacity": "10",
            "area_id": str(asked.get("area", "")),
            **before,
        }
        return cls(values)

    @classmethod
    def of(cls, view: TaskView) -> TaskTyped:
        values: dict[str, Any] = {name: getattr(view, name) for name in _PLAIN}
        values |= {name: "1" if getattr(view, name) else "" for name in _BOXES}
        values["area_id"] = view.area.public_id
        values["signup_opens_at"] = local_input(view.signup_opens_at)
        for place, shift in enumerate(view.shifts):
            values[f"shifts-{place}-starts_at"] = local_input(shift.starts_at)
            values[f"shifts-{place}-ends_at"] = local_input(shift.ends_at)
            values[f"shifts-{place}-capacity"] = shift.capacity
            values[f"shifts-{place}-leaders"] = leader_handles(shift.leaders)
        return cls(values)


def flat(errors: Mapping[str, Any]) -> dict[str, Any]:
    """Return errors by field name: what the service said of shift 2's end stands at `shifts-2-ends_at`."""
    found: dict[str, Any] = {}
    for name, said in errors.items():
        if name == "shifts" and isinstance(said, Mapping):
            for place, fields in said.items():
                for field, words in fields.items():
                    found[f"shifts-{place}-{'leaders' if field == 'leader_ids' else field}"] = words
        else:
            found[name] = said
    return found


def labels() -> dict[str, str]:
    """Return the words of the form's fields, for the summary of what is wrong."""
    found = {name: str(word) for name, word in NOTICE_LABELS.items()}
    found |= {
        "title": _("标题"),
        "category": _("类别"),
        "area_id": _("区域"),
        "points": _("积分"),
        "points_mode": _("计分方式"),
        "check_out_required": _("签退"),
        "latitude": _("纬度"),
        "longitude": _("经度"),
        "coordinate_system": _("坐标系"),
        "checkin_radius_m": _("签到范围"),
        "signup_opens_at": _("开抢时间"),
        "cancel_until_minutes": _("取消期限"),
        "shifts": _("场次"),
    }
    for place in range(50):
        found |= {
            f"shifts-{place}-starts_at": _("第 %(n)s 场开始", n=place + 1),
            f"shifts-{place}-ends_at": _("第 %(n)s 场结束", n=place + 1),
            f"shifts-{place}-capacity": _("第 %(n)s 场名额", n=place + 1),
            f"shifts-{place}-leaders": _("第 %(n)s 场负责人", n=place + 1),
        }
    return found
