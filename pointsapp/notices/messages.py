"""Words of notices: for each kind of event a title, a sentence, and where it leads."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.notices.board_words import BOARD_WORDS
from pointsapp.notices.deed_words import DEED_WORDS
from pointsapp.notices.person_words import PERSON_WORDS
from pointsapp.notices.shop_words import SHOP_WORDS
from pointsapp.notices.wording import Words
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "address_proved": Message(_l("已经验证过了"), _l("这个地址已经能收到消息，不用再验证。")),
    "channel_off": Message(_l("这里没有开通这种方式"), _l("请选别的方式；站内消息一直都有。")),
    "address_code_wrong": Message(
        _l("验证码不对"), _l("还可以试 %(left)s 次。试完了或者过了时间，请重新发一个验证码。")
    ),
    "too_many_addresses": Message(_l("已经有不少地址了"), _l("最多 %(most)s 个，请先删掉不用的。")),
    "too_many_codes": Message(_l("验证码发得太多"), _l("为了不打扰别人，请过一会儿再发；一天里发满了请明天再来。")),
}
SUBJECTS = {
    "tasks": _l("任务有变动、候补轮到您"),
    "points": _l("积分和时长：到账、快到期"),
    "treats": _l("兑换码、优惠和商户"),
    "account": _l("账号和安全"),
    "other": _l("其他：支部、督查、意见处理等"),
}
CHANNELS = {"push": _l("手机推送"), "mail": _l("邮件"), "sms": _l("短信")}
CODE_DIGITS = _l("验证码是 6 位数字")
PHONE_DIGITS = _l("请填 11 位手机号")
MAIL_FORM = _l("这不像一个邮箱地址")


_TASK = ("tasks.show_task", "task")
_NO_SHOWS = ("tasks.show_my_no_shows", None)
_VOUCHER = ("redemption.show_voucher", "voucher")
_BOOK = ("rewards.show_points", None)
_HOURS = ("home.show_hours", None)
_ME = ("home.show_me", None)
_SHOPS = ("merchants.show_shops", None)

WORDS: dict[str, Words] = {
    "ledger.points_lapsing": Words(
        _l("%(points)s 分快到期了"),
        _l("从 %(first_on)s 起陆续到期，到 %(last_on)s 为止。换好礼、捐出去、送邻居，都先用最早到期的分。"),
        "wait",
        "wait",
        _BOOK,
    ),
    "ledger.points_lapsing:one_day": Words(
        _l("%(points)s 分快到期了"),
        _l("%(first_on)s 到期。换好礼、捐出去、送邻居，都先用最早到期的分。"),
        "wait",
        "wait",
        _BOOK,
    ),
    "giving.received": Words(
        _l("邻居送您积分"), _l("有一位邻居送给您 %(points)s 分，已经记在您的积分里。"), "heart", "yes", _BOOK
    ),
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
    "tasks.offer_expired": Words(
        _l("保留时间过了"),
        _l("「%(title)s」%(span)s：给您留的名额已转给下一位，您回到候补队伍的末尾。不等了可以取消候补。"),
        "wait",
        "info",
        _TASK,
    ),
    "tasks.place_open": Words(
        _l("有空位，先到先得"),
        _l("「%(title)s」%(span)s 快开始了，空出的名额不再排队：现在去点一下，就是您的。"),
        "flag",
        "wait",
        _TASK,
    ),
    "tasks.no_show_noted": Words(
        _l("这一场没见到您"),
        _l("「%(title)s」%(span)s 没有您的签到。有原因可以说明，记错了请告诉我们。"),
        "help",
        "wait",
        _NO_SHOWS,
    ),
    "tasks.no_show_answered": Words(
        _l("说明没有通过"),
        _l("「%(title)s」%(span)s 计一次爽约，理由见守约记录；不服可以申诉。"),
        "shield",
        "no",
        _NO_SHOWS,
    ),
    "tasks.no_show_answered:excused": Words(
        _l("情有可原，不算爽约"), _l("「%(title)s」%(span)s 不记在您名下。"), "shield", "yes", _NO_SHOWS
    ),
    "tasks.no_show_answered:upheld": Words(
        _l("申诉有了结果"),
        _l("「%(title)s」%(span)s 由另一位工作人员看过，维持原来的结论，理由见守约记录。"),
        "shield",
        "no",
        _NO_SHOWS,
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
    "checkin.corrected:same_points": Words(
        _l("记录更正了"),
        _l("「%(title)s」的时长由 %(minutes_before)s 改为 %(minutes)s，积分不变。"),
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
    "contest.seat_given": Words(
        _l("请您当评委"),
        _l("%(held_at)s 在%(place)s评审支部，当天起在“我的评审”里打分。"),
        "scale",
        "brand",
        ("contest.show_my_panels", None),
    ),
    "contest.seat_cancelled": Words(
        _l("评审取消了"),
        _l("%(held_at)s 的支部评审不办了。%(because)s"),
        "stop",
        "wait",
        ("contest.show_my_panels", None),
    ),
    "merchants.offer_approved": Words(
        _l("优惠上架了"), _l("「%(title)s」已经审核通过，居民现在能看到。"), "gift", "yes", _SHOPS
    ),
    "merchants.offer_rejected": Words(
        _l("优惠被退回"), _l("「%(title)s」没有通过审核，改好后可以再提交。%(because)s"), "gift", "no", _SHOPS
    ),
    "desk.climbed": Words(
        _l("有事超期，转到您这里"),
        _l("%(things)s 件事下级没有按时办完，现在也等您处理。"),
        "up",
        "wait",
        ("desk.show_work", None),
    ),
    "people.role_granted": Words(
        _l("您有了新身份"), _l("从现在起您是%(role)s，相应的页面在“我的”里。"), "key", "brand", _ME
    ),
    "people.role_granted:role_later": Words(
        _l("您将有新身份"), _l("从 %(first_on)s 起您是%(role)s，相应的页面到时在“我的”里。"), "key", "brand", _ME
    ),
    "people.role_granted:deputy_now": Words(
        _l("请您代班"),
        _l("从现在起请您代班%(role)s，到 %(last_on)s 为止，到时自动结束。相应的页面在“我的”里。"),
        "key",
        "brand",
        _ME,
    ),
    "people.role_granted:deputy_later": Words(
        _l("请您代班"),
        _l("从 %(first_on)s 到 %(last_on)s 请您代班%(role)s，到时自动开始、自动结束。"),
        "key",
        "brand",
        _ME,
    ),
    "people.role_ended": Words(
        _l("身份结束了"), _l("您不再担任%(role)s。积分、时长和记录都不受影响。"), "key", "info", _ME
    ),
    "people.role_ended:deputy": Words(_l("代班结束了"), _l("您代班%(role)s到此结束，谢谢您。"), "key", "info", _ME),
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

WORDS |= SHOP_WORDS | BOARD_WORDS | PERSON_WORDS | DEED_WORDS
