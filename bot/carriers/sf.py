"""顺丰's own route query (丰桥, EXP_RECE_SEARCH_ROUTES): POST /std/service."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus

import aiohttp

from bot.carriers.trackers import NotTracked, in_utc
from bot.carriers.wire import post_form
from commerce.parcels.tables import ParcelState
from commerce.parcels.tracking import Question, Scan, Track

URL: Final = "https://sfapi.sf-express.com"
PATH: Final = "/std/service"
SERVICE: Final = "EXP_RECE_SEARCH_ROUTES"
ACCEPTED: Final = "A1000"
SUCCESS: Final = "S0000"
MISCONFIGURED: Final = frozenset({"A1001", "A1002", "A1006", "A1011"})
"""Missing or wrong partner, time stamp, signature, rights (丰桥 API 错误码)."""
STATES: Final[Mapping[str, ParcelState]] = {
    "50": ParcelState.COLLECTED, "51": ParcelState.COLLECTED, "54": ParcelState.COLLECTED,
    "44": ParcelState.DELIVERING, "204": ParcelState.DELIVERING,
    "125": ParcelState.WAITING, "657": ParcelState.WAITING,
    "80": ParcelState.DELIVERED, "8000": ParcelState.DELIVERED,
    "33": ParcelState.TROUBLED, "70": ParcelState.TROUBLED,
}  # fmt: skip
"""By `opCode` (丰桥 路由操作码); every other scan is on the way, 99 (转寄) as well."""
SENT_BACK: Final = "648"
"""退回 or 转寄 under a new number: the words tell which."""


class Sf:
    """Asks 顺丰 about its own parcels. `now` gives aware UTC for the time stamp."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        partner_id: str,
        check_word: str,
        now: Callable[[], datetime],
        base_url: str = URL,
    ) -> None:
        self._http = http
        self._partner_id = partner_id
        self._check_word = check_word
        self._now = now
        self._url = base_url.rstrip("/") + PATH

    async def track(self, question: Question) -> Track:
        """See Tracker."""
        form = self.form(question, request_id=uuid.uuid4().hex)
        return read_answer(await post_form(self._http, self._url, form, "顺丰"))

    def form(self, question: Question, request_id: str) -> dict[str, str]:
        """The signed form."""
        asked = {
            "language": "0",
            "trackingType": "1",
            "trackingNumber": [question.tracking_no],
            "methodType": "1",
            "checkPhoneNo": question.phone_tail,
        }
        written = json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
        timestamp = str(int(self._now().timestamp() * 1000))
        return {
            "partnerID": self._partner_id,
            "requestID": request_id,
            "serviceCode": SERVICE,
            "timestamp": timestamp,
            "msgDigest": sign(written, timestamp, self._check_word),
            "msgData": written,
        }


def sign(message: str, timestamp: str, check_word: str) -> str:
    """Base64 of the MD5 of the URL-encoded message + time stamp + check word (数字签名认证)."""
    encoded = quote_plus(message + timestamp + check_word)
    return base64.b64encode(hashlib.md5(encoded.encode(), usedforsecurity=False).digest()).decode()


def read_answer(answer: object) -> Track:
    """The track of an answer, whose inner result is JSON in a string. Raises NotTracked."""
    if not isinstance(answer, dict):
        raise NotTracked("顺丰 answers no object")
    code = str(answer.get("apiResultCode", ""))
    if code != ACCEPTED:
        reason = f"顺丰 refuses ({code}): {answer.get('apiErrorMsg', '')}"
        raise NotTracked(reason, is_misconfigured=code in MISCONFIGURED)
    try:
        inner = json.loads(str(answer["apiResultData"]))
        if str(inner["errorCode"]) != SUCCESS:
            raise NotTracked(f"顺丰 refuses ({inner['errorCode']}): {inner.get('errorMsg')}")
        routes = inner["msgData"]["routeResps"][0]["routes"]
        return Track(_state(routes), tuple(_scan(route) for route in routes))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise NotTracked(f"顺丰 answers unreadably: {error!r}") from error


def _state(routes: Sequence[Mapping[str, Any]]) -> ParcelState:
    """What the newest scan says; a parcel that came back delivered at its sender is returned."""
    if not routes:
        return ParcelState.ANNOUNCED
    ordered = sorted(routes, key=lambda route: str(route["acceptTime"]))
    states = [_state_of(route) for route in ordered]
    if states[-1] is ParcelState.DELIVERED and ParcelState.RETURNING in states:
        return ParcelState.RETURNED
    return states[-1]


def _state_of(route: Mapping[str, Any]) -> ParcelState:
    code = str(route["opCode"])
    if code == SENT_BACK and "退回" in str(route["remark"]):
        return ParcelState.RETURNING
    return STATES.get(code, ParcelState.MOVING)


def _scan(route: Mapping[str, Any]) -> Scan:
    at = in_utc(str(route["acceptTime"]))
    place, remark = str(route.get("acceptAddress") or ""), str(route["remark"]).strip()
    words = remark if not place or place in remark else f"【{place}】{remark}"
    return Scan(at, words)
