"""Signatures and ciphers of WeChat Pay v3, written on `cryptography` alone.

APIv3 签名生成与验签: every message is signed with RSA-SHA256 over its parts, each followed by a
line feed; notices carry their content in AES-256-GCM under the APIv3 key.
"""

import base64
import binascii
import re
import secrets
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.sandbox.clock import SandboxClock
from bot.sandbox.errors import PayError
from bot.sandbox.rules import PAY_CLOCK_SKEW
from bot.sandbox.settings import Merchant

SCHEME = "WECHATPAY2-SHA256-RSA2048"
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class PaySignatures:
    """The platform's private key, the merchant's public key, and the key they share."""

    def __init__(self, merchant: Merchant, clock: SandboxClock) -> None:
        self._merchant = merchant
        self._clock = clock
        self._platform_key = _private_key(merchant.platform_private_key_file)
        self._merchant_key = _public_key(merchant.merchant_public_key_file)
        self._cipher = AESGCM(merchant.api_v3_key.encode())

    def check_request(self, authorization: str, method: str, path: str, body: bytes) -> None:
        """Raise SIGN_ERROR unless the merchant signed this very request within five minutes.

        `path` is what follows the host, query included. Its age is counted in real time: the
        merchant's signing library knows no other.
        """
        scheme, _, rest = authorization.partition(" ")
        given = dict(_PARAMETER.findall(rest))
        if scheme != SCHEME:
            raise PayError("SIGN_ERROR", "Http头Authorization认证类型不正确")
        if given.get("mchid") != self._merchant.mch_id:
            raise PayError("SIGN_ERROR", "商户号不正确")
        if given.get("serial_no") != self._merchant.cert_serial:
            raise PayError("SIGN_ERROR", "商户证书序列号有误")
        stamp, nonce = given.get("timestamp", ""), given.get("nonce_str", "")
        if not stamp.isdigit() or not nonce:
            raise PayError("SIGN_ERROR", "Http头Authorization值格式错误")
        if abs(self._clock.real_timestamp() - int(stamp)) > PAY_CLOCK_SKEW.value:
            raise PayError("SIGN_ERROR", "Http头Authorization时间戳与发起请求的时间相差过大")
        message = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        if not self.is_merchants(given.get("signature", ""), message):
            raise PayError("SIGN_ERROR", "签名错误，请检查后再试")

    def is_merchants(self, signature: str, message: bytes) -> bool:
        """Did the merchant's key sign this message?"""
        try:
            self._merchant_key.verify(
                base64.b64decode(signature, validate=True),
                message,
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def headers(self, body: bytes, *, stamp: int | None = None) -> dict[str, str]:
        """The signature headers of an answer or a notice, at the sandbox's time."""
        moment = str(int(self._clock.timestamp()) if stamp is None else stamp)
        nonce = secrets.token_hex(16)
        message = f"{moment}\n{nonce}\n".encode() + body + b"\n"
        signature = self._platform_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": SCHEME,
            "Wechatpay-Serial": self._merchant.platform_public_key_id,
            "Request-ID": secrets.token_hex(16).upper(),
        }

    def seal(self, content: bytes, associated: str) -> dict[str, str]:
        """The encrypted `resource` of a notice."""
        nonce = secrets.token_hex(6)
        sealed = self._cipher.encrypt(nonce.encode(), content, associated.encode())
        return {
            "original_type": associated,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": associated,
            "nonce": nonce,
        }


def _private_key(file: Path) -> rsa.RSAPrivateKey:
    # The sandbox made this pair itself: proving its primes again costs every start 60 ms.
    key = serialization.load_pem_private_key(
        file.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
    )
    return cast("rsa.RSAPrivateKey", key)


def _public_key(file: Path) -> rsa.RSAPublicKey:
    return cast("rsa.RSAPublicKey", serialization.load_pem_public_key(file.read_bytes()))
