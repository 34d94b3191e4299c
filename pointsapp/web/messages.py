"""The words of a refusal. Each feature keeps a `MESSAGES` table in its messages.py; a house test checks that it is complete.

Sentences are lazy Chinese strings with %(fact)s places; the next step says what a person can do now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.core.errors import Refusal
from pointsapp.web.filters import moment


@dataclass(frozen=True, slots=True)
class Message:
    """title: three to ten characters; detail: one sentence; next_step: (label, endpoint) or None."""

    title: Any
    detail: Any
    next_step: tuple[Any, str] | None = None


MESSAGES: dict[str, Message] = {
    "bad_request": Message(_l("请求有误"), _l("没有看懂这次请求，请返回重试。")),
    "validation_failed": Message(_l("内容需要修改"), _l("有几处填写不对，改好后再提交，已填的内容都还在。")),
    "not_signed_in": Message(_l("请先登录"), _l("登录后就能继续刚才的操作。"), (_l("去登录"), "people.show_sign_in")),
    "not_allowed": Message(_l("没有权限"), _l("您没有做这件事的权限；如有需要请联系社区工作人员。")),
    "not_found": Message(
        _l("没有找到"), _l("这里没有您要找的内容，它可能已经撤下。"), (_l("回首页"), "home.show_home")
    ),
    "method_not_allowed": Message(_l("不能这样打开"), _l("这个地址不能这样打开，请从页面上的按钮进入。")),
    "wrong_state": Message(_l("情况已变化"), _l("这件事的状态已经变了，请刷新后再看。")),
    "gone": Message(_l("已经失效"), _l("它已经过期或被收回。")),
    "file_lost": Message(_l("文件不在了"), _l("记录还在，但文件没有找到；请联系管理员从备份恢复。")),
    "too_large": Message(_l("文件太大"), _l("上传的内容超过了限制，请换小一点的文件。")),
    "unsupported_media_type": Message(_l("格式不支持"), _l("请用 JSON 提交，或换一种文件格式。")),
    "rule_broken": Message(_l("不符合规则"), _l("这样做不符合规则。")),
    "idempotency_key_reused": Message(
        _l("重复的请求编号"), _l("同一个请求编号已经用于另一次不同的提交，请换一个编号。")
    ),
    "too_many_requests": Message(_l("操作太快"), _l("请稍等 %(retry_after)s 秒再试，刚才的内容没有丢。")),
    "overloaded": Message(_l("现在人太多"), _l("系统正忙，请 %(retry_after)s 秒后再试，您的数据没有丢。")),
    "internal_error": Message(_l("系统出了点问题"), _l("刚才的操作没有完成，数据没有丢；请稍后再试。")),
    "form_expired": Message(_l("页面放久了"), _l("为了安全请再按一次，您填的内容都还在。")),
    "signed_out": Message(
        _l("您已退出登录"), _l("登录到期了、在别处退出了，或者手机清掉了登录记录。刚才那一下还没有办。")
    ),
    "other_person": Message(
        _l("换了一个人"), _l("这一页是另一个人登录时打开的，现在登录的是%(name)s。再按一次，就算%(name)s办的。")
    ),
}

_all: dict[str, Message] = dict(MESSAGES)


class _Facts(dict[str, Any]):
    """Facts for a sentence: one that is missing reads as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "—"


def register_messages(messages: dict[str, Message]) -> None:
    """Add a feature's table; two features must not share a code."""
    for code, message in messages.items():
        if _all.get(code, message) is not message:
            raise ValueError(f"two messages for {code}")
        _all[code] = message


def message_for(code: str) -> Message:
    return _all.get(code, MESSAGES["rule_broken"])


def known_codes() -> frozenset[str]:
    return frozenset(_all)


def _spoken(name: str, value: Any) -> Any:
    """Return a fact as a sentence says it: an instant `*_at` as 11月21日 周六 19:00, anything else as it is."""
    if not name.endswith("_at") or not isinstance(value, str):
        return value
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return value


def sentence_of(code: str, facts: dict[str, Any]) -> str:
    """Return the sentence of a refusal that was kept by its code and facts."""
    spoken = _Facts({key: _spoken(key, value) for key, value in facts.items() if value is not None})
    return str(message_for(code).detail) % spoken


def say(refusal: Refusal) -> tuple[str, str, Message]:
    """Return (title, detail, message) of `refusal` in the request's language."""
    message = message_for(refusal.code)
    facts = _Facts({key: _spoken(key, value) for key, value in refusal.facts.items() if value is not None})
    title, detail = getattr(refusal, "title", None), getattr(refusal, "detail", None)
    return (
        str(title if title is not None else message.title),
        str(detail if detail is not None else message.detail) % facts,
        message,
    )
