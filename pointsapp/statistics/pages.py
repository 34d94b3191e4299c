"""HTML door of statistics: an area's figures of a period, the same as a workbook and on paper, and the big screen."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaRow, area_by_id, areas_by_ids, find_area, ids_in, require_area
from pointsapp.core.actor import Actor, require
from pointsapp.core.clock import local_day, now, to_local
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.exports.sheets import Score, Sheet
from pointsapp.statistics.messages import FIGURES, GROUPS, NOTES, figure_words, period_words
from pointsapp.statistics.policies import READERS, may_read_statistics
from pointsapp.statistics.queries import AreaPage, area_page, closed_periods, default_area, periods
from pointsapp.statistics.queries import screen as the_screen
from pointsapp.statistics.rules import AGE_GROUPS, LISTED_AGES, holds, periods_of, read_period
from pointsapp.statistics.rules import GROUPS as FIGURES_OF
from pointsapp.web.guard import public
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_png, qr_svg
from pointsapp.web.replicas import may_lag

bp = Blueprint("statistics", __name__)
ENTRANCES = (("statistics.show_statistics", may_read_statistics),)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLOSED = 24
WORDS = {"groups": GROUPS, "figures": FIGURES, "notes": NOTES, "show": figure_words, "period": period_words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks for: an area within the reader's remit, a period that was counted, a group of figures."""

    area: AreaRow
    period: str
    group: str
    known: tuple[str, ...]


@bp.get("/console/statistics")
def show_statistics() -> str:
    """An area's figures of a period, with each area below, down to where people live."""
    actor = signed_in()
    asked = _asked(actor)
    found, names = _page(asked), FIGURES_OF[asked.group]
    return render_template(
        "statistics/statistics.html",
        asked=asked,
        page=found,
        periods=[(key, period_words(period)) for key in asked.known if (period := read_period(key))],
        names=names,
        has_own=found is not None and bool(found.sums.below) and any(found.sums.own.get(name) for name in names),
        groups=FIGURES_OF,
        way=_way(actor, asked.area),
        balances=holds(found.sums.total) if found else True,
        words=WORDS,
    )


@bp.get("/console/statistics.xlsx")
def take_workbook() -> ResponseReturnValue:
    """The same as a workbook, all groups of figures."""
    from pointsapp.exports.workbook import workbook_of  # who never asks for one does without openpyxl's 5 MB

    asked = _asked(signed_in())
    found = _must(asked)
    body = workbook_of(
        _sheet(found, tuple(FIGURES_OF), for_sums=True), _marks(asked, found), qr_png(_address(asked), scale=4)
    )
    name = f"statistics-{asked.period}-{asked.area.code}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.get("/console/statistics/print")
def show_print() -> str:
    """The same on A4, landscape; ages on a sheet of their own, all the rest on another."""
    asked = _asked(signed_in())
    found = _must(asked)
    is_ages = asked.group in AGE_GROUPS and FIGURES_OF[asked.group][0] in found.names
    groups = AGE_GROUPS if is_ages else tuple(each for each in FIGURES_OF if each not in AGE_GROUPS)
    return render_template(
        "statistics/print_statistics.html",
        asked=asked,
        sheet=_sheet(found, groups),
        marks=_marks(asked, found),
        qr=qr_svg(_address(asked)),
    )


@bp.get("/statistics/closed")
@public("a digest that anybody keeps shows later whether the sheet is still the same")
@may_lag
def show_closed() -> str:
    """The periods that are over, each with the digest of its sheet: no figure, no person."""
    shape = PageRequest(limit=CLOSED, after=decode_cursor(request.args.get("cursor"), (str, str)))
    return render_template("statistics/closed.html", page=closed_periods(db.session, shape), words=WORDS)


@bp.get("/screen")
@public("hangs in the street office for everybody: sums, tasks and shops, no person")
@may_lag
def show_screen() -> str:
    """The big screen 一屏观街道; it asks itself again and again, and without scripts the browser does."""
    code = request.args.get("area", "")
    area = find_area(db.session, code) if code else default_area(db.session)
    if area is None:
        raise NotFound()
    return render_template("statistics/screen.html", screen=the_screen(db.session, area, now=now()))


