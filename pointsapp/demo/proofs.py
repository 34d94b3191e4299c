"""What the branches handed in by hand in the demo: a few notes, drawn pictures and a small document each quarter, some of them public.

Most lines need nothing of the kind: that is the point. Officers look at rows now and then, and stand in the access log.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from flask import current_app
from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, uploads
from pointsapp.core.attic import Attic
from pointsapp.demo import facts
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.stars.models import Evidence, PlanItem
from pointsapp.stars.queries import find_branch, newest_round
from pointsapp.stars.rules.scheme import Source
from pointsapp.stars.services import (
    GiveProof,
    KeptFile,
    give_proof,
    keep_access,
    opened_saved,
    publish_proof,
    use_proof,
    withdraw_proof,
)

# title, words, what it shows, what comes with it
PIECES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "三会一课记录本照片",
        "本季度党员大会、支委会、党课各有一页，原件在支部档案盒。",
        ("party_life", "duty_list"),
        "picture",
    ),
    ("共建单位签约现场", "与两家驻区单位签订共建协议。", ("agreements", "resources"), "picture"),
    (
        "三个清单更新说明",
        "资源、需求、项目三个清单已按季度更新，纸质版贴在党群服务中心公示栏。",
        ("resources",),
        "note",
    ),
    ("普法进楼院照片", "司法所工作人员在三号院讲反诈。", ("law_talks",), "picture"),
    ("邻居节活动照片", "一场楼院邻居节，居民自带拿手菜。", ("neighbours", "services_for_people"), "picture"),
    ("商户走访登记表", "沿街商户走访登记，共二十六户。", ("business_help", "vitality"), "document"),
)
VILLAGE_PIECES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("村务公开栏照片", "本月公开栏：收支、低保、宅基地各一张。", ("village_affairs",), "picture"),
    ("河塘清理前后", "村东河塘清理前后各一张。", ("streets_and_water",), "picture"),
    ("旧小学院子租赁合同", "租期三年，租金进村集体账，合同原件在村会计处。", ("collective_income",), "document"),
    ("红白理事会议定", "桌数、烟酒、车辆三项标准，七月村民代表会通过。", ("customs",), "note"),
    ("留守儿童周末班", "周六上午在文化大院，签到本在村妇联。", ("care",), "note"),
)
WITHDRAWN, PUBLIC, ALSO_ITEM, ALSO_TASK = 0.08, 0.45, 0.5, 0.6
PAPER = """%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length %(length)s>>stream
%(text)s
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%%%EOF
"""


def plan_proofs(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put what is handed in, published and looked at on the timeline of each quarter the street lived through."""
    dice, attic = Dice(SEED + 3), Attic(current_app.config["SETTINGS"].instance_path / "proofs")
    quarters = {clock.quarter_of(clock.local_day(moment)) for moment in (street.opened_at, now)}
    villages = {code for code, _name, _grids in facts.VILLAGES}
    for first, last in sorted(quarters):
        begin = max(first, clock.local_day(street.opened_at)) + timedelta(days=6)
        until = min(last, clock.local_day(now) - timedelta(days=1))
        if until <= begin:
            continue
        for code, _name, _grids in facts.PLACES:
            pieces = PIECES if code not in villages else VILLAGE_PIECES
            for piece in dice.sample(pieces, dice.randrange(2, 5)):
                day = begin + timedelta(days=dice.randrange((until - begin).days + 1))
                moment = clock.at_local(day, time(dice.randrange(9, 18), dice.randrange(60)))
                if moment < now:
                    timeline.at(moment, _give(timeline, street, dice, attic, code, piece))
            timeline.at(clock.at_local(until, time(15, dice.randrange(60))), _look(street, dice, code))


