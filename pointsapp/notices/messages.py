"""Words of notices: for each kind of event a title, a sentence, and where it leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.notices.rules import variant
from pointsapp.people.messages import ROLE_NAMES
from pointsapp.web.filters import hours, points, when
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """title and text with %(fact)s places; glyph and tone of its mark; `leads_to`: endpoint and the fact that names the thing."""

    title: Any
    text: Any
    glyph: str = "info"
    tone: str = "info"
    leads_to: tuple[str, str | None] | None = None


_TASK = ("tasks.show_task", "task")
_VOUCHER = ("redemption.show_voucher", "voucher")
_BOOK = ("rewards.show_points", None)
_HOURS = ("home.show_hours", None)
_ME = ("home.show_me", None)
_SHOPS = ("merchants.show_shops", None)

WORDS: dict[str, Words] = {
    "tasks.cancelled_for_person": Words(
        _l("任务取消了"),
        _l("「%(title)s」不办了。您的名额已经退掉，不算爽约。%(because)s"),
        "stop",
        "no",
        _TASK,
    ),
    "tasks.shift_moved_for_person": Words(
        _l("时间改了"),
        _l("「%(title)s」原定 %(from_at)s，改到 %(span)s。您的名额还在，来不了可以取消。"),
        "move",
        "wait",
        _TASK,
    ),
    "tasks.shift_moved_for_person:clashes": Words(
        _l("时间改了，和别的安排撞上了"),
        _l("「%(title)s」原定 %(from_at)s，改到 %(span)s。这段时间您还有另一场，请取消其中一场。"),
        "warning",
        "wait",
        ("tasks.show_my_signups", None),
    ),
    "tasks.shift_stopped_for_person": Words(
        _l("这一场停了"),
        _l("「%(title)s」%(stopped_at)s 停止。已经做的时间照算，没到的不算爽约。%(because)s"),
        "rain",
        "wait",
        _TASK,
    ),
    "tasks.signup_promoted": Words(
        _l("候补上了"),
        _l("「%(title)s」有了空位，名额已经是您的：%(span)s。去不了请早点取消，好让给下一位。"),
        "yes",
        "yes",
        _TASK,
    ),
    "tasks.place_offered": Words(
        _l("给您留了一个名额"),
        _l("「%(title)s」%(span)s。请在 %(offer_expires_at)s 前点“接受名额”，过时就转给下一位。"),
        "wait",
        "wait",
        _TASK,
    ),
    "tasks.leader_named": Words(
        _l("请您带一场"),
        _l("您是「%(title)s」%(span)s 的负责人，开始前一小时起可以出示签到码、点名。"),
        "leader",
        "brand",
        _TASK,
    ),
    "tasks.leader_relieved": Words(
        _l("换了负责人"), _l("「%(title)s」%(span)s 不再由您负责。"), "leader", "info", _TASK
    ),
    "checkin.credited": Words(
        _l("到账 %(points)s 分"),
        _l("「%(title)s」记好了：积分 +%(points)s，服务时长 +%(minutes)s。"),
        "points",
        "points",
        _BOOK,
    ),
    "checkin.credited:no_points": Words(
        _l("服务时长记好了"), _l("「%(title)s」：服务时长 +%(minutes)s。"), "hours", "hours", _HOURS
    ),
    "checkin.corrected": Words(
        _l("记录更正了"),
        _l("「%(title)s」的时长由 %(minutes_before)s 改为 %(minutes)s，积分由 %(points_before)s 改为 %(points)s。"),
        "edit",
        "wait",
        _BOOK,
    ),
    "checkin.correction_declined": Words(
        _l("更正没有通过"), _l("「%(title)s」的时长维持原样；有疑问请问活动负责人或社区。"), "no", "no", _HOURS
    ),
    "checkin.provisional": Words(
        _l("时长等人确认"),
        _l("「%(title)s」没有签退，先记到计划结束，共 %(minutes)s；负责人确认后就到账。"),
        "wait",
        "wait",
        _HOURS,
    ),
    "checkin.provisional:ticked": Words(
        _l("时长等人确认"), _l("「%(title)s」是结束后补点的名，%(minutes)s等负责人确认后到账。"), "wait", "wait", _HOURS
    ),
    "checkin.voided": Words(
        _l("时长没有被确认"), _l("「%(title)s」这次没有记时长；有疑问请问活动负责人或社区。"), "no", "no", _HOURS
    ),
    "redemption.voucher_issued": Words(
        _l("换到了"),
        _l("「%(title)s」· %(shop)s，用了 %(points)s 分，%(expires_at)s 前到店出示兑换码。"),
        "ticket",
        "yes",
        _VOUCHER,
    ),
    "redemption.voucher_redeemed": Words(
        _l("兑换码用掉了"),
        _l("「%(title)s」已在%(shop)s核销，%(points)s 分。不是您本人用的？请马上告诉店家或社区。"),
        "till",
        "yes",
        _VOUCHER,
    ),
    "redemption.voucher_reversed": Words(
        _l("核销撤回了"), _l("%(shop)s撤回了「%(title)s」的核销，兑换码又能用了。"), "undo", "wait", _VOUCHER
    ),
    "redemption.voucher_cancelled": Words(
        _l("积分退回来了"), _l("您退掉了「%(title)s」，%(points)s 分已经退回。"), "undo", "yes", _BOOK
    ),
    "redemption.voucher_expired": Words(
        _l("兑换码过期，积分退回"),
        _l("「%(title)s」过了有效期，%(points)s 分已经退回，可以再换。"),
        "wait",
        "wait",
        _BOOK,
    ),
    "rewards.claim_written_off": Words(
        _l("待扣回的积分免了"),
        _l("因更正待扣回的 %(points)s 分已由两位工作人员同意免除，以后挣的分不再抵扣。"),
        "budget",
        "yes",
        _BOOK,
    ),
    "merchants.offer_approved": Words(
        _l("优惠上架了"), _l("「%(title)s」已经审核通过，居民现在能看到。"), "gift", "yes", _SHOPS
    ),
    "merchants.offer_rejected": Words(
        _l("优惠被退回"), _l("「%(title)s」没有通过审核，改好后可以再提交。%(because)s"), "gift", "no", _SHOPS
    ),
    "people.role_granted": Words(
        _l("您有了新身份"), _l("从现在起您是%(role)s，相应的页面在“我的”里。"), "key", "brand", _ME
    ),
    "people.role_ended": Words(
        _l("身份到期"), _l("您不再担任%(role)s。积分、时长和记录都不受影响。"), "key", "info", _ME
    ),
    "people.verified": Words(
        _l("身份核实好了"), _l("积分可以用了，去看看能换什么。"), "shield", "yes", ("redemption.show_offers", None)
    ),
    "people.phone_lost": Words(
        _l("手机号归了机主"),
        _l("您登记的手机号经社区当面核对属于另一位居民，已从您名下移走。您可以用志愿者编号登录，积分和时长都还在。"),
        "phone",
        "wait",
        _ME,
    ),
    "people.phone_given": Words(_l("手机号登记好了"), _l("以后可以用手机号登录。"), "phone", "yes", _ME),
    "people.one_time_code_issued": Words(
        _l("开了一次性登录码"),
        _l("社区工作人员为您开了一次性登录码。不是您要的？请马上告诉社区。"),
        "lock",
        "wait",
        _ME,
    ),
    "people.one_time_code_used": Words(
        _l("用一次性登录码登录"), _l("有人用您的一次性登录码登录了。不是您？请马上告诉社区。"), "lock", "wait", _ME
    ),
    "people.one_time_code_used:password": Words(
        _l("密码换了"), _l("有人用一次性登录码换了您的密码。不是您？请马上告诉社区。"), "lock", "wait", _ME
    ),
    "people.password_changed": Words(
        _l("密码换了"), _l("您的密码刚刚改过，别的设备都已退出。不是您？请马上告诉社区。"), "lock", "wait", _ME
    ),
    "people.code_replaced": Words(
        _l("换了新的个人码"),
        _l("旧的个人码已经作废。不是您换的？请马上告诉社区。"),
        "qr",
        "wait",
        ("checkin.show_my_code", None),
    ),
}

_BECAUSE = _l("原因：%(reason)s")


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in the reader's language. `leads_to`: (endpoint, values) or None."""

    title: str
    text: str
    glyph: str
    tone: str
    leads_to: tuple[str, dict[str, Any]] | None


