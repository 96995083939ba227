"""SendSms of dysmsapi (2017-05-25): checks the signature by its own code, and keeps the message."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row

type Body = dict[str, Any]

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})"
)
_MUST_BE_SIGNED = frozenset(
    {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"}
)
_LAPSES = timedelta(minutes=15)
_LONGEST = 35
_FREE = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


class SmsRefusal(Exception):
    """A request that is answered with a code of the provider."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Dysms:
    """What the fake provider has sent."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._nonces: set[str] = set()

    def send(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Body:
        """Send one; raises SmsRefusal. `query` is raw, as it came; header names are lower case."""
        self._check_signature(method, path, query, headers)
        if headers.get("x-acs-action") != "SendSms" or headers.get("x-acs-version") != "2017-05-25":
            raise SmsRefusal("InvalidAction.NotFound", 404)
        asked = dict(parse_qsl(query, keep_blank_values=True))
        phone = asked.get("PhoneNumbers", "")
        if not re.fullmatch(r"1[3-9]\d{9}", phone):
            raise SmsRefusal("isv.MOBILE_NUMBER_ILLEGAL")
        account = self._ground.settings.sms
        if account is None or asked.get("SignName") != account.sign_name:
            raise SmsRefusal("isv.SMS_SIGNATURE_ILLEGAL")
        if not re.fullmatch(r"SMS_\d+", asked.get("TemplateCode", "")):
            raise SmsRefusal("isv.SMS_TEMPLATE_ILLEGAL")
        values = _values(asked.get("TemplateParam", "{}"))
        return self._keep(phone, asked["TemplateCode"], values, asked.get("OutId", ""))

    def list_sent(self) -> list[Row]:
        """The latest hundred, the newest first."""
        return self._ground.store.rows("SELECT * FROM sms ORDER BY id DESC LIMIT 100")

    def _keep(self, phone: str, template: str, values: Mapping[str, str], out_id: str) -> Body:
        account = self._ground.settings.sms
        sign = account.sign_name if account else ""
        biz_id = f"{secrets.randbelow(10**18):018d}^0"
        self._ground.store.insert(
            "INSERT INTO sms (phone, template, words, out_id, biz_id, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            phone,
            template,
            f"【{sign}】{'，'.join(values.values())}",
            out_id,
            biz_id,
            self._ground.clock.timestamp(),
        )
        self._ground.feed.publish("pending")
        return {"Code": "OK", "Message": "OK", "BizId": biz_id, "RequestId": secrets.token_hex(16)}

    def _check_signature(
        self, method: str, path: str, query: str, headers: Mapping[str, str]
    ) -> None:
        match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        account = self._ground.settings.sms
        if match is None or account is None:
            raise SmsRefusal("MissingAuthorization", 400)
        key_id, names, mark = match.groups()
        if key_id != account.key_id:
            raise SmsRefusal("InvalidAccessKeyId.NotFound", 404)
        signed = names.split(";")
        if not set(signed) >= _MUST_BE_SIGNED or signed != sorted(signed):
            raise SmsRefusal("IncompleteSignature", 400)
        lines = [method, path, _canonical(query)]
        lines += [f"{name}:{headers.get(name, '').strip()}" for name in signed]
        lines += ["", names, headers["x-acs-content-sha256"]]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        key = account.key_secret.encode()
        expected = hmac.digest(key, f"ACS3-HMAC-SHA256\n{hashed}".encode(), "sha256").hex()
        if not hmac.compare_digest(expected, mark):
            raise SmsRefusal("SignatureDoesNotMatch", 400)
        self._check_freshness(headers)

    def _check_freshness(self, headers: Mapping[str, str]) -> None:
        stamp = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - stamp) > _LAPSES:
            raise SmsRefusal("InvalidTimeStamp.Expired", 400)
        nonce = headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            raise SmsRefusal("SignatureNonceUsed", 400)
        self._nonces.add(nonce)


def _canonical(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{_escape(name)}={_escape(value)}" for name, value in pairs)


def _escape(text: str) -> str:
    return "".join(chr(byte) if byte in _FREE else f"%{byte:02X}" for byte in text.encode())


def _values(written: str) -> dict[str, str]:
    try:
        values = json.loads(written)
    except ValueError as error:
        raise SmsRefusal("isv.INVALID_JSON_PARAM") from error
    if not isinstance(values, dict):
        raise SmsRefusal("isv.INVALID_JSON_PARAM")
    for value in values.values():
        if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST:
            raise SmsRefusal("isv.PARAM_LENGTH_LIMIT")
    return values
