"""An export's content laid out as one table with its heading: the same for paper and for a workbook, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from pointsapp.exports.messages import KINDS
from pointsapp.exports.models import ExportKind
from pointsapp.stars.messages import ITEM_KINDS, ITEM_STATES, SOURCES, STAR_STATES, round_name
from pointsapp.stars.rules.plans import ItemState
from pointsapp.stars.rules.scheme import ItemKind, Source
from pointsapp.stars.rules.score import StarState, shown_state


@dataclass(frozen=True, slots=True)
class Score:
    """A score in whole hundredths."""

    hundredths: int

    def __str__(self) -> str:
        whole, part = divmod(abs(self.hundredths), 100)
        sign = "−" if self.hundredths < 0 else ""
        return f"{sign}{whole}.{part:02d}".rstrip("0") if part else f"{sign}{whole}"


Cell = str | int | Score | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`title` over `columns` and `rows`; `facts` are the pairs above it: whose, under which version, received until when."""

    title: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def laid_out(content: dict[str, Any], *, is_over: bool) -> Sheet:
    """Return the table that an export's content makes; `is_over`: the round was closed when it was taken.

    The content keeps the state as it was stored, because its digest covers it; what is said of it is said here.
    """
    kind = ExportKind(content["kind"])
    columns, rows = _LAYOUTS[kind](content, is_over)
    name = f"{KINDS[kind]} · {content['branch']['name']}" if content["branch"] else str(KINDS[kind])
    return Sheet(title=name, facts=_facts(content), columns=tuple(columns), rows=tuple(rows))


def _facts(content: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    scheme, days, body = content["scheme"], content["round"], content["body"]
    edition = content["edition"]
    facts = [
        (_("轮次"), round_name(date.fromisoformat(days["starts_on"]))),
        (_("方案"), _("%(name)s 第 %(version)s 版", name=scheme["name"], version=scheme["version"])),
        (_("版次"), _("运行中的数字") if edition is None else _("定格第 %(n)s 版", n=edition)),
    ]
    if content["kind"] == ExportKind.BRANCH:
        facts += [(_("总分"), f"{Score(body['total'])} / {Score(scheme['most'])}"), (_("等次"), body["tier"] or "—")]
    if content["kind"] == ExportKind.PLAN:
        facts.append((_("争创目标"), _("、").join(body["aims"])))
    return tuple(facts)


def _standings(content: dict[str, Any], _is_over: bool) -> tuple[list[str], list[tuple[Cell, ...]]]:
    names = [star["name"] for star in content["stars"]]
    columns = [_("支部"), _("区域"), *names, _("总分"), _("点亮"), _("等次")]
    rows: list[tuple[Cell, ...]] = [
        (
            row["name"],
            row["area"],
            *(Score(one["score"]) for one in row["stars"]),
            Score(row["total"]),
            row["lit"],
            row["tier"] or "—",
        )
        for row in content["body"]["rows"]
    ]
    if content["has_ranks"]:
        ranks = [row["rank"] for row in content["body"]["rows"]]
        return [_("名次"), *columns], [(rank, *row) for rank, row in zip(ranks, rows, strict=True)]
    return columns, rows


def _wall(content: dict[str, Any], is_over: bool) -> tuple[list[str], list[tuple[Cell, ...]]]:
    columns = [_("支部"), *(star["name"] for star in content["stars"]), _("点亮")]
    return columns, [
        (row["name"], *(_on_wall(one, is_over) for one in row["stars"]), row["lit"]) for row in content["body"]["rows"]
    ]


def _on_wall(one: dict[str, Any], is_over: bool) -> str:
    state = _state(one, is_over)
    return (
        _("%(state)s（事项 %(done)s/%(all)s）", state=state, done=one["done"], all=one["items"])
        if one["items"]
        else state
    )


def _state(one: dict[str, Any], is_over: bool) -> str:
    return str(STAR_STATES[shown_state(StarState(one["state"]), is_over=is_over)])


def _branch(content: dict[str, Any], is_over: bool) -> tuple[list[str], list[tuple[Cell, ...]]]:
    columns = [_("星"), _("指标"), _("来源"), _("满分"), _("得分"), _("状态")]
    rows: list[tuple[Cell, ...]] = []
    for star, one in zip(content["stars"], content["body"]["stars"], strict=True):
        rows += [
            (
                star["name"],
                each["name"],
                str(SOURCES[Source(each["source"])]),
                Score(each["most"]),
                Score(each["score"]),
                "",
            )
            for each in one["indicators"]
        ]
        rows.append(
            (
                star["name"],
                _("小计"),
                "",
                Score(star["most"]),
                Score(one["score"]),
                _state(one, is_over),
            )
        )
    rows += [
        (str(ITEM_KINDS[ItemKind(item["kind"])]), item["name"], "", *_given(item), "")
        for item in content["body"]["items"]
    ]
    return columns, rows


def _given(item: dict[str, Any]) -> tuple[Cell, Cell]:
    """Return what an item gives at most and gave: a deduction takes, and a veto is no number."""
    kind, score = ItemKind(item["kind"]), item["score"]
    if kind is ItemKind.VETO:
        return "", _("发生") if score else _("没有")
    takes = -1 if kind is ItemKind.DEDUCTION else 1
    return Score(takes * item["most"]), Score(takes * score)


def _plan(content: dict[str, Any], _is_over: bool) -> tuple[list[str], list[tuple[Cell, ...]]]:
    columns = [
        _("星"), _("指标"), _("事项"), _("牵头部门"), _("责任单位"), _("完成时限"), _("进度（百分比）"), _("状态"), _("佐证"),
    ]  # fmt: skip
    return columns, [
        (
            row["star"],
            row["indicator"] or "",
            row["title"],
            row["lead_unit"],
            row["responsible_unit"],
            date.fromisoformat(row["due_on"]),
            row["progress"],
            str(ITEM_STATES[ItemState(row["state"])]),
            row["evidence"],
        )
        for row in content["body"]["rows"]
    ]


_LAYOUTS = {
    ExportKind.STANDINGS: _standings,
    ExportKind.WALL: _wall,
    ExportKind.BRANCH: _branch,
    ExportKind.PLAN: _plan,
}
