"""快递100's real-time query (实时快递查询接口): POST /poll/query.do, for every carrier."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp

from bot.carriers.trackers import NotTracked, in_utc
from bot.carriers.wire import post_form
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.tables import ParcelState
from commerce.parcels.tracking import Question, Scan, Track

URL: Final = "https://poll.kuaidi100.com"
PATH: Final = "/poll/query.do"
STATES: Final[Mapping[str, ParcelState]] = {
    "0": ParcelState.MOVING,  # 在途
    "1": ParcelState.COLLECTED,  # 揽收
    "2": ParcelState.TROUBLED,  # 疑难
    "3": ParcelState.DELIVERED,  # 签收
    "4": ParcelState.RETURNED,  # 退签
    "5": ParcelState.DELIVERING,  # 派件
    "6": ParcelState.RETURNING,  # 退回
    "7": ParcelState.MOVING,  # 转投
    "8": ParcelState.MOVING,  # 清关
    "14": ParcelState.RETURNING,  # 拒签
    "401": ParcelState.TROUBLED,  # 已销单: the number was given up
    "501": ParcelState.WAITING,  # 投柜或驿站
    **dict.fromkeys(("10", "11", "12", "13"), ParcelState.MOVING),  # 清关
    **dict.fromkeys(("1001", "1002", "1003"), ParcelState.MOVING),  # 到达派件城市, 干线, 转递
}
"""By the answer's `state`, which counts (its `ischeck` is to be ignored, says the documentation);
of the longer codes of `resultv2` the first digit says the same."""
NO_NEWS: Final = "500"
"""查询无结果: the carrier has not scanned it yet."""
HOPELESS: Final = frozenset({"408"})
"""Of this very parcel: the phone's last digits are wrong."""
MISCONFIGURED: Final = frozenset({"400", "503", "504", "505", "601"})
"""Of the shop's account: incomplete, not signed, not entitled, out of credit. 601 also locks a
number that was asked about too often."""


class Kuaidi100:
    """Asks 快递100. One call a question; how often is for the caller to limit."""

    def __init__(
        self, http: aiohttp.ClientSession, customer: str, key: str, base_url: str = URL
    ) -> None:
        self._http = http
        self._customer = customer
        self._key = key
        self._url = base_url.rstrip("/") + PATH

    async def track(self, question: Question) -> Track:
        """See Tracker."""
        form = self.form(question)
        return read_answer(await post_form(self._http, self._url, form, "快递100"))

    def form(self, question: Question) -> dict[str, str]:
        """The signed form: `sign` is MD5 of param + key + customer, in capitals."""
        param = {
            "com": CARRIERS[question.carrier].kuaidi100,
            "num": question.tracking_no,
            "phone": question.phone_tail,
            "resultv2": "1",
            "show": "0",
            "order": "desc",
        }
        written = json.dumps(param, ensure_ascii=False, separators=(",", ":"))
        return {
            "customer": self._customer,
            "sign": sign(written, self._key, self._customer),
            "param": written,
        }


def sign(param: str, key: str, customer: str) -> str:
    """The signature that 快递100 asks for."""
    return hashlib.md5((param + key + customer).encode(), usedforsecurity=False).hexdigest().upper()


def read_answer(answer: object) -> Track:
    """The track of an answer. Raises NotTracked."""
    if not isinstance(answer, dict):
        raise NotTracked("快递100 answers no object")
    code = str(answer.get("returnCode", ""))
    if answer.get("result") is False or str(answer.get("status", "200")) != "200":
        if code == NO_NEWS:
            return Track(ParcelState.ANNOUNCED)
        reason = f"快递100 refuses ({code}): {answer.get('message', '')}"
        raise NotTracked(reason, for_good=code in HOPELESS, is_misconfigured=code in MISCONFIGURED)
    scans = answer.get("data")
    if not isinstance(scans, list):
        raise NotTracked("快递100 answers without data")
    return Track(_state(answer, scans), tuple(_scan(each) for each in scans))


def _state(answer: Mapping[str, Any], scans: Sequence[Any]) -> ParcelState:
    code = str(answer.get("state", ""))
    known = STATES.get(code) or STATES.get(code[:1])
    if known is None:
        raise NotTracked(f"快递100 answers an unknown state {code!r}")
    return known if scans else ParcelState.ANNOUNCED


def _scan(scan: Any) -> Scan:
    try:
        return Scan(in_utc(str(scan.get("ftime") or scan["time"])), str(scan["context"]).strip())
    except (AttributeError, KeyError, ValueError, OverflowError) as error:
        raise NotTracked(f"快递100 answers an unreadable scan: {error!r}") from error
