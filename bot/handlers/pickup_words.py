"""What is said of fetching orders at a store: which stores, the code, and when to come."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final

from bot import texts
from commerce.pickup.slots import FreeSlot
from commerce.pickup.tables import Store
from commerce.shanghai import SHANGHAI

MAY_FETCH: Final = (
    "可以自提，不收运费，下单时选“到店自提”。付款后把取货码给店员看就行。能取货的门店："
)
NO_STORE: Final = "现在没有能自提的门店，下单给您快递送。"
STORE: Final = "{name}：{region} {address}，{hours}，电话{phone}"

PAID: Final = "支付成功！订单 {order_no}，实付 {amount}。"
FETCHED: Final = "订单 {order_no} 已在{store}取走{points}。用着有问题，{days}天内说“我要退货”就行。"
CODE: Final = "订单 {order_no} 的取货码：{code}\n到{store}（{address}，{hours}）给店员看就能取货。"
BOOKED_FOR: Final = "预约了{when}来取，要换时间说“改自提时间”。"
MAY_BOOK: Final = "想约个时间来取，说“改自提时间”。"
NOT_PAID: Final = "订单 {order_no} 付款后就给您取货码，请在{until}前付款。"
NONE_WAITING: Final = "您现在没有等着自提的订单，所以没有取货码。"
TAKEN_ALREADY: Final = "订单 {order_no} 已经取走了，取货码用过就作废了。"
NOT_FETCHED: Final = "订单 {order_no} 是快递送货，不用取货码。"
NO_MORE_CODE: Final = "订单 {order_no} {state}，没有取货码了。"
CODE_AFTER_GROUP: Final = "订单 {order_no} 还在拼团，成团后就给您取货码；到期没成团，全额自动退。"
CODE_COMING: Final = "订单 {order_no} 刚付款，取货码马上发给您。"

WHICH: Final = "您有{count}笔订单等着自提，要改哪一笔？"
NOTHING_TO_BOOK: Final = "您没有等着自提的订单，不用约时间。"
SENT_INSTEAD: Final = "订单 {order_no} 是快递送货，不用约自提时间。"
NO_NEED: Final = "{store}不用预约，{hours}随时来取就行。"
ALL_FULL: Final = "{store}这几天的时段都约满了。您可以过一天再约，或者打{phone}问一声。"
WHICH_DAY: Final = "订单 {order_no} 到{store}取货，哪天来？"
WHICH_TIME: Final = "{day}什么时候来？"
DAY_FULL: Final = "{day}没有能约的时段了，换一天吧。"
TIME_FULL: Final = "{when}约不上，换个时段吧。"
BOOKED: Final = "好的，订单 {order_no} 约在{when}，到{store}（{address}）来取，记得带上取货码。"
KEPT: Final = "好的，自提时间先不动。"
NO_PLACE_TO_CHANGE: Final = "订单 {order_no} 是到店自提，没有收货地址要改。换时间说“改自提时间”。"

ASKS_WHETHER: Final = re.compile(
    r"(?:请问|你好|您好|亲|你们|你家|咱们|店里|这个|这边|我|想问)*"
    r"(?:哪里|哪儿|哪些店|哪家店|怎么)?(?:可以|可不可以|能不能|能|支持|有没有|有)?"
    r"(?:到店|门店|上门)?(?:自提|自取|取货)(?:点|门店)?(?:在哪里?|在哪儿|有哪些)?"
    r"(?:吗|么|嘛|不|呢|啊|呀|可以吗|行吗|行不行)*"
)
"""Asks whether and where, and nothing else."""
ASKS_CODE: Final = re.compile(r"(?:取货|提货|自提|取件|核销)(?:码|号码|验证码)")
ASKS_TIME: Final = re.compile(
    r"(?:改|换|约|预约|更改|修改|调)(?:一下|下|个|成)?(?:到店)?(?:自提|取货|提货)的?(?:时间|时段|日期)"
    r"|(?:自提|取货|提货)的?(?:时间|时段|日期)(?:想|要|能|可以|帮我|我)*(?:改|换|约|调)"
    r"|预约(?:到店)?(?:自提|取货|提货)"
)
CANNOT_COME: Final = re.compile(r"[去来到]不了|[去来]不成|没空|没时间|不方便|有事")
_OF_DAY: Final = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|晚)?"
    r"(?P<hour>\d{1,2}|十[一二]?|[一二两三四五六七八九])"
    r"(?:[点时](?P<half>半)?|[:：](?P<minute>\d{2}))"
)
_HOURS: Final = {name: n for n, name in enumerate("一二三四五六七八九十", 1)} | {
    "两": 2,
    "十一": 11,
    "十二": 12,
}
_AFTERNOON: Final = frozenset({"下午", "傍晚", "晚上", "晚", "中午"})
_WEEKDAYS: Final = "一二三四五六日"


def stores_in_words(stores: Sequence[Store]) -> str:
    """The stores where orders are fetched, each in a line."""
    lines = [
        STORE.format(
            name=store.name,
            region=store.region,
            address=store.address,
            hours=store.opening_hours,
            phone=store.phone,
        )
        for store in stores
    ]
    return texts.fitting(lines)


def day_in_words(day: date, today: date) -> str:
    """`今天（11月23日）`, `周四（11月26日）`."""
    near = {0: "今天", 1: "明天", 2: "后天"}
    name = near.get((day - today).days) or f"周{_WEEKDAYS[day.weekday()]}"
    return f"{name}（{day.month}月{day.day}日）"


def slot_in_words(slot: FreeSlot) -> str:
    """`15:00–16:00`, as the customer's clock shows it."""
    return f"{_clock(slot.starts_at)}–{_clock(slot.ends_at)}"


def when_in_words(starts_at: datetime) -> str:
    """`11月24日 15:00`."""
    local = starts_at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def time_said(text: str) -> time | None:
    """The time of day that a message names: 下午三点半 is 15:30."""
    found = _OF_DAY.search(text)
    if found is None:
        return None
    written = found["hour"]
    hour = int(written) if written.isdecimal() else _HOURS[written]
    minute = 30 if found["half"] else int(found["minute"] or 0)
    if found["part"] in _AFTERNOON and hour < 12 and not (found["part"] == "中午" and hour > 9):
        hour += 12
    if hour > 23 or minute > 59:
        return None
    return time(hour, minute)


def begins_at(slot: FreeSlot, day: date, hour: time) -> bool:
    """Whether somebody who comes at that time of that day comes in this slot."""
    moment = datetime.combine(day, hour, SHANGHAI)
    return slot.starts_at <= moment < slot.ends_at


def day_of(slot: FreeSlot) -> date:
    """The day of a slot in Shanghai."""
    return slot.starts_at.astimezone(SHANGHAI).date()


def today_of(now: datetime) -> date:
    """The day that it is in Shanghai."""
    return now.astimezone(SHANGHAI).date()


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%H:%M}"
