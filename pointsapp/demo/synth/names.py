"""Names and numbers in bulk: random public ids by the thousand, and codes that never meet because each comes from a row's own number."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.codes import NUMBER_LENGTH, PERSONAL_LENGTH, VOUCHER_LENGTH, encode, number_of
from pointsapp.people.models import Person

_AT_ONCE = 4096
_BYTES = 9  # twelve letters
_CLEAN = bytes.maketrans(b"+/", b"ab")
_LETTERS = 12
# Each a factor without a divisor in common with the space: whole numbers one after another come out scattered, and never twice.
_NUMBERS, _FIRST_NUMBER, _NUMBER_FACTOR = 8 * 10 ** (NUMBER_LENGTH - 2), 2 * 10 ** (NUMBER_LENGTH - 2), 4_318_927_613
_CODES, _PERSON_FACTOR, _VOUCHER_FACTOR = 2**45, 20_861_419_333_517, 11_400_714_819_323


def public_ids() -> Iterator[str]:
    """Yield fresh public ids for ever; as random as `core.codes.new_public_id`."""
    while True:
        block = b64encode(secrets.token_bytes(_BYTES * _AT_ONCE)).translate(_CLEAN).decode()
        for start in range(0, len(block), _LETTERS):
            yield block[start : start + _LETTERS]


def volunteer_numbers(session: Session, first: int) -> Iterator[str]:
    """Yield numbers that nobody holds: each the image of a whole number from `first` (a person's key) on."""
    back = pow(_NUMBER_FACTOR, -1, _NUMBERS)
    held = session.execute(select(Person.volunteer_number).execution_options(yield_per=10_000)).scalars()
    origins = ((int(number[:-1]) - _FIRST_NUMBER) * back % _NUMBERS for number in held if number.isdigit())
    taken = {origin for origin in origins if origin >= first}  # what former runs gave out lies before
    at = first
    while True:
        if at not in taken:
            yield number_of(str(_FIRST_NUMBER + at * _NUMBER_FACTOR % _NUMBERS))
        at += 1


def personal_code(person_id: int) -> str:
    return encode(person_id * _PERSON_FACTOR % _CODES, PERSONAL_LENGTH)


def voucher_code(voucher_id: int) -> str:
    return encode(voucher_id * _VOUCHER_FACTOR % _CODES, VOUCHER_LENGTH)
