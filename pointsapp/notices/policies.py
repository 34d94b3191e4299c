"""Numbers of notices that an operator may word otherwise."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.policy import declare

CODE_MINUTES = declare("notices.code_minutes", 30, _l("验证邮箱或手机的验证码多少分钟内有效"))
CODE_TRIES = declare("notices.code_tries", 5, _l("一个验证码可以输错几次"))
CODES_A_DAY = declare("notices.codes_a_day", 6, _l("每人、每个邮箱或手机号一天最多发几次验证码"))
URGENT_HOURS = declare("notices.urgent_hours", 6, _l("多少小时内开始的任务有变动算紧急：本人同意时，免打扰时段也发"))
