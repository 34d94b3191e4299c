"""Words of people: roles, and what is said when joining or signing in does not work."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.actor import Role
from pointsapp.web.messages import Message

NO_SUCH_MERCHANT = _l("没有这家商户")

ROLE_NAMES = {
    Role.MERCHANT_CLERK: _l("商户店员"),
    Role.MERCHANT_MANAGER: _l("商户店长"),
    Role.GRID_LEADER: _l("网格长"),
    Role.BRANCH_SECRETARY: _l("支部书记"),
    Role.STAFF: _l("社区工作者"),
    Role.STREET_ADMIN: _l("街道管理员"),
    Role.PLATFORM_ADMIN: _l("平台管理员"),
}

MESSAGES: dict[str, Message] = {
    "invalid_credentials": Message(
        _l("登录没有成功"),
        _l(
            "账号或密码不对，或者一次性登录码已经用过、过期或不存在。忘了密码，可以请社区工作人员给您一个新的一次性登录码。"
        ),
        (_l("重新登录"), "people.show_sign_in"),
    ),
    "too_many_attempts": Message(
        _l("输错次数太多"),
        _l(
            "为了保护您的账号，请 %(retry_after)s 秒后再试；着急的话，请社区工作人员给您一个一次性登录码，马上就能登录。"
        ),
        (_l("重新登录"), "people.show_sign_in"),
    ),
    "phone_taken": Message(
        _l("手机号已被登记"),
        _l("您可以先不填手机号完成注册，再请社区工作人员当面把这个号码登记给您；如果是您本人注册过，请直接登录。"),
    ),
    "consent_required": Message(
        _l("请先阅读告知书"),
        _l("请阅读并同意 %(consent_version)s 版个人信息告知书后再提交。"),
        (_l("重新填写"), "people.register"),
    ),
    "not_verified": Message(
        _l("还没有核实身份"),
        _l("积分已经记在您名下，核实后就能使用：下次参加活动请负责人扫一下您的码，或到社区请工作人员核实。"),
        (_l("看我的码"), "checkin.show_my_code"),
    ),
    "role_has_other_scope": Message(
        _l("角色范围不对"), _l("网格长、书记、社区工作者和街道管理员要选区域，店长和店员要选商户，平台管理员都不用选。")
    ),
}
