"""Why a check-in is refused.

    RuleBroken 422   CodeInvalid, LocationRequired, OutOfRange
    Gone       410   CodeExpired
    Forbidden  403   NotSignedUp, and, as `not_allowed`, OwnShift, SamePerson, SecondPerson
    Conflict   409   OutsideWindow, NotCheckedIn, TimeTaken (`time_conflict`, as at sign-up), and, as `wrong_state`,
                     NoCheckOutHere, TaskOver, ShiftNotOver, AlreadyVoided, NotProvisional, CorrectionWaiting, NothingToCorrect, CorrectionDecided

Where one code has several true reasons, the class carries its own sentence in `detail`.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from pointsapp.core import clock
from pointsapp.core.errors import Conflict, Forbidden, Gone, RuleBroken
from pointsapp.tasks.errors import TimeConflict


class CodeInvalid(RuleBroken):
    """No code of ours, or one of another kind."""

    code = "code_invalid"


class CardRevoked(CodeInvalid):
    """A personal card that was reported lost. Whose it was is not said: whoever found it would learn that first."""

    title = _l("这张卡已经挂失")
    detail = _l("这张个人卡已经挂失，不能再用。请本人出示手机上的码，或到服务台办一张新卡；这一场也可以按名单点名。")


class PersonCodeUnknown(CodeInvalid):
    """A code with the right check characters that is nobody's now: most often the one from before a lost phone."""

    title = _l("这不是谁现在的码")
    detail = _l("可能已经换了新码，或者不是“我的码”。请本人打开“我的码”再扫一次；也可以按名单点名。")


class WrongAction(CodeInvalid):
    """The given action does not agree with the venue code."""

    detail = _l("这个码不是用来做这一步的：签到请扫签到码，签退请扫签退码。")


class CodeExpired(Gone):
    code = "code_expired"


class NotSignedUp(Forbidden):
    """facts: may_join - a sign-up would be possible now; title - of the task that the time is promised to, if that bars it."""

    code = "not_signed_up"

    def __init__(self, *, may_join: bool, is_other: bool = False, clash: str = "") -> None:
        super().__init__(may_join=may_join, **({"title": clash} if clash else {}))
        if clash:
            self.detail = (
                _l("这位志愿者没有报名这一场；这段时间已经报名“%(title)s”，本人取消那一场后才能报名这一场。")
                if is_other
                else _l("您没有报名这一场；这段时间您已经报名“%(title)s”，取消那一场后才能报名这一场。")
            )
        elif is_other:
            self.detail = (
                _l(
                    "这位志愿者没有报名这一场；还有名额，请本人打开任务报名，或扫现场的码点“报名并签到”；报上名，您就能扫。"
                )
                if may_join
                else _l("这位志愿者没有报名这一场，现在也不能再报名。")
            )
        elif may_join:
            self.detail = _l("您还没有报名这一场，现在还有名额，报名后就能签到。")


class OwnShift(Forbidden):
    """Leaders and the task's creator are checked in by another leader or staff."""

    detail = _l("您是这一场的负责人，请另一位负责人或社区工作人员为您签到。")


class SamePerson(Forbidden):
    """Nobody scans, ticks, confirms or approves for themself."""

    detail = _l("不能给自己办理，请另一位负责人或社区工作人员来做。")


class SecondPerson(Forbidden):
    """Manual credit takes two: the one who entered it does not approve it."""

    detail = _l("这一条是您登记的，要由另一位工作人员复核。")


class NotLeadersTime(Forbidden):
    """A named leader before or after their time. facts: opens_at, closes_at."""

    def __init__(self, *, opens_at: datetime, closes_at: datetime, is_early: bool) -> None:
        start, end = clock.to_local(opens_at), clock.to_local(closes_at)
        super().__init__(opens_at=start.isoformat(timespec="seconds"), closes_at=end.isoformat(timespec="seconds"))
        self.title = _l("还没到时间") if is_early else _l("已经过了时间")
        self.detail = (
            _l("您是这一场的负责人：%(opens_at)s起，可以出示签到码、扫人、点名单。")
            if is_early
            else _l("负责人可以办到%(closes_at)s，现在已经过了；还有要补的，请找社区工作人员。")
        )


class OutsideWindow(Conflict):
    """facts: opens_at, closes_at."""

    code = "outside_window"

    def __init__(self, *, opens_at: datetime, closes_at: datetime, is_early: bool) -> None:
        start, end = clock.to_local(opens_at), clock.to_local(closes_at)
        super().__init__(opens_at=start.isoformat(timespec="seconds"), closes_at=end.isoformat(timespec="seconds"))
        self.detail = (
            _l("还没到时间，%(time)s 开始。", time=start.strftime("%m-%d %H:%M"))
            if is_early
            else _l("已经过了时间，请找现场负责人或社区工作人员补签。")
        )


class NotCheckedIn(Conflict):
    code = "not_checked_in"


class LocationRequired(RuleBroken):
    code = "location_required"


class OutOfRange(RuleBroken):
    """facts: distance_m (to ten metres), radius_m."""

    code = "out_of_range"


class TimeTaken(TimeConflict):
    """These minutes are already counted, or claimed, at another shift; facts: title."""

    detail = _l("这段时间已经记在另一场“%(title)s”上，同一段时间只能记一次；那一场还没签退的，请先签退。")


class NoCheckOutHere(Conflict):
    detail = _l("这个任务只签到，不用签退。")


class TaskOver(Conflict):
    detail = _l("这个任务已经取消或结束，不能再签到。确实来过的，请社区工作人员登记更正。")


class AlreadyVoided(Conflict):
    detail = _l("这次出勤没有被确认，需要更改请找社区工作人员登记更正。")


class NotProvisional(Conflict):
    detail = _l("这一条已经有人处理过了。")


class CorrectionWaiting(Conflict):
    detail = _l("这次出勤已有一条更正在等待复核。")


class NothingToCorrect(Conflict):
    detail = _l("这一场还没开始，或报名未确认，没有可更正的时长。")


class CorrectionDecided(Conflict):
    detail = _l("这条更正已经处理过了。")


class ShiftNotOver(Conflict):
    """facts: ends_at."""

    detail = _l("这一场还没结束，结束以后才能收尾。")
