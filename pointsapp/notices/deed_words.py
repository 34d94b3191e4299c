"""Words of notices about small good deeds, and about medals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.notices.wording import Words

_DEED = ("deeds.show_deed", "deed")
_MEDALS = ("badges.show_medals", None)
_WON = _l("得了一枚勋章")

DEED_WORDS: dict[str, Words] = {
    "deeds.approved": Words(
        _l("随手做志愿通过了"), _l("社区看过了，谢谢您！给您 %(points)s 分，已经到账。"), "heart", "points", _DEED
    ),
    "deeds.approved:no_points": Words(
        _l("随手做志愿通过了"), _l("社区看过了，谢谢您！这一件没有积分，但已经记下来。"), "heart", "yes", _DEED
    ),
    "deeds.rejected": Words(
        _l("随手做志愿没有通过"), _l("%(because)s 觉得不对，可以写意见请另一位复看。"), "camera", "no", _DEED
    ),
    "deeds.revoked": Words(
        _l("随手做志愿复核后取消"),
        _l("另一位工作人员复看后取消了这一件，收回 %(points)s 分。%(because)s"),
        "camera",
        "no",
        _DEED,
    ),
    "badges.won": Words(_WON, _l("谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS),
    "badges.won:services": Words(
        _WON, _l("到场服务满 %(least)s 次，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
    "badges.won:hours": Words(
        _WON, _l("累计服务满 %(least)s 小时，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
    "badges.won:months": Words(
        _WON, _l("连续 %(least)s 个月都来服务，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
    "badges.won:organisers": Words(
        _WON, _l("为 %(least)s 个组织方服务过，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
    "badges.won:kinds": Words(
        _WON, _l("做过 %(least)s 类任务，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
    "badges.won:elders": Words(
        _WON, _l("陪伴照看老人满 %(least)s 次，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
    "badges.won:deeds": Words(
        _WON, _l("%(least)s 件随手做志愿通过，谢谢您！在“我的勋章”里能看到。"), "medal", "brand", _MEDALS
    ),
}
