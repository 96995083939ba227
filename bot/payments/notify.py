"""WeChat Pay's notices: who sent them, and what they say.

wechatpayv3's own `callback` accepts a notice of any age and, for an unknown serial, asks the
network for certificates; this one decides from the request alone.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import BotError
from bot.payments.merchant import SIGNATURE_TYPE, Merchant
from bot.payments.records import (
    Payment,
    PaymentOnWire,
    Refund,
    RefundOnWire,
    TransferBill,
    TransferOnWire,
)

BODY_LIMIT: Final = 64 * 1024
TIME_WINDOW: Final = timedelta(minutes=5)

_TIMESTAMP: Final = re.compile(r"[0-9]{10}")
_PROBE: Final = "WECHATPAY/SIGNTEST/"

Reason = Literal[
    "too_large",
    "unknown_serial",
    "signature_type",
    "timestamp",
    "time_window",
    "probe",
    "signature",
    "body",
    "decryption",
    "resource",
    "wrong_merchant",
]


class BadNotify(BotError):
    """A notice to refuse. `reason` is a short code that is safe to log.

    "probe" is WeChat Pay testing that we check signatures: refuse it, but do not raise an alarm.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Notice:
    """A genuine notice. The platform repeats it, under the same id, until it is answered 200 or
    204; it may also never come. `content` still has to be compared with our own order."""

    id: str
    event_type: str
    content: Payment | Refund | TransferBill


class _Resource(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    algorithm: Literal["AEAD_AES_256_GCM"]
    ciphertext: str
    nonce: str
    associated_data: str = ""


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str = Field(min_length=1, max_length=64)
    event_type: str = Field(
        pattern=r"^((TRANSACTION|REFUND)\.[A-Z_]{1,32}|MCHTRANSFER\.BILL\.FINISHED)$"
    )
    resource_type: Literal["encrypt-resource"]
    resource: _Resource


class NotifyVerifier:
    """Turns a request into a `Notice`, or raises BadNotify and nothing else."""

    def __init__(self, merchant: Merchant) -> None:
        self._merchant = merchant
        self._cipher = AESGCM(merchant.api_v3_key.encode())

    def verify(self, headers: Mapping[str, str], raw_body: bytes, *, now: datetime) -> Notice:
        """`headers` must find names in any case, as aiohttp's do; `raw_body` as received.

        The cheap checks come first: a stranger costs us no RSA.
        """
        if len(raw_body) > BODY_LIMIT:
            raise BadNotify("too_large")
        # First of all, so that a foreign key is never looked for, let alone downloaded.
        if headers.get("Wechatpay-Serial") != self._merchant.public_key_id:
            raise BadNotify("unknown_serial")
        if headers.get("Wechatpay-Signature-Type", SIGNATURE_TYPE) != SIGNATURE_TYPE:
            raise BadNotify("signature_type")
        timestamp = headers.get("Wechatpay-Timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise BadNotify("timestamp")
        if abs(now.timestamp() - int(timestamp)) > TIME_WINDOW.total_seconds():
            raise BadNotify("time_window")
        signature = headers.get("Wechatpay-Signature", "")
        if signature.startswith(_PROBE):
            raise BadNotify("probe")
        nonce = headers.get("Wechatpay-Nonce", "")
        if not self._merchant.is_from_platform(timestamp, nonce, raw_body, signature):
            raise BadNotify("signature")
        return self._read(raw_body)

    def _read(self, raw_body: bytes) -> Notice:
        try:
            body = _Body.model_validate_json(raw_body)
        except ValidationError as error:
            raise BadNotify("body") from error
        resource = body.resource
        try:
            plain = self._cipher.decrypt(
                resource.nonce.encode(),
                base64.b64decode(resource.ciphertext, validate=True),
                resource.associated_data.encode(),
            )
        except (InvalidTag, ValueError) as error:
            raise BadNotify("decryption") from error
        return Notice(body.id, body.event_type, self._content(body.event_type, plain))

    def _content(self, event_type: str, plain: bytes) -> Payment | Refund | TransferBill:
        content: Payment | Refund | TransferBill
        try:
            if event_type.startswith("REFUND."):
                refund = RefundOnWire.model_validate_json(plain)
                mch_id, content = refund.mchid, refund.to_refund()
            elif event_type.startswith("MCHTRANSFER."):
                transfer = TransferOnWire.model_validate_json(plain)
                mch_id, content = transfer.mch_id, transfer.to_bill()
            else:
                content = PaymentOnWire.model_validate_json(plain).to_payment()
                mch_id = content.mch_id
        except ValueError as error:  # pydantic's ValidationError is one.
            raise BadNotify("resource") from error
        if mch_id != self._merchant.mch_id:
            raise BadNotify("wrong_merchant")
        return content
