"""Refusals of small good deeds."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, RuleBroken, TooMany


class DeedNeedsHome(Conflict):
    """Who belongs to no community has nobody who would look at it."""

    code = "deed_needs_home"


class DeedsEnoughToday(TooMany):
    """As many as one day takes were handed in. facts: most."""

    code = "deeds_enough_today"


class DeedPictureUnreadable(RuleBroken):
    """No picture, or a file that is none."""

    code = "deed_picture_unreadable"


class DeedPictureUsed(Conflict):
    """This person handed the same picture in before. facts: deed."""

    code = "deed_picture_used"


class DeedReviewed(Conflict):
    """It was decided already, and differently."""

    code = "deed_reviewed"


class DeedTakenBack(Conflict):
    """Whoever handed it in took it back."""

    code = "deed_taken_back"


class OwnDeed(Forbidden):
    """One's own deed, or that of somebody one acts for or who acts for one."""

    code = "own_deed"


class OwnReview(Forbidden):
    """Whoever reviewed it first does not look again."""

    code = "own_deed_review"


class DeedPointsTooMany(RuleBroken):
    """More than one deed is given. facts: most."""

    code = "deed_points_too_many"


class PotEmpty(Conflict):
    """The community's pot of this month does not hold so many points any more. facts: left."""

    code = "deed_pot_empty"
