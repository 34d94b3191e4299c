"""Words of rewards: refusals, sentences of the book, the steps of a score."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.ledger.memos import declare
from pointsapp.rewards import memos
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "rule_starts_in_past": Message(
        _l("生效时间不对"), _l("新版本只能从现在或以后生效，也不能早于已经排定的版本；过去的规则不会改写。")
    ),
}
NO_SUCH_CATEGORY = _l("没有这个任务类别")

declare(memos.ATTENDANCE, _l("参加「%(title)s」"))
declare(memos.CORRECTION, _l("更正「%(title)s」：%(minutes_before)s 分钟改为 %(minutes)s 分钟"))
declare(memos.BUDGET_GRANTED, _l("拨付预算"))
declare(memos.TASK_RESERVED, _l("任务发布，预留积分"))
declare(memos.TASK_RETURNED, _l("任务结束，剩余积分退回"))

STEPS = {
    "per_completion": _l("完成一次得 %(result)s 分"),
    "per_hour": _l("每小时 %(rate)s 分 × %(minutes)s 分钟 ÷ 60，去掉零头得 %(result)s 分"),
    "stopped": _l("场次提前结束，整场 %(full)s 分按已做的部分算 %(result)s 分"),
    "cap_activity": _l("一次最多 %(cap)s 分"),
    "cap_category_day": _l("这类任务每天最多 %(cap)s 分，今天已得 %(so_far)s 分，这次算 %(result)s 分"),
    "cap_category_week": _l("这类任务每周最多 %(cap)s 分，本周已得 %(so_far)s 分，这次算 %(result)s 分"),
    "cap_category_month": _l("这类任务每月最多 %(cap)s 分，本月已得 %(so_far)s 分，这次算 %(result)s 分"),
    "cap_person_day": _l("每人每天最多 %(cap)s 分，今天已得 %(so_far)s 分，这次算 %(result)s 分"),
    "cap_person_week": _l("每人每周最多 %(cap)s 分，本周已得 %(so_far)s 分，这次算 %(result)s 分"),
    "cap_person_month": _l("每人每月最多 %(cap)s 分，本月已得 %(so_far)s 分，这次算 %(result)s 分"),
    "no_minutes": _l("更正为 0 分钟，不计分"),
    "corrected": _l("更正前 %(before)s 分，更正后 %(result)s 分"),
}


def declare_steps(words: dict[str, object]) -> None:
    """Declare the steps of sums that another feature explains (at module level of its messages.py)."""
    STEPS.update(words)  # type: ignore[arg-type]


def step_words(step: dict[str, object]) -> str:
    """Return one step of a sum as a sentence in the reader's language; a key from an older version shows itself."""
    text = STEPS.get(str(step.get("key")))
    return str(step.get("key")) if text is None else str(text) % step


# What a line of the book is, in a word.
KINDS = {
    "credit": _l("挣得"),
    "correction": _l("更正"),
    "hold": _l("兑换"),
    "release": _l("退回"),
    "reversal": _l("冲正"),
    "set_off": _l("抵扣"),
    "lapse": _l("到期"),
    "donation": _l("捐赠"),
    "gift": _l("赠送"),
    "merge": _l("账号合并"),
}
