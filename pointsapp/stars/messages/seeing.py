"""Words of the boards and charts: a scheme's rules in words, what a star lacks, the life of a scheme version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Metric
from pointsapp.stars.messages import ITEM_KINDS, assessor_name
from pointsapp.stars.rules.check import shown
from pointsapp.stars.rules.differences import SchemeChange, What
from pointsapp.stars.rules.next_star import Rise
from pointsapp.stars.rules.scheme import Formula, Indicator, Item, ItemKind, Scheme, Source
from pointsapp.stars.rules.why import written
from pointsapp.web.plurals import beside

# By the value of queries/schemes.py's VersionLife.
VERSION_LIVES = {
    "coming": _l("即将生效"),
    "in_force": _l("正在执行"),
    "past": _l("已停用"),
    "replaced": _l("未生效即被替换"),
}
MINUTES = "service_minutes"


def counted_words(indicator: Indicator, metrics: Mapping[str, Metric]) -> str:
    """Return how an indicator is scored, in one or two sentences in the reader's language."""
    formula = indicator.formula
    if formula is None:
        return _("%(who)s按依据打分，要写明理由。", who=assessors(indicator.by))
    parts = [_figure_words(formula, metrics), _worth_words(formula, indicator)]
    if formula.to is not None and formula.least > 1:
        parts.append(
            _("%(metric)s不到 %(n)s 人的不算比例，也不得分。", metric=metrics[formula.to].name, n=formula.least)
        )
    elif formula.per is not None and formula.least > 1:
        parts.append(_("人口不到 %(n)s 人的不算，也不得分。", n=formula.least))
    return " ".join(parts)


def assessors(by: Iterable[str]) -> str:
    """Return who may score an indicator by hand."""
    names = [assessor_name(name) for name in by]
    return _("、").join(names) if names else _("社区或街道工作人员")


def _figure_words(formula: Formula, metrics: Mapping[str, Metric]) -> str:
    of = metrics[formula.of].name
    if formula.to is not None:
        return _("看%(of)s占%(to)s的百分比。", of=of, to=metrics[formula.to].name)
    if formula.per is not None:
        return _("看每 %(per)s 名官方人口的%(of)s（%(unit)s）。", per=formula.per, of=of, unit=metrics[formula.of].unit)
    return _("看%(of)s（%(unit)s）。", of=of, unit=metrics[formula.of].unit)


def _worth_words(formula: Formula, indicator: Indicator) -> str:
    if formula.bands:
        steps = [_("达到 %(n)s 得 %(score)s 分", n=at_least, score=shown(score)) for at_least, score in formula.bands]
        return _("；").join(reversed(steps)) + _("。")
    unit = "%" if formula.to is not None else ""
    return _(
        "%(zero)s得 0 分，%(full)s得满分 %(most)s 分，中间按比例，舍去不足 0.01 分的部分。",
        zero=f"{formula.zero_at}{unit} ",
        full=f"{formula.full_at}{unit} ",
        most=shown(indicator.most),
    )


def item_words(item: Item, metrics: Mapping[str, Metric], scheme: Scheme) -> str:
    """Return what a bonus, honour, deduction or veto does."""
    stars = {star.key: star.name for star in scheme.stars}
    if item.kind is ItemKind.VETO:
        return _veto_words(item, scheme, stars)
    most = shown(item.indicator.most)
    where = _("记在“%(star)s”里", star=stars[item.star]) if item.star else _("记在总分里")
    if item.kind is ItemKind.HONOUR:
        return _("记 %(n)s 分，只记一次，%(where)s。", n=most, where=where)
    each = _("每次 %(n)s 分，", n=shown(item.each)) if item.each else ""
    by = counted_words(item.indicator, metrics) if item.indicator.source is Source.AUTOMATIC else ""
    return _("%(each)s最多 %(n)s 分，%(where)s。", each=each, n=most, where=where) + by


def _veto_words(item: Item, scheme: Scheme, stars: Mapping[str, str]) -> str:
    parts = []
    if item.stars:
        parts.append(_("发生时不能点亮：%(stars)s。", stars=_("、").join(stars[key] for key in item.stars)))
    if item.tier_at_most is not None:
        parts.append(_("发生时等次最高为“%(tier)s”。", tier=scheme.tiers[item.tier_at_most].name))
    return " ".join(parts) or _("发生时不点亮任何星，也没有等次。")


def rise_words(rise: Rise, metrics: Mapping[str, Metric]) -> str:
    """Return what has to happen for one rise: how far in the indicator's own unit, and how much more work that is."""
    name, gain = rise.indicator.name, shown(rise.to_score - rise.score)
    if rise.metric is None:
        return _(
            "“%(name)s”人工评定再得 %(gain)s 分（这项最多还能得 %(most)s 分）",
            name=name,
            gain=gain,
            most=shown(rise.missing),
        )
    formula, more = rise.indicator.formula, rise.to_amount - rise.amount
    metric = metrics[rise.metric]
    facts = {"name": name, "gain": gain, "metric": metric.name, "more": _more(rise.metric, more, metric)}
    if formula is None or (formula.to is None and formula.per is None):
        return _("“%(name)s”再加 %(more)s，多得 %(gain)s 分", **facts)
    unit = "%" if formula.to is not None else f" {rise.indicator.unit}" if rise.indicator.unit else ""
    return _(
        "“%(name)s”从 %(before)s 升到 %(after)s%(unit)s（%(metric)s再加 %(more)s），多得 %(gain)s 分",
        before=written(rise.figure),
        after=written(rise.to_figure),
        unit=unit,
        **facts,
    )


def _more(key: str, amount: int, metric: Metric) -> str:
    if key != MINUTES or amount < 120:
        return f"{amount:,} {beside(metric.unit, amount)}"
    return _("%(n)s 小时", n=f"{-(-amount // 60):,}")


# What a version changed; a change of figures says both of them.
CHANGES = {
    What.STAR_ADDED: _l("新增一颗星：%(name)s"),
    What.STAR_GONE: _l("取消一颗星：%(name)s"),
    What.LIT_AT: _l("“%(name)s”点亮的分数"),
    What.STAR_RULES: _l("“%(name)s”点亮的条件有改动"),
    What.ADDED: _l("新增指标：%(name)s"),
    What.GONE: _l("取消指标：%(name)s"),
    What.MOST: _l("“%(name)s”的满分"),
    What.FORMULA: _l("“%(name)s”的算法有改动"),
    What.BY: _l("“%(name)s”改由%(who)s评定"),
    What.ITEM_ADDED: _l("新增%(kind)s：%(name)s"),
    What.ITEM_GONE: _l("取消%(kind)s：%(name)s"),
    What.ITEM_CHANGED: _l("%(kind)s“%(name)s”有改动"),
    What.TIERS: _l("等次的条件有改动"),
    What.LEAST_TOTAL: _l("评等次的最低总分"),
    What.TIES: _l("总分相同时的比较办法有改动"),
    What.TOTAL: _l("满分"),
}


def change_words(change: SchemeChange) -> str:
    """Return one change of a scheme's version in the reader's language, without its figures."""
    kind = ITEM_KINDS[change.kind] if change.kind is not None else ""
    return str(CHANGES[change.what]) % {"name": change.name, "kind": kind, "who": assessors(change.by)}
