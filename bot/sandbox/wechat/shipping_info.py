"""POST /wxa/sec/order/upload_shipping_info and get_order: what a merchant sent for a payment."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.pay.transactions import Transactions
from bot.sandbox.rules import (
    SHIPPING_CORRECTIONS,
    SHIPPING_DESCRIPTION_CHARACTERS,
    SHIPPING_PARCELS,
)
from bot.sandbox.store import Row

type Body = dict[str, Any]

_EXPRESS, _KINDS = 1, (1, 2, 3, 4)
_UNIFIED, _SPLIT = 1, 2
_WITH_CONTACT = "SF"
_ORDER_STATES = {"SUCCESS": 1, "REFUND": 5}
_SHIPPED = 2


class ShippingInfo:
    """One row a payment. What was told whole may be told once more."""

    def __init__(self, ground: Ground, transactions: Transactions) -> None:
        self._mch_id = ground.settings.merchant.mch_id
        self._store = ground.store
        self._transactions = transactions

    def upload(self, body: Body) -> None:
        """Take in what was sent; raises the errors of 发货信息录入."""
        payment = self._payment(_object(body, "order_key"))
        if payment["openid"] != _object(body, "payer").get("openid"):
            raise WeChatError(10060031)
        if payment["state"] != "SUCCESS":
            raise WeChatError(10060004)
        told, known = _read(body), self._find(payment)
        if known is None:
            self._write(payment, told, finished=0, corrections=0)
            return
        if told.uploaded_at <= known["uploaded_at"] or told.repeats(known):
            raise WeChatError(10060023)
        is_again = known["finish_count"] > 0 or not told.is_sent_as(known)
        if is_again and known["corrections"] >= SHIPPING_CORRECTIONS.value:
            raise WeChatError(10060003)
        if not is_again:
            told = replace(told, parcels=_joined(json.loads(known["parcels"]), told.parcels))
        corrections = known["corrections"] + int(is_again)
        self._write(payment, told, finished=known["finish_count"], corrections=corrections)

    def order(self, body: Body) -> Body:
        """A payment with what was sent for it (查询订单发货状态)."""
        number = str(body.get("transaction_id", ""))
        payment = self._transactions.find_by_transaction_id(number) if number else None
        if payment is None:
            raise WeChatError(10060001)
        known, state = self.shown(payment), _ORDER_STATES.get(payment["state"], 1)
        has_left = state == 1 and known is not None and known["finish_shipping"]
        shown: Body = {
            "transaction_id": payment["transaction_id"],
            "merchant_id": self._mch_id,
            "merchant_trade_no": payment["out_trade_no"],
            "paid_amount": payment["total"],
            "openid": payment["openid"],
            "order_state": _SHIPPED if has_left else state,
            "in_complaint": False,
        }
        return shown if known is None else {**shown, "shipping": known}

    def shown(self, payment: Row) -> Body | None:
        """What was sent for a payment, if anything."""
        known = self._find(payment)
        if known is None:
            return None
        return {
            "delivery_mode": known["mode"],
            "logistics_type": known["kind"],
            "finish_shipping": known["finish_count"] > 0,
            "finish_shipping_count": known["finish_count"],
            "shipping_list": json.loads(known["parcels"]),
        }

    def _payment(self, key: Body) -> Row:
        match key.get("order_number_type"):
            case 2:
                if not key.get("transaction_id"):
                    raise WeChatError(268485195)
                found = self._transactions.find_by_transaction_id(str(key["transaction_id"]))
            case 1:
                if not key.get("mchid"):
                    raise WeChatError(268485196)
                if not key.get("out_trade_no"):
                    raise WeChatError(268485197)
                found = self._transactions.find(str(key["out_trade_no"]))
                found = found if key["mchid"] == self._mch_id else None
            case _:
                raise WeChatError(268485194)
        if found is None or found["transaction_id"] is None:
            raise WeChatError(10060001)
        return found

    def _find(self, payment: Row) -> Row | None:
        return self._store.find(
            "SELECT * FROM shipping_infos WHERE out_trade_no = ?", payment["out_trade_no"]
        )

    def _write(self, payment: Row, told: "_Told", *, finished: int, corrections: int) -> None:
        self._store.run(
            "INSERT OR REPLACE INTO shipping_infos (out_trade_no, kind, mode, parcels, uploaded_at,"
            " finish_count, corrections) VALUES (?, ?, ?, ?, ?, ?, ?)",
            payment["out_trade_no"],
            told.kind,
            told.mode,
            json.dumps(told.parcels, ensure_ascii=False),
            told.uploaded_at,
            finished + int(told.is_whole),
            corrections,
        )


@dataclass(frozen=True)
class _Told:
    """One upload, checked."""

    kind: int
    mode: int
    is_whole: bool
    parcels: list[Body]
    uploaded_at: float

    def is_sent_as(self, known: Row) -> bool:
        """Whether neither kind nor mode of sending has changed."""
        return (known["kind"], known["mode"]) == (self.kind, self.mode)

    def repeats(self, known: Row) -> bool:
        """Whether it says nothing new."""
        told = (json.loads(known["parcels"]), known["finish_count"] > 0)
        return self.is_sent_as(known) and told == (self.parcels, self.is_whole)


def _read(body: Body) -> _Told:
    kind, mode, parcels = body.get("logistics_type"), body.get("delivery_mode"), _parcels(body)
    if not isinstance(kind, int) or kind not in _KINDS:
        raise WeChatError(10060005)
    if not isinstance(mode, int) or mode not in (_UNIFIED, _SPLIT):
        raise WeChatError(268485224)
    if mode == _SPLIT and kind != _EXPRESS:
        raise WeChatError(10060006)
    is_whole = body.get("is_all_delivered") if mode == _SPLIT else True
    if not isinstance(is_whole, bool):
        raise WeChatError(10060007)
    if len(parcels) > SHIPPING_PARCELS.value:
        raise WeChatError(10060024)
    if not parcels or (mode == _UNIFIED and len(parcels) != 1):
        raise WeChatError(268485228)
    for parcel in parcels:
        _check_parcel(parcel, is_express=kind == _EXPRESS)
    return _Told(kind, mode, is_whole, parcels, _moment(body.get("upload_time")))


def _object(body: Body, name: str) -> Body:
    value = body.get(name)
    if not isinstance(value, dict):
        raise WeChatError(47001)
    return value


def _parcels(body: Body) -> list[Body]:
    parcels = body.get("shipping_list")
    if not isinstance(parcels, list) or not all(isinstance(each, dict) for each in parcels):
        raise WeChatError(47001)
    return parcels


def _check_parcel(parcel: Body, *, is_express: bool) -> None:
    description = parcel.get("item_desc")
    if not description:
        raise WeChatError(10060008)
    if len(str(description)) > SHIPPING_DESCRIPTION_CHARACTERS.value:
        raise WeChatError(10060009)
    if not is_express:
        return
    if not parcel.get("tracking_no"):
        raise WeChatError(268485226)
    if not parcel.get("express_company"):
        raise WeChatError(268485227)
    contact = parcel.get("contact") or {}
    written = [str(each) for each in contact.values()] if isinstance(contact, dict) else []
    is_open = any("*" not in each or not each[-4:].isdecimal() for each in written)
    if is_open or (parcel["express_company"] == _WITH_CONTACT and not written):
        raise WeChatError(10060014, "contact")


def _moment(written: Any) -> float:
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError as error:
        raise WeChatError(268485216) from error
    if moment.tzinfo is None:
        raise WeChatError(268485216)
    return moment.timestamp()


def _joined(before: list[Body], now: list[Body]) -> list[Body]:
    numbers = {each["tracking_no"] for each in now}
    return [*(each for each in before if each["tracking_no"] not in numbers), *now]
