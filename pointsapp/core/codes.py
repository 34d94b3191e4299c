"""Codes people read and type, and the random names in URLs.

Crockford base 32 in upper case (no I L O U); the last character is a check over GF(32) that catches every single wrong
character and every swap of neighbours: the XOR of a^i * v_i is 0, polynomial x^5+x^2+1 with root a, i = 0 at the last one.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {char: value for value, char in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_POLYNOMIAL = 0b100101
VOUCHER_LENGTH = PERSONAL_LENGTH = ONE_TIME_LENGTH = INVITATION_LENGTH = PASS_LENGTH = 10
CERTIFICATE_LENGTH = 12
VENUE_LENGTH = 8
_MAX_INPUT = 300


def _times_root(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value


def _weighted(values: list[int]) -> int:
    """Return the XOR of a^i * v_i, i = 0 at the last value (Horner's rule from the first)."""
    total = 0
    for value in values:
        total = _times_root(total) ^ value
    return total


def with_check(body: str) -> str:
    """Return `body` (letters of ALPHABET) followed by its check character."""
    # The check stands at i = 0, weight 1, so it equals the weighted sum of the rest.
    return body + ALPHABET[_weighted([_VALUE[char] for char in body] + [0])]


def is_valid(code: str) -> bool:
    """Tell whether a normalised `code` satisfies its check character."""
    return bool(code) and all(char in _VALUE for char in code) and _weighted([_VALUE[char] for char in code]) == 0


def new_code(length: int) -> str:
    """Return a fresh random code of `length` characters, check included."""
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(length - 1)))


def encode(number: int, length: int) -> str:
    """Return `number` (its low 5*(length-1) bits) as a code of `length` characters, check included."""
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(5 * (length - 2), -1, -5))
    return with_check(body)


def read(text: str, length: int) -> str | None:
    """Return the code that `text` carries, or None if it cannot be one of ours.

    `text` may be a bare code with spaces, hyphens or lower case, or a whole payload URL, read by its path whatever its host.
    """
    text = text.strip()[:_MAX_INPUT]
    if "/" in text:
        try:
            text = urlsplit(text).path.rstrip("/").rsplit("/", 1)[-1]
        except ValueError:  # "http://[" and its like
            return None
    raw = "".join(char for char in text.upper() if char not in " -\u3000\t\r\n")
    if len(raw) != length or any(char not in _VALUE for char in raw):
        return None
    code = "".join(ALPHABET[_VALUE[char]] for char in raw)
    return code if is_valid(code) else None


def new_public_id() -> str:
    """Return the 12-character random name a row shows instead of its key."""
    return secrets.token_urlsafe(9).replace("-", "a").replace("_", "b")


def new_secret() -> str:
    """Return 256 random bits in hexadecimal: what a row keeps to itself."""
    return secrets.token_hex(32)


def new_token() -> str:
    """Return a fresh bearer token: 256 random bits."""
    return secrets.token_urlsafe(32)


NUMBER_LENGTH = 11


def new_number() -> str:
    """Return a fresh number people read aloud: 11 digits, random, the last a check digit (ISO 7064 mod 11,10).

    It begins with 2 to 9, so that nobody takes it for a mobile number.
    """
    body = str(2 + secrets.randbelow(8)) + "".join(str(secrets.randbelow(10)) for _ in range(NUMBER_LENGTH - 2))
    return number_of(body)


def number_of(body: str) -> str:
    """Return the ten digits `body` followed by their check digit."""
    return body + _check_digit(body)


def is_number(text: str) -> bool:
    """Tell whether `text` is 11 digits that satisfy their check digit."""
    return len(text) == NUMBER_LENGTH and text.isascii() and text.isdigit() and _check_digit(text[:-1]) == text[-1]


def _check_digit(body: str) -> str:
    left = 10
    for char in body:
        left = (left + int(char)) % 10 or 10
        left = left * 2 % 11
    return str((11 - left) % 10)