def _give(
    timeline: Timeline,
    street: Street,
    dice: Dice,
    attic: Attic,
    code: str,
    piece: tuple[str, str, tuple[str, ...], str],
) -> Callable[[Session, datetime], object]:
    title, words, indicators, comes_with = piece
    giver = street.secretaries[code] if dice.chance(0.7) else street.staff[code]

    def happen(session: Session, now: datetime) -> object:
        branch = f"zb-{code}"
        found = newest_round(session, now=now, branch=branch)
        assert found is not None
        asked = {one.key for one in found.scheme.indicators if one.source is Source.ASSESSED}
        uses = [f"indicator:{key}" for key in indicators if key in asked]
        day = max(found.starts_on, clock.local_day(now) - timedelta(days=dice.randrange(0, 4)))
        command = GiveProof(
            round_id=found.public_id, branch_id=branch, title=title, words=words, happened_on=day,
            uses=tuple(uses), file=_file(attic, dice, comes_with, title, f"{code} {day}", day),
        )  # fmt: skip
        given = give_proof(session, giver, command, now=now)
        if dice.chance(ALSO_TASK) and comes_with == "picture":
            row = _newest_task(session, street, code)
            if row is not None:
                use_proof(session, giver, branch, given.public_id, f"row:{row}", now=now)
        item = session.scalar(
            select(PlanItem.public_id)
            .where(PlanItem.round_id == found.id, PlanItem.indicator.in_(indicators), PlanItem.withdrawn_at.is_(None))
            .where(PlanItem.branch_id == find_branch(session, branch).id)
            .limit(1)
        )
        if item is not None and dice.chance(ALSO_ITEM):
            use_proof(session, giver, branch, given.public_id, f"item:{item}", now=now)
        _later(timeline, street, dice, code, given.public_id, now)
        return given

    return happen


def _later(timeline: Timeline, street: Street, dice: Dice, code: str, piece: str, now: datetime) -> None:
    secretary, branch = street.secretaries[code], f"zb-{code}"
    if dice.chance(WITHDRAWN):
        timeline.at(
            now + timedelta(hours=3),
            lambda session, now: withdraw_proof(session, secretary, branch, piece, "照片拍糊了，另交一份", now=now),
        )
    elif dice.chance(PUBLIC):
        timeline.at(
            now + timedelta(hours=5),
            lambda session, now: publish_proof(session, secretary, branch, piece, is_public=True, now=now),
        )


def _look(street: Street, dice: Dice, code: str) -> Callable[[Session, datetime], object]:
    who = street.street_admin if dice.chance(0.5) else street.staff[code]

    def happen(session: Session, now: datetime) -> object:
        branch = find_branch(session, f"zb-{code}")
        found = newest_round(session, now=now, branch=branch.code)
        assert found is not None
        seen = opened_saved(found, branch, "attendance", 40, members_only=False, now=now)
        keep_access(session, who, [seen], now=now)
        return seen

    return happen


def _newest_task(session: Session, street: Street, code: str) -> str | None:
    return session.scalar(
        select(Evidence.public_id)
        .where(Evidence.area_id == street.areas[code].id, Evidence.metric == "task_completed")
        .order_by(Evidence.occurred_at.desc())
        .limit(1)
    )


def _file(attic: Attic, dice: Dice, comes_with: str, title: str, words: str, day: date) -> KeptFile | None:
    if comes_with == "note":
        return None
    content = _drawn(dice) if comes_with == "picture" else _written(f"{words} {dice.randrange(9999)}")
    clean = uploads.clean(content)
    attic.keep(clean.content)
    return KeptFile(
        sha256=clean.sha256,
        given_sha256=clean.given_sha256,
        kind=clean.kind,
        size=len(clean.content),
        name=uploads.plain_name(f"IMG_{day:%Y%m%d}" if comes_with == "picture" else title, clean.kind),
    )


def _drawn(dice: Dice) -> bytes:
    """Draw a small street scene: a sky, houses, people in red vests. No photograph of anybody."""
    picture = Image.new("RGB", (320, 240), (dice.randrange(190, 230), dice.randrange(215, 240), 245))
    draw = ImageDraw.Draw(picture)
    for left in range(0, 320, 64):
        tone = dice.randrange(150, 210)
        top = dice.randrange(40, 110)
        draw.rectangle((left, top, left + 58, 190), fill=(tone, tone - 12, tone - 30))
        for row in range(top + 10, 175, 24):
            draw.rectangle((left + 12, row, left + 24, row + 12), fill=(250, 240, 190))
            draw.rectangle((left + 36, row, left + 48, row + 12), fill=(250, 240, 190))
    draw.rectangle((0, 190, 320, 240), fill=(176, 172, 164))
    for _ in range(dice.randrange(3, 7)):
        at, foot = dice.randrange(12, 300), dice.randrange(205, 235)
        draw.ellipse((at - 5, foot - 40, at + 5, foot - 30), fill=(224, 182, 150))
        draw.rectangle((at - 8, foot - 30, at + 8, foot - 8), fill=(200, 50, 31))
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _written(words: str) -> bytes:
    text = f"BT /F 12 Tf 30 120 Td (Visits {words}) Tj ET"
    return (PAPER % {"length": len(text), "text": text}).encode("ascii")
