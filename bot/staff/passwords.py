"""Passwords: argon2id, two at a time and off the event loop, so that guessing costs the guesser."""

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from commerce.errors import InvalidInput

SHORTEST: Final = 8
LONGEST: Final = 128
AT_ONCE: Final = 2
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""OWASP Password Storage Cheat Sheet, argon2id: m=19 MiB, t=2, p=1."""
_TOO_COMMON: Final = frozenset(
    {"password", "12345678", "123456789", "88888888", "11111111", "qwertyui", "1234567890"}
)


def hash_of(password: str) -> str:
    """What is kept of a new password. Raises InvalidInput when it is no password to keep."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"密码要{SHORTEST}到{LONGEST}位", field="password")
    if password.lower() in _TOO_COMMON or len(set(password)) == 1:
        raise InvalidInput("这个密码太容易被猜到了，换一个吧", field="password")
    return _HASHER.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether it is the password of that hash. Takes about as long for any answer."""
    try:
        _HASHER.verify(kept or _nobodys_hash(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


@cache
def _nobodys_hash() -> str:
    """Verified for a login that does not exist: it takes as long."""
    return _HASHER.hash("nobody has this password")


class Vault:
    """Passwords for asynchronous callers."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fits(self, kept: str, password: str) -> bool:
        """Whether it is the password of that hash."""
        async with self._turns:
            return await asyncio.to_thread(fits, kept, password)

    async def hash_of(self, password: str) -> str:
        """What is kept of a new password. Raises InvalidInput."""
        async with self._turns:
            return await asyncio.to_thread(hash_of, password)
