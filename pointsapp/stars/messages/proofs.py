"""Words of the docket 台账: refusals of what was handed in, kinds, traces, and the access log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.file_kinds import FileKind
from pointsapp.core.uploads import Flaw
from pointsapp.stars.models import Looked, ProofKind, ProofStep
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "proof_frozen": Message(_l("台账已经定格"), _l("这一轮已经结束，台账保持结束时的样子，不再收材料，也不再改动。")),
    "proof_other_quarter": Message(
        _l("不是本季度的事"), _l("事情发生的日期应在 %(starts_on)s 到 %(ends_on)s 之间，且不晚于今天。")
    ),
    "proof_elsewhere": Message(_l("不是本支部的材料"), _l("材料和用处要属于同一个支部、同一个季度。")),
    "proof_not_needed": Message(
        _l("平台已经知道，不用再交"), _l("这一项由平台按实际记录自动取证，不收人工材料；记录有误请走更正。")
    ),
    "proof_used_already": Message(_l("已经用在这里"), _l("同一份材料在同一项里只算一次，不用再关联。")),
    "proof_given_already": Message(
        _l("已经交过一次"), _l("本季度台账里的第 %(number)s 号材料就是它，请直接把那一份关联过来，不用再交。")
    ),
    "proof_withdrawn": Message(_l("材料已经撤回"), _l("撤回的材料不再改动；需要时请另交一份。")),
    "file_too_large": Message(_l("文件太大"), _l("单个文件最多 %(most_mb)s MB，请压缩或拆开后再交。")),
    "file_kind_refused": Message(_l("这种文件不收"), _l("只收 JPG、PNG、WebP 图片和 PDF、Word、Excel 文档。")),
}

FLAWS = {
    Flaw.EMPTY: _l("文件是空的，请重新选择。"),
    Flaw.UNKNOWN: _l("只收 JPG、PNG、WebP 图片和 PDF、Word（docx）、Excel（xlsx）文档；改文件名不起作用，看的是内容。"),
    Flaw.DAMAGED: _l("文件打不开：它不完整、已损坏，或设了密码。"),
    Flaw.DOUBLE: _l("这个文件里夹着另一个文件，请重新导出一份再交。"),
    Flaw.BOMB: _l("这个文件打开后过大，请缩小后再交。"),
    Flaw.ACTIVE: _l("文件里带有宏、脚本或附件，请另存为不带这些内容的文档再交。"),
}

FILE_KINDS = {
    FileKind.JPEG: _l("图片"),
    FileKind.PDF: "PDF",
    FileKind.DOCX: "Word",
    FileKind.XLSX: "Excel",
}

PROOF_KINDS = {ProofKind.NOTE: _l("说明"), ProofKind.FILE: _l("文件"), ProofKind.PICTURE: _l("照片")}

PROOF_STEPS = {
    ProofStep.GIVEN: _l("交来"),
    ProofStep.USED: _l("又用在一处"),
    ProofStep.PUBLISHED: _l("公开了"),
    ProofStep.UNPUBLISHED: _l("收回了公开"),
    ProofStep.WITHDRAWN: _l("撤回了"),
}

LOOKED = {
    Looked.ROWS: _l("看了带姓名的记录"),
    Looked.SAVED: _l("下载了带姓名的记录"),
    Looked.PROOF: _l("看了未公开的材料"),
    Looked.DOSSIER: _l("生成了创星档案"),
    Looked.OBJECTION: _l("看了异议的内容和提出人"),
    Looked.PAPER: _l("看了纸面补录的名单"),
}

NO_SUCH_USE = _l("请从名单里选一项")
