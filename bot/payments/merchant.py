"""The merchant's account with WeChat Pay, and the check that an answer is really WeChat Pay's."""

import base64
import binascii
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

SIGNATURE_TYPE: Final = "WECHATPAY2-SHA256-RSA2048"


@dataclass(frozen=True)
class Merchant:
    """Keys and numbers of 公钥模式, in which the platform's public key has an id and no expiry.

    Keys are PEM texts. Raises ValueError for a public key that is not RSA or an APIv3 key that
    does not have 32 bytes.
    """

    mch_id: str
    app_id: str
    cert_serial: str
    private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    public_key_id: str
    public_key: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.api_v3_key.encode()) != 32:
            raise ValueError("the APIv3 key must have 32 bytes")
        if not self.public_key_id:
            raise ValueError("the id of WeChat Pay's public key is missing")
        _ = self.platform_key

    @cached_property
    def platform_key(self) -> RSAPublicKey:
        key = load_pem_public_key(self.public_key.encode())
        if not isinstance(key, RSAPublicKey):
            raise ValueError("WeChat Pay's public key is not an RSA key")  # noqa: TRY004
        return key

    def is_from_platform(self, timestamp: str, nonce: str, body: bytes, signature: str) -> bool:
        """Whether WeChat Pay has signed these very bytes (WeChat Pay docs 签名验证)."""
        try:
            signed = base64.b64decode(signature, validate=True)
            if base64.b64encode(signed) != signature.encode():
                return False  # Another spelling of the same bytes: not what was sent.
            message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
            self.platform_key.verify(signed, message, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True
