"""Personal data is sealed field by field, from the first column on.

A sealed value is `version | key id | nonce | AES-256-GCM ciphertext`, bound to its table, column
and row: moved to another row it does not open. Looking up by value goes through a keyed digest.

Rotation prepends a new key and keeps the old ones for what they sealed. The digest key never
changes: stored digests would no longer be found.
"""

import base64
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from commerce.errors import ShopError

VERSION: Final = 1
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
DIGEST_ENTRY: Final = "digest"


class SealBroken(ShopError):
    """A sealed value does not open: tampered with, moved, or its key is gone."""


class SealingRefused(ShopError):
    """The keys given cannot be used; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. `row` must never change for the life of the row."""

    table: str
    column: str
    row: str

    def as_bytes(self) -> bytes:
        """What the seal is bound to."""
        return f"{self.table}|{self.column}|{self.row}".encode()


class Sealer:
    """Seals under the first key, opens under any.

    Without a digest key, digests go by the last key: it must then stay the last for ever.
    """

    def __init__(self, keys: Mapping[str, bytes], digest_key: bytes | None = None) -> None:
        if not keys:
            raise SealingRefused("no field key is given")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES or not 0 < len(key_id.encode()) < 256:
                raise SealingRefused(f"field key {key_id!r} is not {KEY_BYTES} bytes")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._sealing_id = next(iter(keys))
        *_, oldest = keys.values()
        self._digest_key = (
            digest_key if digest_key is not None else hmac.digest(oldest, b"blind index", sha256)
        )
        if len(self._digest_key) != KEY_BYTES:
            raise SealingRefused(f"field key {DIGEST_ENTRY!r} is not {KEY_BYTES} bytes")

    @classmethod
    def from_setting(cls, written: str) -> Self:
        """A sealer from `id:base64,id:base64`; the first seals. Raises SealingRefused.

        An entry `digest:base64`, wherever it stands, is for digests alone: with it, every other
        key may be dropped once nothing is sealed under it.
        """
        keys: dict[str, bytes] = {}
        for part in filter(None, (part.strip() for part in written.split(","))):
            key_id, colon, encoded = part.partition(":")
            if not colon:  # What stands there may be a bare key: it must not be shown.
                raise SealingRefused("a field key is not written as id:base64")
            if key_id in keys:
                raise SealingRefused(f"field key {key_id!r} is given twice")
            try:
                keys[key_id] = base64.b64decode(encoded, validate=True)
            except ValueError:
                raise SealingRefused(f"field key {key_id!r} is not base64") from None
        digest_key = keys.pop(DIGEST_ENTRY, None)
        return cls(keys, digest_key)

    def seal(self, value: str, place: Place) -> bytes:
        """The value, sealed for its place."""
        key_id = self._sealing_id.encode()
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._sealing_id].encrypt(nonce, value.encode(), place.as_bytes())
        return bytes([VERSION, len(key_id)]) + key_id + nonce + sealed

    def open(self, sealed: bytes, place: Place) -> str:
        """The value that was sealed for this place. Raises SealBroken."""
        try:
            version, id_length = sealed[0], sealed[1]
            key_id = sealed[2 : 2 + id_length].decode()
            rest = sealed[2 + id_length :]
            cipher = self._ciphers[key_id] if version == VERSION else None
            if cipher is None:
                raise SealBroken(f"sealed in an unknown form {version}")
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.as_bytes()).decode()
        except (IndexError, KeyError, UnicodeDecodeError, ValueError, InvalidTag) as error:
            raise SealBroken(f"{place.table}.{place.column} does not open") from error

    def digest(self, value: str, purpose: str) -> str:
        """A keyed digest for looking a value up without keeping it, in hex."""
        return hmac.new(self._digest_key, f"{purpose}|{value}".encode(), sha256).hexdigest()
