"""Words of watch: states, the stated rules, a row of evidence, and the refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.core.anomalies import rule_of
from pointsapp.watch.models import AnomalyState
from pointsapp.web.filters import hours, points
from pointsapp.web.links import link
from pointsapp.web.messages import Message

STATES = {
    AnomalyState.OPEN: _l("待判断"),
    AnomalyState.HARMLESS: _l("没有问题"),
    AnomalyState.NEEDS_CORRECTION: _l("需要更正"),
    AnomalyState.CLOSED: _l("已经更正"),
}

MESSAGES: dict[str, Message] = {
    "own_anomaly": Message(
        _l("不能判断自己经手的事"), _l("这里面有您经手或入账的记录，请由街道另一位同事，或平台管理员来判断。")
    ),
}


def rule_title(key: str) -> str:
    """Return what a rule is called; one that has left the house goes by its key."""
    rule = rule_of(key)
    return str(rule.title) if rule is not None else key


def rule_words(key: str, limits: Mapping[str, Any]) -> str:
    """Return the rule as it is stated, with the thresholds it went by."""
    rule = rule_of(key)
    return str(rule.states) % dict(limits) if rule is not None else ""


def evidence_page_of(key: str, facts: Mapping[str, Any]) -> str | None:
    """Return the address of the page of a row, None where the rule names none or the row is from before it did."""
    rule = rule_of(key)
    if rule is None or rule.page is None or rule.page[1] not in facts:
        return None
    endpoint, argument = rule.page
    return link(endpoint, **{argument: facts[argument]})


def evidence_words(facts: Mapping[str, Any]) -> str:
    """Return what one row says beside its title: minutes, points, the shop."""
    said = [str(facts["shop"])] if facts.get("shop") else []
    if isinstance(facts.get("minutes"), int):
        said.append(hours(facts["minutes"]))
    if isinstance(facts.get("points"), int) and facts["points"]:
        said.append(_("%(n)s 分", n=points(facts["points"])))
    return " · ".join(said)
