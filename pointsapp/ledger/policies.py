"""The numbers of the bank that an operator may change."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy

LAPSE_NOTICE_DAYS = policy.declare("ledger.lapse_notice_days", 30, _l("积分到期前多少天提醒本人；0 不提醒"))