def say(kind: str, facts: Mapping[str, Any]) -> Said:
    """Return the words of a notice; a fact that is missing reads as a dash, a kind that has left the house as its own name."""
    words = WORDS.get(variant(kind, facts)) or WORDS.get(kind)
    if words is None:
        return Said(kind, "", "info", "info", None)
    shown = _shown(facts)
    leads_to = None
    if words.leads_to is not None:
        endpoint, fact = words.leads_to
        if fact is None or facts.get(fact):
            leads_to = (endpoint, {} if fact is None else {"public_id": facts[fact]})
    return Said(str(words.title) % shown, (str(words.text) % shown).strip(), words.glyph, words.tone, leads_to)


def _shown(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the facts as people read them."""
    shown: dict[str, Any] = defaultdict(lambda: "—", facts)
    for name, value in facts.items():
        if name.endswith("_at") and isinstance(value, str):
            shown[name] = when(datetime.fromisoformat(value))
        elif name.startswith("minutes") and isinstance(value, int):
            shown[name] = hours(value)
        elif name.startswith("points") and isinstance(value, int):
            shown[name] = points(value)
    if facts.get("starts_at"):
        end = facts.get("ends_at")
        shown["span"] = when(datetime.fromisoformat(facts["starts_at"]), datetime.fromisoformat(end) if end else None)
    if facts.get("role"):
        shown["role"] = str(ROLE_NAMES.get(facts["role"], facts["role"]))
    shown["because"] = str(_BECAUSE) % {"reason": facts["reason"]} if facts.get("reason") else ""
    return shown
