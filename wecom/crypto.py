"""The encrypted envelope of WeChat's callbacks (WeChat docs 消息加解密说明)."""

import base64
import binascii
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from functools import cached_property

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.utils import WeChatSigner

from wecom.errors import WireError


class WrongRecipient(WireError):
    """Decrypted well, but meant for another account."""


class Undecipherable(WireError):
    """Not something that this key has encrypted."""


class _Cipher(PrpCrypto):  # type: ignore[misc]  # wechatpy is untyped
    def get_random_string(self) -> str:
        # wechatpy draws these 16 characters from `random`.
        return secrets.token_hex(8)


@dataclass(frozen=True)
class EnvelopeKeys:
    """What an account and the platform share. Raises ValueError for unusable keys.

    `account` is the app id (for WeCom the corp id) inside every envelope; `aes_key` has the 43
    characters that the platform's console shows.
    """

    account: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.token:
            raise ValueError("the callback token is empty: anybody could sign")
        try:
            usable = len(base64.b64decode(f"{self.aes_key}=", validate=True)) == 32
        except (binascii.Error, ValueError):
            usable = False
        if not usable:
            raise ValueError("the EncodingAESKey does not have 43 base64 characters")

    @cached_property
    def _cipher(self) -> _Cipher:
        return _Cipher(base64.b64decode(f"{self.aes_key}="))

    def signature(self, *parts: str) -> str:
        """SHA-1 over the token and the parts, sorted."""
        signer = WeChatSigner()
        signer.add_data(self.token, *parts)
        return str(signer.signature)

    def has_signed(self, signature: str, *parts: str) -> bool:
        """Whether the signature fits, in a time that does not depend on how well it fits."""
        return hmac.compare_digest(self.signature(*parts).encode(), signature.encode())

    def encrypt(self, content: str) -> str:
        return str(self._cipher.encrypt(content, self.account).decode())

    def decrypt(self, encrypted: str) -> str:
        """Raises WrongRecipient or Undecipherable."""
        try:
            return str(self._cipher.decrypt(encrypted, self.account))
        except InvalidAppIdException as error:
            raise WrongRecipient from error
        # wechatpy checks neither length nor padding of what it has decrypted.
        except (ValueError, IndexError, struct.error) as error:
            raise Undecipherable from error