def _asked(actor: Actor) -> Asked:
    require(may_read_statistics(actor))
    known = periods(db.session)
    code, period, group = (request.args.get(name, "") for name in ("area", "period", "group"))
    area = require_area(db.session, code) if code else _first_area(actor)
    require(actor.holds(READERS, area.path), NotFound())
    month = periods_of(local_day(now()))[0].key
    return Asked(
        area=area,
        period=period if read_period(period) else month,
        group=group if group in FIGURES_OF else "people",
        known=known,
    )


def _first_area(actor: Actor) -> AreaRow:
    """Return the topmost area of the reader's remit; for the platform's administrator the district of the first street."""
    paths = sorted(actor.paths(READERS), key=len)
    if not paths or paths[0] == "/":
        area = area_by_id(db.session, ids_in(default_area(db.session).path)[0])
    else:
        area = area_by_id(db.session, ids_in(paths[0])[-1])
    if area is None:
        raise NotFound()
    return area


def _page(asked: Asked) -> AreaPage | None:
    """Return the figures, None where this period was not counted yet."""
    return area_page(db.session, asked.period, asked.area) if asked.period in asked.known else None


def _must(asked: Asked) -> AreaPage:
    found = _page(asked)
    if found is None:
        raise NotFound()
    return found


def _way(actor: Actor, area: AreaRow) -> list[AreaRow]:
    """Return the areas from the top of the reader's remit down to this one."""
    ids = ids_in(area.path)
    known = areas_by_ids(db.session, ids)
    return [known[key] for key in ids if key in known and actor.holds(READERS, known[key].path)]


def _sheet(found: AreaPage, groups: tuple[str, ...], *, for_sums: bool = False) -> Sheet:
    """Return the table of `groups`; `for_sums` gives minutes and yuan as numbers, which a spreadsheet can add."""
    names = [name for group in groups for name in FIGURES_OF[group] if name in found.names]
    rows = [(area.name, figures) for area, figures in found.sums.below]
    if found.sums.below and any(found.sums.own[name] for name in names):
        rows.append((_("%(area)s本级", area=found.sums.area.name), found.sums.own))
    rows.append((_("合计"), found.sums.total))
    return Sheet(
        title=_("%(area)s %(period)s 统计", area=found.sums.area.name, period=period_words(found.counted.period)),
        facts=((_("状态"), _("已定格") if found.counted.is_closed else _("进行中，数字还会变")),),
        columns=(_("区域"), *(_column(name, for_sums) for name in names)),
        rows=tuple((name, *(_cell(each, figures[each], for_sums) for each in names)) for name, figures in rows),
    )


def _column(name: str, for_sums: bool) -> str:
    """Name a column where columns of several groups stand side by side."""
    if name == "minutes" and for_sums:
        return _("服务时长（分钟）")
    word = str(FIGURES[name])
    return _("参加的人 %(band)s", band=word) if name.startswith("active_age_") else word


def _cell(name: str, amount: int, for_sums: bool) -> int | Score | str:
    if for_sums and name in ("minutes", "settled_fen"):
        return amount if name == "minutes" else Score(amount)
    is_worded = name in ("minutes", "settled_fen") or (name in LISTED_AGES and amount == 0)
    return figure_words(name, amount) if is_worded else amount


def _address(asked: Asked) -> str:
    return absolute(url_for("statistics.show_statistics", area=asked.area.code, period=asked.period))


def _marks(asked: Asked, found: AreaPage) -> list[tuple[str, str]]:
    counted = found.counted
    return [
        (_("截止"), to_local(counted.cut_off).strftime("%Y-%m-%d %H:%M:%S")),
        (_("统计时刻"), to_local(counted.counted_at).strftime("%Y-%m-%d %H:%M:%S")),
        (_("本表摘要 SHA-256"), found.digest),
        *([(_("全区摘要 SHA-256"), counted.digest)] if counted.digest else []),
        (_("查看"), _address(asked)),
    ]
