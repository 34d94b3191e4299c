"""Words of batches."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "bad_rows": Message(_l("文件里有写错的行"), _l("共 %(rows)s 处，改好后整份重新上传；现在什么都没有写入。")),
    "export_reason_missing": Message(
        _l("请写原因"), _l("要带全名和号码导出，必须写明用途；每个人都能查到自己被谁、为什么导出过。")
    ),
}
KINDS = {
    "people_in": _l("导入居民"),
    "tasks_in": _l("导入任务草稿"),
    "headcounts_in": _l("导入区域人口数"),
    "members_in": _l("导入支部党员名册"),
    "people_out": _l("导出居民"),
    "tasks_out": _l("导出任务"),
    "attendance_out": _l("导出签到和时长"),
}
STATES = {
    "checked": _l("等您看过再办"),
    "waiting": _l("排队中"),
    "running": _l("正在办"),
    "done": _l("办完了"),
    "cancelled": _l("已取消"),
}
OUTCOMES = {
    "added": _l("新增"),
    "changed": _l("更新"),
    "same": _l("已有，不变"),
    "refused": _l("没办成"),
}
COLUMNS = {
    "name": _l("姓名"),
    "phone": _l("手机号"),
    "area_code": _l("区域编码"),
    "title": _l("标题"),
    "description": _l("说明"),
    "category": _l("类别"),
    "place": _l("地点"),
    "starts_at": _l("开始时间"),
    "ends_at": _l("结束时间"),
    "capacity": _l("名额"),
    "points": _l("积分"),
    "points_mode": _l("计分方式"),
    "contact": _l("联系方式"),
    "volunteer_number": _l("志愿者编号"),
    "area": _l("区域"),
    "verified": _l("核实"),
    "joined_on": _l("加入日期"),
    "state": _l("状态"),
    "taken": _l("已报名"),
    "task": _l("任务", n=1),
    "came_at": _l("签到时间"),
    "minutes": _l("分钟"),
    "people": _l("人数"),
    "counted_on": _l("统计日期"),
    "source": _l("数据来源"),
    "branch_code": _l("支部编码"),
    "starts_on": _l("入册日期"),
    "reporting": _l("双报到"),
    "line": _l("行号"),
    "outcome": _l("结果"),
    "words": _l("说明文字"),
}
WRONG = {
    "name": _l("姓名要写 1 到 %(most)s 个字"),
    "letters": _l("姓名里有看不见的，或者会打乱顺序的字符"),
    "phone": _l("手机号应是 5 到 15 位数字"),
    "long": _l("“%(column)s”最多 %(most)s 个字"),
    "area": _l("没有这个区域编码，或不在您管的范围"),
    "twice": _l("和第 %(first)s 行是同一个手机号"),
    "taken": _l("这个手机号已经是 %(name)s 的（已核实）"),
    "taken_elsewhere": _l("这个手机号已经有人登记（已核实）"),
    "doubled": _l("“%(names)s”在表头里写了两次"),
    "elsewhere": _l("这个人登记在您管的范围以外，请走转社区"),
    "empty": _l("“%(column)s”没有写"),
    "moment": _l("“%(column)s”要写成 2026-12-01 19:00"),
    "number": _l("“%(column)s”要写整数"),
    "people": _l("人数要写 1 到 %(most)s 的整数"),
    "day": _l("“%(column)s”要写成 2026-10-01"),
    "ahead": _l("“%(column)s”不能晚于今天"),
    "counted": _l("这个区域 %(day)s 已经登记为 %(people)s 人，同一天不能有两个数"),
    "reporting": _l("双报到要写 是 或 否"),
    "branch": _l("没有这个支部编码，或不是您管的支部"),
    "nobody": _l("没有人用这个手机号登记，请先登记或导入居民"),
    "stands": _l("这个人的组织关系在别的支部；只来报到的请在双报到写 是"),
    "mode": _l("计分方式要写 每次 或 每小时"),
    "category": _l("没有这个类别"),
    "again": _l("和第 %(first)s 行是同一个任务"),
    "conflict": _l("和现有资料冲突，没有写入"),
    "refused": _l("不符合要求，没有写入（%(code)s）"),
    "width": _l("这一行有 %(n)s 格，表头有 %(m)s 格"),
    "header": _l("表头缺少：%(names)s"),
    "unknown": _l("表头不认识：%(names)s"),
    "unreadable": _l("文件打不开，请存成 CSV（UTF-8）或 XLSX"),
    "no_book": _l("这不是能打开的 XLSX 文件。请在 Excel 或 WPS 里打开，另存为 XLSX（不加密码）或 CSV 再上传"),
    "no_file": _l("没有收到文件，请选好文件再上传"),
    "heavy": _l("文件超过 %(most)s MB，请分成几份上传"),
    "huge": _l("有一格太长，超过 %(most)s 个字；看看是不是引号只写了一半"),
    "too_many": _l("一次最多 %(most)s 行"),
    "nothing": _l("文件里没有一行内容"),
    "no_role": _l("办这一批的人已经没有这个权限"),
}
# What a list's column `state` says, by its kind.
STATE_CELLS = {
    "tasks_out": {
        "draft": _l("草稿"),
        "published": _l("已发布"),
        "closed": _l("已结束"),
        "cancelled": _l("已取消"),
    },
    "attendance_out": {
        "present": _l("在场，还没有签退"),
        "provisional": _l("时长待确认"),
        "credited": _l("已入账"),
        "voided": _l("没有确认"),
    },
}
MODES = {"per_completion": _l("每次"), "per_hour": _l("每小时")}
# What a cell may say in words, by its column.
SAID = {"points_mode": MODES, "reporting": {"yes": _l("是"), "no": _l("否")}}
EXAMPLE_AREA = "DL-HZL"  # stands for a code of the reader's own areas
EXAMPLE_BRANCH = "zb-DL-HZL"  # stands for a code of a branch there
EXAMPLES = {
    "people_in": (_l("李桂兰"), "13800000000", EXAMPLE_AREA),
    "tasks_in": (
        _l("红专路夜巡"),
        _l("两人一组，沿街巡查一圈。"),
        "patrol",
        EXAMPLE_AREA,
        _l("红专路口"),
        "2026-12-01 19:00",
        "2026-12-01 21:00",
        "10",
        "20",
        MODES["per_completion"],
        _l("社区值班电话"),
    ),
    "headcounts_in": (EXAMPLE_AREA, "5100", "2026-10-01", _l("社区人口台账")),
    "members_in": ("13800000000", EXAMPLE_BRANCH, "2026-07-01", SAID["reporting"]["no"]),
}
