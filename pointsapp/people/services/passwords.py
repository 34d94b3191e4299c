"""Passwords: argon2id, hashed before the transaction begins, because a hash takes longer than a write."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1)


def hash_password(password: str) -> str:
    """Return what is stored of `password`."""
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Tell whether `password` belongs to the hash. Without a hash the same work is done: the time tells nothing."""
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody's")
