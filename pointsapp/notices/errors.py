"""Refusals of notices."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, RuleBroken, TooMany


class AddressProved(Conflict):
    """The address is proved already; it needs no code."""

    code = "address_proved"


class ChannelOff(Conflict):
    """This house sends nothing this way: the operator has not set it up."""

    code = "channel_off"


class CodeWrong(RuleBroken):
    """Not the code that was sent, or it is over. facts: left: how many guesses remain."""

    code = "address_code_wrong"


class TooManyAddresses(RuleBroken):
    """A person has as many addresses as anybody may. facts: most."""

    code = "too_many_addresses"


class TooManyCodes(TooMany):
    """No more codes for now, to this person or to this place. facts: retry_after in seconds."""

    code = "too_many_codes"
