"""快递100's real-time query, below `/kuaidi100`: parcels move as the sandbox's clock does.

A number is on its way from the first time it is asked about; its scans follow a fixed journey.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.ground import Ground
from bot.sandbox.rules import CARRIER_LOCKS

type Body = dict[str, Any]

_SHANGHAI = ZoneInfo("Asia/Shanghai")
JOURNEY = (
    (0, "1", "【杭州市】您的快件已被【杭州滨江营业点】揽收"),
    (3, "0", "【杭州市】快件已到达【杭州转运中心】"),
    (5, "0", "【杭州市】快件已发往【上海转运中心】"),
    (14, "0", "【上海市】快件已到达【上海转运中心】"),
    (20, "5", "【上海市】快件正在派送中，派送员：小陈，电话 000-00000000"),
    (24, "3", "【上海市】快件已签收，签收人：本人"),
)
"""Hours after the parcel left, 快递100's state from then on, and the scan's words."""


class Kuaidi100:
    """What the fake 快递100 knows of parcels."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def answer(self, form: Body) -> Body:
        """The answer to a query's form; refusals are answers too, as there."""
        param = str(form.get("param", ""))
        if not self._is_signed(param, str(form.get("customer", "")), str(form.get("sign", ""))):
            return refusal("503", "验证签名失败")
        try:
            asked = json.loads(param)
            number, company = str(asked["num"]), str(asked["com"])
        except (KeyError, TypeError, ValueError):
            return refusal("400", "提交的数据不完整，或者贵公司没授权")
        if company in ("shunfeng", "zhongtong") and len(str(asked.get("phone", ""))) < 4:
            return refusal("408", "验证码错误")
        left_at = self._first_seen(number)
        if left_at is None:
            return refusal("601", "POST过快，单号已被锁定，请三十分钟后再查")
        return _track(number, company, left_at, self._ground.clock.timestamp())

    def _is_signed(self, param: str, customer: str, sign: str) -> bool:
        account = self._ground.settings.kuaidi100
        text = f"{param}{account.key}{account.customer}"
        expected = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
        return customer == account.customer and sign == expected

    def _first_seen(self, number: str) -> float | None:
        """When the parcel left; None while it is locked for having been asked about too often."""
        now, store = self._ground.clock.timestamp(), self._ground.store
        with store.transaction():
            known = store.find("SELECT * FROM tracked WHERE number = ?", number)
            if known is None:
                store.run("INSERT INTO tracked VALUES (?, ?, ?)", number, now, now)
                return now
            if now - known["asked_at"] < CARRIER_LOCKS.value:
                return None
            store.run("UPDATE tracked SET asked_at = ? WHERE number = ?", now, number)
            return float(known["left_at"])


def _track(number: str, company: str, left_at: float, now: float) -> Body:
    gone = [each for each in JOURNEY if left_at + each[0] * 3600 <= now]
    scans = [
        {"time": written, "ftime": written, "context": words}
        for hours, _, words in reversed(gone)
        for written in [_moment(left_at + hours * 3600)]
    ]
    state = gone[-1][1]
    return {
        "message": "ok",
        "nu": number,
        "com": company,
        "ischeck": "1" if state == "3" else "0",
        "status": "200",
        "state": state,
        "data": scans,
    }


def _moment(seconds: float) -> str:
    at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    return at.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def refusal(code: str, message: str) -> Body:
    return {"result": False, "returnCode": code, "message": message}
