"""Words of certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.certificates.models import CertificateState, LineState, RecordKind, RequestState
from pointsapp.web.messages import Message

WRONG_SPAN = _l("请选已经过去的日子，开始不能晚于结束。")
IN_THE_FUTURE = _l("日期不能在今天以后。")

MESSAGES: dict[str, Message] = {
    "nothing_to_certify": Message(
        _l("这些天没有可以证明的服务"),
        _l("只有已经记下时长的服务才能证明。换个日期，或者先看看自己的记录。"),
        (_l("看我的记录"), "certificates.show_record"),
    ),
    "home_missing": Message(
        _l("还没有选社区"),
        _l("整次没记上的服务由您的社区来查。请先在资料里选社区，再回来写。"),
        (_l("去选社区"), "people.show_profile"),
    ),
    "certificate_waiting": Message(
        _l("已经有一份在等确认"),
        _l("请等组织方确认；要换日期，先撤回那一份。"),
        (_l("看我的证明"), "certificates.show_certificates"),
    ),
    "record_changed": Message(_l("记录刚刚有变化"), _l("现在是 %(minutes)s 分钟。请再核对一遍，没有问题再确认。")),
    "line_decided": Message(_l("已经处理过了"), _l("可能同事刚确认过，或者本人撤回了。")),
    "request_answered": Message(_l("已经答复过了"), _l("可能同事刚答复过，请看列表。")),
    "nothing_to_report": Message(
        _l("没有要上报的"), _l("这些天没有记录，或者都已经上报过、也没有更正。换个日期或区域再试。")
    ),
}

CERTIFICATE_STATES = {
    CertificateState.ASKED: _l("等组织方确认"),
    CertificateState.ISSUED: _l("有效"),
    CertificateState.SUPERSEDED: _l("已被更正替代"),
    CertificateState.REJECTED: _l("没有确认"),
    CertificateState.WITHDRAWN: _l("已撤回"),
}
LINE_STATES = {
    LineState.WAITING: _l("等确认"),
    LineState.CONFIRMED: _l("已确认"),
    LineState.REJECTED: _l("没有确认"),
}
KINDS = {RecordKind.TRAINING: _l("培训"), RecordKind.HONOUR: _l("表彰"), RecordKind.EVALUATION: _l("评价")}
REQUEST_STATES = {
    RequestState.ASKED: _l("等答复"),
    RequestState.UPHELD: _l("同意更正"),
    RequestState.REJECTED: _l("没有同意"),
}
COLUMNS = {
    "volunteer_number": _l("志愿者编号"),
    "name": _l("姓名"),
    "phone": _l("手机号"),
    "task": _l("活动名称"),
    "category": _l("类别"),
    "organiser": _l("组织方"),
    "place": _l("地点"),
    "starts_at": _l("开始时间"),
    "ends_at": _l("结束时间"),
    "hours": _l("服务小时"),
    "minutes": _l("服务分钟"),
    "status": _l("上报情况"),
}
FIRST_TIME, CORRECTED = _l("新增"), _l("更正（上次报 %(n)s 分钟）")
