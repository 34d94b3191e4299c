"""Refusals of people."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Invalid, NotSignedIn, RuleBroken, TooMany
from pointsapp.people.messages import NO_SUCH_MERCHANT, NO_SUCH_PERSON


class InvalidCredentials(NotSignedIn):
    """Wrong account or password, or a one-time code that was used, has expired or never was: one answer for all."""

    code = "invalid_credentials"


class TooManyAttempts(TooMany):
    """Facts: retry_after (seconds). The one-time code at the desk still works."""

    code = "too_many_attempts"


class PhoneTaken(Conflict):
    code = "phone_taken"


class ConsentRequired(RuleBroken):
    """Facts: consent_version, the notice in force."""

    code = "consent_required"


class NotVerified(Forbidden):
    """A self-registered person earns at once and spends once somebody has seen them."""

    code = "not_verified"


class HomeIsSet(Conflict):
    """Who belongs to a community asks another one to take them in, and does not simply choose it."""

    code = "home_is_set"


class RoleHasOtherScope(RuleBroken):
    """A role of an area was asked for a merchant, or the other way round."""

    code = "role_has_other_scope"


class RoleDatesWrong(RuleBroken):
    """A role would end before it begins, or has ended already."""

    code = "role_dates_wrong"


class RoleHeldAlready(Conflict):
    """The person holds this role here in a time that overlaps, with other dates."""

    code = "role_held_already"


class DeputyNotStaff(Conflict):
    """A role's holder hands it for a while only to somebody who works nearby already; anybody else is for who grants the role."""

    code = "deputy_not_staff"


class DeputyNotPossible(Conflict):
    """The role has ended, is no area's, or is itself a deputy's."""

    code = "deputy_not_possible"


class UnknownPerson(Invalid):
    """Nobody has this phone or volunteer number."""

    def __init__(self, field: str) -> None:
        super().__init__({field: [str(NO_SUCH_PERSON)]})


class UnknownMerchant(Invalid):
    """The request names a merchant that is not there."""

    def __init__(self, field: str) -> None:
        super().__init__({field: [str(NO_SUCH_MERCHANT)]})


class CodeInvalid(RuleBroken):
    """A one-time code that cannot be one of ours: a character is wrong or two are swapped."""

    code = "code_invalid"
