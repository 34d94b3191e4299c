"""Words of notices about oneself: certificates, who acts for whom, moving and leaving, and what one said that is wrong."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.notices.wording import Words

PERSON_WORDS: dict[str, Words] = {
    "certificates.issued": Words(
        _l("服务证明出好了"),
        _l("所有组织方都确认了，可以打印，也可以下载 PDF。"),
        "five-star",
        "yes",
        ("certificates.show_certificates", None),
    ),
    "certificates.rejected": Words(
        _l("服务证明没有确认"),
        _l("有一个组织方没有确认。%(because)s"),
        "five-star",
        "no",
        ("certificates.show_certificates", None),
    ),
    "certificates.superseded": Words(
        _l("服务证明被更正替代"),
        _l("记录有更正，编号 %(number)s 的证明不再有效，请重新申请一份。"),
        "five-star",
        "wait",
        ("certificates.show_certificates", None),
    ),
    "certificates.item_added": Words(
        _l("记录里添了一条"),
        _l("「%(title)s」记进了您的志愿服务记录。"),
        "medal",
        "yes",
        ("certificates.show_record", None),
    ),
    "certificates.item_taken_back": Words(
        _l("记录里撤下一条"),
        _l("「%(title)s」从您的志愿服务记录里撤下了。"),
        "medal",
        "info",
        ("certificates.show_record", None),
    ),
    "certificates.record_upheld": Words(
        _l("记录更正有答复了"),
        _l("组织方同意更正，改好后会另外告诉您。%(because)s"),
        "edit",
        "yes",
        ("certificates.show_record", None),
    ),
    "certificates.record_rejected": Words(
        _l("记录更正有答复了"),
        _l("组织方没有同意更正。%(because)s"),
        "edit",
        "no",
        ("certificates.show_record", None),
    ),
    "care.phone_lost": Words(
        _l("手机挂失办好了"),
        _l("所有设备都退出了登录，个人码和没用的兑换码都换了新的。不是您本人的意思，请马上到社区核对。"),
        "shield",
        "wait",
        ("people.show_profile", None),
    ),
    "care.mandate_offered": Words(
        _l("有人请您替他办事"),
        _l("答应之后，您就能替他看积分、报名。"),
        "people",
        "info",
        ("care.show_mandates", None),
    ),
    "care.mandate_accepted": Words(
        _l("对方答应替您办了"),
        _l("他办的每一件事都会告诉您，您随时可以收回。"),
        "people",
        "yes",
        ("care.show_mandates", None),
    ),
    "care.mandate_recorded": Words(
        _l("登记了一份代办授权"),
        _l("社区窗口替您登记了谁可以替您办。不是您的意思，点开就能收回。"),
        "people",
        "wait",
        ("care.show_mandates", None),
    ),
    "care.desk_started": Words(
        _l("社区窗口开始替您办事"),
        _l("一小时后自动结束，办了什么都会告诉您。"),
        "people",
        "info",
        ("care.show_mandates", None),
    ),
    "care.mandate_ended": Words(
        _l("一份代办授权结束了"), _l("从现在起不能再凭它代办。"), "people", "info", ("care.show_mandates", None)
    ),
    "care.acted": Words(
        _l("有人替您办了一件事"),
        _l("%(did)s%(titled)s。点开看是谁、什么时候。"),
        "people",
        "info",
        ("care.show_mandates", None),
    ),
    "care.place_offered": Words(
        _l("给您照看的人留了一个名额"),
        _l("他候补的「%(title)s」%(span)s 有了空位。您可以替他接受，%(offer_expires_at)s 前有效，过时就转给下一位。"),
        "wait",
        "wait",
        ("care.show_person", "mandate"),
    ),
    "care.signup_promoted": Words(
        _l("您照看的人候补上了"),
        _l(
            "他候补的「%(title)s」有了空位，名额已经是他的：%(span)s。请告诉他一声；去不了，您可以替他取消，好让给下一位。"
        ),
        "yes",
        "yes",
        ("care.show_person", "mandate"),
    ),
    "care.card_issued": Words(
        _l("做了一张个人卡"),
        _l("纸上的码和手机上的码一样能签到；丢了请马上作废。"),
        "qr",
        "info",
        ("care.show_cards", None),
    ),
    "care.card_revoked": Words(
        _l("一张个人卡作废了"), _l("捡到的人用不了。需要的话可以再做一张。"), "qr", "info", ("care.show_cards", None)
    ),
    "care.move_accepted": Words(
        _l("转社区办好了"),
        _l("您现在属于%(area)s，积分、时长和记录都跟着过来了。"),
        "home",
        "yes",
        ("people.show_profile", None),
    ),
    "care.move_refused": Words(
        _l("转社区没有办成"),
        _l("%(area)s没有同意，您还在原来的社区。%(because)s"),
        "home",
        "no",
        ("care.show_move", None),
    ),
    "privacy.erasure_asked": Words(
        _l("收到了注销申请"),
        _l("%(due_at)s 之后账号会注销。不是您本人的意思，或者想留下，点开就能撤回。"),
        "warning",
        "wait",
        ("privacy.show_leave", None),
    ),
    "privacy.erasure_withdrawn": Words(
        _l("注销申请已经撤回"),
        _l("账号照常使用，什么都没有变。"),
        "yes",
        "yes",
        ("people.show_profile", None),
    ),
}

# What a helper did, after "有人替您…": the values of care's acts.
DID = {
    "opened": _l("打开了您的代办页"),
    "signed_up": _l("替您报了名"),
    "cancelled": _l("替您取消了报名"),
    "took_voucher": _l("用您的积分换了"),
    "gave_back": _l("替您退回了"),
    "printed_voucher": _l("打印了兑换码"),
    "printed_statement": _l("打印了对账单"),
    "printed_card": _l("打印了个人卡"),
}

_MATTER = ("feedback.show_matter", "number")
_HANDLING = ("feedback.show_handling", "number")

PERSON_WORDS |= {
    "feedback.assigned": Words(
        _l("有一条意见等您答复"), _l("请在 %(due_at)s 前答复。%(because)s"), "bell", "wait", _HANDLING
    ),
    "feedback.answered": Words(
        _l("您的意见有答复了"), _l("看看是否解决；不满意，会转到上一级再办。"), "bell", "yes", _MATTER
    ),
    "feedback.climbed": Words(
        _l("您的意见转到上一级"), _l("现在由%(office)s %(handler)s办理，%(due_at)s 前答复。"), "up", "info", _MATTER
    ),
    "feedback.climbed:overdue": Words(
        _l("您的意见超期没答复，转到上一级"),
        _l("抱歉让您久等。现在由%(office)s %(handler)s办理，%(due_at)s 前答复。"),
        "up",
        "wait",
        _MATTER,
    ),
    "feedback.timeline_opened": Words(
        _l("承办人看了您的记录"),
        _l("为了答复您的意见，%(by)s 查看了您的签到、积分、通知等记录。%(because)s"),
        "eye",
        "info",
        _MATTER,
    ),
}
