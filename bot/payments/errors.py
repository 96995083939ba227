"""WeChat Pay's refusals. What never left, or has no known outcome, is `wecom.errors`'."""

from collections.abc import Mapping
from typing import Any, Final

from wecom.errors import OutcomeUnknown, WeChatError

_TEMPORARY: Final = frozenset(
    # Our set-up or the speed of our calls; the same order will go through once that is mended.
    {"SIGNERROR", "NOAUTH", "MCHNOTEXISTS", "APPIDMCHIDNOTMATCH", "FREQUENCYLIMITED",
     "FREQUENCYLIMIT", "RATELIMITEXCEEDED", "NOTENOUGH"}
)  # fmt: skip
_NOT_FOUND: Final = frozenset({"ORDERNOTEXIST", "RESOURCENOTEXISTS"})


class PayRefused(WeChatError):
    """WeChat Pay answered with an error: it has not done what was asked.

    `pay_code` is its code as documented, e.g. PARAM_ERROR.
    """

    def __init__(self, name: str, status: int, pay_code: str, message: str) -> None:
        super().__init__(f"{name}: HTTP {status} {pay_code}: {message}")
        self.status = status
        self.pay_code = pay_code
        self.permanent = _plain(pay_code) not in _TEMPORARY and status not in {401, 429}

    @property
    def is_not_found(self) -> bool:
        """Whether WeChat Pay does not know the number."""
        return self.status == 404 and _plain(self.pay_code) in _NOT_FOUND


class OrderPaid(PayRefused):
    """The order has been paid: it cannot be closed or paid again."""


class OrderClosed(PayRefused):
    """The order has been closed."""


_BY_CODE: Final[Mapping[str, type[PayRefused]]] = {
    "ORDERPAID": OrderPaid,
    "ORDERCLOSED": OrderClosed,
}


def refusal(name: str, status: int, answer: Mapping[str, Any]) -> WeChatError:
    """The error for an answer that is not a 2xx. After a 5xx nobody knows what was done."""
    pay_code, message = str(answer.get("code", "")), str(answer.get("message", ""))[:200]
    if status >= 500 or _plain(pay_code) == "SYSTEMERROR":
        return OutcomeUnknown(f"{name}: HTTP {status} {pay_code}: {message}")
    kind = _BY_CODE.get(_plain(pay_code), PayRefused)
    return kind(name, status, pay_code, message)


def _plain(pay_code: str) -> str:
    # The docs spell some codes with and without underscores: ORDER_NOT_EXIST, ORDERNOTEXIST.
    return pay_code.replace("_", "").upper()
