"""Alibaba Cloud's SMS (短信服务 dysmsapi, SendSms 2017-05-25), signed with ACS3-HMAC-SHA256."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from yarl import URL

from bot.sms.sender import Sms, SmsInDoubt, SmsRefused

PROVIDER: Final = "https://dysmsapi.aliyuncs.com"
ACTION: Final = "SendSms"
VERSION: Final = "2017-05-25"
ALGORITHM: Final = "ACS3-HMAC-SHA256"
ACCEPTED: Final = "OK"
MAY_PASS: Final = frozenset(
    {"isv.BUSINESS_LIMIT_CONTROL", "Throttling", "Throttling.User", "Throttling.Api"}
)
"""Codes that time alone may mend (短信服务 API 错误码)."""
IN_DOUBT: Final = frozenset({"isp.SYSTEM_ERROR", "InternalError", "ServiceUnavailable"})
"""Codes that do not say how far the request came."""
_PATIENCE: Final = aiohttp.ClientTimeout(total=10)


class AlibabaSms:
    """One account with one signature (短信签名). `now` gives real, aware UTC: requests lapse."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        key_id: str,
        key_secret: str,
        sign_name: str,
        now: Callable[[], datetime],
        base_url: str = PROVIDER,
    ) -> None:
        self._http = http
        self._key_id = key_id
        self._key_secret = key_secret
        self._sign_name = sign_name
        self._now = now
        self._url = base_url.rstrip("/")

    async def send(self, sms: Sms) -> str:
        """See SmsSender; the number is the `BizId`."""
        query = {
            "OutId": sms.out_id,
            "PhoneNumbers": sms.phone,
            "SignName": self._sign_name,
            "TemplateCode": sms.template,
            "TemplateParam": json.dumps(dict(sms.values), ensure_ascii=False),
        }
        url = f"{self._url}/?{urlencode(query, quote_via=quote)}"
        try:
            async with self._http.post(
                URL(url, encoded=True),
                headers=self._headers(query),
                timeout=_PATIENCE,
                allow_redirects=False,
            ) as response:
                return read_answer(response.status, await response.json(content_type=None))
        except aiohttp.ClientConnectorError as error:
            raise SmsRefused("SMS: no connection", may_pass=True) from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SmsInDoubt(f"SMS: {type(error).__name__}") from error

    def _headers(self, query: Mapping[str, str]) -> dict[str, str]:
        parts = urlsplit(self._url)
        signed = {
            "host": parts.netloc,
            "x-acs-action": ACTION,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": VERSION,
        }
        names = ";".join(sorted(signed))
        mark = signature(self._key_secret, "POST", f"{parts.path}/", query, signed)
        authorization = (
            f"{ALGORITHM} Credential={self._key_id},SignedHeaders={names},Signature={mark}"
        )
        return {**signed, "Authorization": authorization}


def signature(
    key_secret: str,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> str:
    """The mark of a request (V3版本请求体&签名机制). `headers` are lower case; all are signed."""
    canonical = "\n".join(
        (
            method,
            path,
            urlencode(sorted(query.items()), quote_via=quote, safe="~"),
            "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers)),
            ";".join(sorted(headers)),
            headers["x-acs-content-sha256"],
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{digest}"
    return hmac.new(key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def read_answer(status: int, answer: Any) -> str:
    """The `BizId` of an accepted message. Raises SmsRefused or SmsInDoubt."""
    code = str(answer.get("Code", "")) if isinstance(answer, dict) else ""
    if status == 200 and code == ACCEPTED:
        return str(answer.get("BizId", ""))
    if not code or code in IN_DOUBT:
        raise SmsInDoubt(f"SMS: HTTP {status} {code}".strip())
    raise SmsRefused(f"SMS: {code}", may_pass=code in MAY_PASS)
