"""The AES-mode envelope of callbacks and passive replies, written on `cryptography` alone.

消息加解密说明 (Message Encryption): AES-256-CBC over 16 random bytes, the length of the text
(4 bytes, big-endian), the text and the app id, padded to blocks of 32; the signature is SHA-1
over the sorted token, timestamp, nonce and ciphertext.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.sandbox.errors import EnvelopeRefused

_BLOCK = 32
_RANDOM = 16
_LENGTH = 4


class Envelope:
    """Seals and opens messages between the platform and one receiver (an app id or corp id)."""

    def __init__(self, *, token: str, aes_key: str, receiver: str) -> None:
        key = base64.b64decode(aes_key + "=")
        if len(key) != _BLOCK:
            raise ValueError("an EncodingAESKey is 43 characters of base64")
        self._token = token
        self._receiver = receiver.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def signature(self, *parts: str) -> str:
        """SHA-1 over the sorted parts and the token, in hex."""
        joined = "".join(sorted((self._token, *parts)))
        return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def seal(self, text: bytes, *, random_prefix: bytes | None = None) -> str:
        """Encrypt a text for the receiver. `random_prefix` (16 bytes) is for known answers."""
        prefix = random_prefix or secrets.token_bytes(_RANDOM)
        plain = prefix + len(text).to_bytes(_LENGTH, "big") + text + self._receiver
        padding = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> bytes:
        """Decrypt and check padding, length and receiver; raise EnvelopeRefused otherwise."""
        try:
            cipher = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise EnvelopeRefused("Encrypt is not base64") from error
        if not cipher or len(cipher) % _BLOCK:
            raise EnvelopeRefused("Encrypt is not whole blocks of 32 bytes")
        decryptor = self._cipher.decryptor()
        return self._unpack(decryptor.update(cipher) + decryptor.finalize())

    def verify(self, signature: str, *parts: str) -> None:
        """Raise EnvelopeRefused unless the signature is that of the parts."""
        if not hmac.compare_digest(signature.encode(), self.signature(*parts).encode()):
            raise EnvelopeRefused("MsgSignature is wrong")

    def _unpack(self, plain: bytes) -> bytes:
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise EnvelopeRefused("the padding is wrong: another key encrypted this")
        body = plain[_RANDOM:-padding]
        length = int.from_bytes(body[:_LENGTH], "big")
        text, receiver = body[_LENGTH : _LENGTH + length], body[_LENGTH + length :]
        if len(body) < _LENGTH or len(text) != length:
            raise EnvelopeRefused("the length is wrong")
        if receiver != self._receiver:
            raise EnvelopeRefused("the app id is wrong")
        return text
