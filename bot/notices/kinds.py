"""What notices there are, with the values that their templates can show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "order_shipped": {
        "order_no": "订单号",
        "goods": "商品",
        "carrier": "快递公司",
        "tracking_no": "快递单号",
    },
    "refund_paid": {"order_no": "订单号", "amount": "退款金额", "state": "退款进度"},
    "group_ended": {"goods": "商品", "state": "拼团结果", "note": "说明"},
    "after_sale_moved": {"request_no": "售后单号", "state": "售后进度", "note": "说明"},
    "price_dropped": {"goods": "商品", "price": "现价", "was": "原来价格", "note": "说明"},
    "back_in_stock": {"goods": "商品", "price": "现价", "note": "说明"},
    "campaign": {"title": "活动", "goods": "商品", "price": "价格", "date": "时间", "note": "说明"},
    "service_notice": {"title": "事项", "date": "时间", "note": "说明"},
}
"""By kind, each value's name as operators read it."""
KINDS: Final[Mapping[str, str]] = {
    "order_shipped": "订单发货",
    "refund_paid": "退款到账",
    "group_ended": "拼团结果",
    "after_sale_moved": "售后进度",
    "price_dropped": "降价提醒",
    "back_in_stock": "到货提醒",
    "campaign": "活动通知",
    "service_notice": "服务通知",
}
SERVICE: Final = (
    "order_shipped",
    "refund_paid",
    "group_ended",
    "after_sale_moved",
    "service_notice",
)
"""What a customer has to know of their own order, or of the service they are owed. Template
messages and SMS carry these alone: the platforms forbid anything that could be taken for
advertising there (模板消息运营规范)."""
LIMITS: Final[Mapping[str, int]] = {
    "thing": 20,
    "character_string": 32,
    "phrase": 5,
    "name": 10,
    "letter": 32,
    "number": 32,
    "amount": 32,
    "date": 32,
    "time": 32,
    "symbol": 5,
    "phone_number": 17,
    "car_number": 8,
    "const": 20,
}
"""Characters that a field takes, by its type (小程序订阅消息 发送订阅消息, 参数值内容限制)."""
_FIELD: Final = re.compile(r"([a-z_]+?)\d{1,3}")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth telling outside of a chat: plain words by name, and the page it opens."""

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    order_no: str = ""
    """The order that it is about: an SMS goes to whom its parcels go to."""

    def to_json(self) -> dict[str, Any]:
        """As kept beside a reply; `notice_from_json` reads it back."""
        kept = {"kind": self.kind, "values": dict(self.values), "page": self.page}
        return {**kept, "order_no": self.order_no}


def notice_from_json(kept: Mapping[str, Any]) -> Notice:
    """The notice that `Notice.to_json` made."""
    return Notice(kept["kind"], kept["values"], kept["page"], kept.get("order_no", ""))


def type_of(template_field: str) -> str | None:
    """The type in a field's name, `thing` of `thing1`; None when there is no such type."""
    match = _FIELD.fullmatch(template_field)
    return match.group(1) if match and match.group(1) in LIMITS else None


def filled(fields: Mapping[str, str], values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The `data` of a message: each field with its value, cut to what its type takes."""
    data: dict[str, dict[str, str]] = {}
    for name, source in fields.items():
        limit = LIMITS[type_of(name) or "thing"]
        value = " ".join(values.get(source, "").split()) or "-"
        data[name] = {"value": value if len(value) <= limit else f"{value[: limit - 1]}…"}
    return data
