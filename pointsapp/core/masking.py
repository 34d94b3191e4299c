"""Names on pages others can read: the surname and one * per further character (contract.md)."""

from __future__ import annotations

# Two-character surnames still in use; anything else has its first character as surname.
_DOUBLE = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "司徒",
        "夏侯",
        "轩辕",
        "端木",
        "百里",
        "南宫",
        "独孤",
        "闻人",
        "澹台",
        "淳于",
        "单于",
        "申屠",
    ]
)

ERASED = "已注销"  # what stands for the name of who was erased; shown as it is
MERGED = "已合并"  # the same for an account that was given up for another of the same person


def mask_name(name: str) -> str:
    """Return `name` with everything after the surname hidden; a Latin name keeps its first letter."""
    name = name.strip()
    if name in (ERASED, MERGED):
        return name
    kept = 2 if len(name) > 2 and name[:2] in _DOUBLE else 1
    return name[:kept] + "*" * (len(name) - kept)


def mask_number(number: str) -> str:
    """Return the volunteer number with only its last four characters, as contract.md shows it: ****5678."""
    return "*" * (len(number) - 4) + number[-4:]


def mask_phone(phone: str | None) -> str:
    """Return the phone with its middle hidden: 138****5678."""
    if not phone:
        return ""
    return phone if len(phone) < 7 else f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
