"""Small good deeds in the demo: three weeks of them, some waiting, one refused, one picture that was used twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from pointsapp.core import uploads
from pointsapp.core.attic import Attic
from pointsapp.core.likeness import likeness_of
from pointsapp.deeds.models import DeedKind
from pointsapp.deeds.services import Approve, HandIn, KeptPicture, Refuse, approve_deed, hand_in, reject_deed
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.street import Resident, Street
from pointsapp.demo.timeline import Timeline

Happening = Callable[[Session, datetime], object]
SINCE, LOOKED_AT = timedelta(weeks=3), timedelta(hours=20)
TOLD = (
    (DeedKind.TIDY, "把 3 号楼门口的烟头和纸屑扫干净了", "3 号楼门口"),
    (DeedKind.TIDY, "捡了健身区的矿泉水瓶，一共十一个", "小游园健身区"),
    (DeedKind.NEIGHBOUR, "帮 402 的阿姨把一袋米提上四楼", ""),
    (DeedKind.GREEN, "给楼前的月季浇水、剪了枯枝", "东院花坛"),
    (DeedKind.ELDER, "陪王大爷去社区医院取药，送回家", "社区卫生服务站"),
    (DeedKind.SAFETY, "把挡在楼道的旧沙发挪走，通道让出来了", "7 号楼二单元"),
    (DeedKind.MANNERS, "提醒几位骑车的师傅不要走盲道，都配合", "红专路口"),
    (DeedKind.FOUND, "捡到一串钥匙，交给门岗，失主来领走了", "西门门岗"),
    (DeedKind.GREEN, "扶正被风刮倒的小树，绑了支架", "文苑北墙"),
    (DeedKind.TIDY, "擦掉单元门上的小广告", "5 号楼"),
)
REFUSED = "照片里有别人的脸，请换一张再交。"


def plan_deeds(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put what was handed in on the timeline, and what the community said a day later."""
    dice = Dice(SEED + 14)  # dice of its own: the rest of the street falls as it did without them
    known = street.by_log_in["resident"]
    demo = next(each for each in street.everyone() if each.actor.person_id == known.person_id)
    for number, (kind, words, place) in enumerate(TOLD):
        doer = demo if number in (0, 3) else dice.choice(street.everyone())
        at = now - SINCE * (1 - (number + 1) / len(TOLD)) - timedelta(hours=2 + number)
        timeline.at(at, _hand_in(timeline, street, doer, HandIn(kind=kind, words=words, place=place), number))
    again = HandIn(kind=DeedKind.TIDY, words="打扫了楼门口", place="3 号楼")
    others = [each for each in street.everyone() if each.community == demo.community and each is not demo]
    timeline.at(now - timedelta(hours=5), _hand_in(timeline, street, dice.choice(others), again, 0, is_seen=False))
    for number in (11, 12):
        command = HandIn(kind=TOLD[number - 9][0], words=TOLD[number - 9][1], place="")
        timeline.at(now - timedelta(hours=number), _hand_in(timeline, street, dice.choice(others), command, number))


def _hand_in(
    timeline: Timeline, street: Street, doer: Resident, command: HandIn, picture: int, *, is_seen: bool = True
) -> Happening:
    def happen(session: Session, now: datetime) -> object:
        kept = _kept(picture)
        done = hand_in(
            session,
            doer.actor,
            HandIn(kind=command.kind, words=command.words, place=command.place, picture=kept),
            now=now,
        )
        if is_seen:
            timeline.at(now + LOOKED_AT, _look(street, doer, done.public_id, picture))
        return done

    return happen


def _look(street: Street, doer: Resident, deed: str, number: int) -> Happening:
    staff = street.staff[doer.community]
    if number == 6:
        return lambda session, now: reject_deed(session, staff, Refuse(deed_id=deed, reason=REFUSED), now=now)
    points = (5, 3, 2, 3)[number % 4]
    return lambda session, now: approve_deed(session, staff, Approve(deed_id=deed, points=points), now=now)


def _kept(number: int) -> KeptPicture:
    clean = uploads.clean(_drawn(number))
    Attic(current_app.config["SETTINGS"].instance_path / "deeds").keep(clean.content)
    return KeptPicture(sha256=clean.sha256, given_sha256=clean.given_sha256, likeness=likeness_of(clean.content))


def _drawn(number: int) -> bytes:
    """Draw a doorstep with something to put right: always the same for a number, never anybody's face."""
    dice = Dice(SEED + 1400 + number)
    picture = Image.new(
        "RGB", (480, 360), (dice.randrange(180, 235), dice.randrange(205, 240), dice.randrange(225, 250))
    )
    draw = ImageDraw.Draw(picture)
    for left in range(0, 480, 80):
        tone, top = dice.randrange(110, 220), dice.randrange(40, 170)
        draw.rectangle((left, top, left + 74, 270), fill=(tone, tone - 10, tone - 26))
        for row in range(top + 12, 250, 34):
            draw.rectangle((left + 14, row, left + 30, row + 18), fill=(250, 240, 190))
            draw.rectangle((left + 44, row, left + 60, row + 18), fill=(70, 84, 102))
    draw.rectangle((0, 270, 480, 360), fill=(168, 164, 156))
    for _ in range(dice.randrange(4, 9)):
        at, foot = dice.randrange(20, 450), dice.randrange(285, 345)
        draw.ellipse((at - 16, foot - 16, at + 16, foot + 8), fill=(60, dice.randrange(110, 160), 70))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=88)
    return kept.getvalue()
