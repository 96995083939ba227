"""What stands behind the placeholders of an answer, at this moment and for this customer."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final

from sqlmodel import func, select

from bot import texts
from bot.handlers import knowledge_words as words
from bot.handlers.deals import deals_in_words
from bot.handlers.live_freight import LiveFreight
from bot.handlers.pickup_words import stores_in_words
from bot.turn import Turn
from commerce.catalogue import queries as catalogue
from commerce.catalogue.tables import Product
from commerce.catalogue.views import ProductView
from commerce.knowledge import facts as shop_facts
from commerce.knowledge.facts import DAYS, FACTS, HOURS, NAMES, read_days, read_hours, read_names
from commerce.knowledge.placeholders import Unanswerable
from commerce.ordering import orders
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderState
from commerce.pickup.stores import list_open_stores
from commerce.shanghai import SHANGHAI

_THIS: Final = re.compile(r"[这那]|它")
SOME_FAR: Final = 3
"""So many remote regions are named when the customer named none."""


class LiveValues:
    """Values of placeholders, read once each. Raises Unanswerable for what nobody has written."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._live: Mapping[str, Callable[[], str]] = {
            "店名": lambda: turn.shop.name,
            "今天": lambda: _day(self._today),
            "付款时限": self._time_to_pay,
            "运费规则": self._freight_rule,
            "不发货地区": lambda: "、".join(self._unsent),
            "优惠活动": lambda: deals_in_words(turn),
            "送达": self._reach,
            "商品": self._goods,
            "商品退货": self._way_back,
            "放假安排": self._rest_plan,
            "自提门店": self._stores,
            "营业状态": self._shop_state,
            "客服状态": self._staff_state,
            "在售款数": self._goods_on_sale,
            "订单数": self._order_count,
            "最近订单": self._latest_order,
        }

    def __call__(self, name: str) -> str:
        """What the placeholder becomes."""
        return self._live[name]() if name in self._live else self._fact_in_words(name)

    @cached_property
    def _facts(self) -> dict[str, str]:
        return shop_facts.facts(self._turn.session)

    @cached_property
    def _today(self) -> date:
        return self._turn.now.astimezone(SHANGHAI).date()

    @cached_property
    def _product(self) -> ProductView | None:
        """The product spoken of, if the question points at one."""
        focus = self._turn.memory.focus
        if focus is None or not _THIS.search(self._turn.text):
            return None
        found = catalogue.list_products(self._turn.session, [focus])
        return found[0] if found else None

    @cached_property
    def _freight(self) -> LiveFreight:
        return LiveFreight(self._turn, None if self._product is None else self._product.id)

    def _freight_rule(self) -> str:
        return self._freight.rule()

    @property
    def _unsent(self) -> list[str]:
        return self._freight.unsent(read_names(self._fact("不发货地区")))

    def _fact(self, name: str) -> str:
        if name not in self._facts:
            raise Unanswerable(name)
        return self._facts[name]

    def _fact_in_words(self, name: str) -> str:
        value, kind = self._fact(name), FACTS[name]
        if kind is HOURS:
            return str(read_hours(value))
        if kind is NAMES:
            return "、".join(read_names(value))
        return _days(read_days(value)) if kind is DAYS else value

    def _time_to_pay(self) -> str:
        if self._turn.shop.answering is None:
            raise Unanswerable("付款时限")
        return str(self._turn.shop.answering.hold_minutes)

    def _reach(self) -> str:
        """Whether and when it arrives, in the region that the customer named."""
        days, far_days = self._fact("到货天数"), self._fact("偏远到货天数")
        far, out = read_names(self._fact("偏远地区")), self._unsent
        region = next(iter(self._turn.understanding.strings("region")), "")
        region = next((name for name in (*out, *far) if name in self._turn.text), region)
        region = texts.repeated(region)
        if not region:
            return words.REACHES_MOST.format(
                days=days, far="、".join(far[:SOME_FAR]), far_days=far_days, out="、".join(out)
            )
        if any(name in region for name in out) or self._freight.is_refused():
            return words.DOES_NOT_REACH.format(region=region)
        if any(name in region for name in far):
            carrier = self._fact("偏远快递")
            reach = words.REACHES_FAR.format(region=region, carrier=carrier, days=far_days)
        else:
            reach = words.REACHES.format(region=region, days=days)
        return f"{reach}，{self._freight.rule()}" if self._freight.is_charged else reach

    def _goods(self) -> str:
        if self._product is None:
            return words.ANY_GOODS
        return words.THESE_GOODS.format(title=texts.short(self._product.title))

    def _way_back(self) -> str:
        days, sealed = self._fact("无理由天数"), read_names(self._fact("拆封不退"))
        if self._product is None:
            return words.MAY_GO_BACK_MOSTLY.format(
                goods=self._goods(), days=days, categories="、".join(sealed)
            )
        category = self._product.category
        sentence = words.MAY_GO_BACK_UNOPENED if category in sealed else words.MAY_GO_BACK
        return sentence.format(goods=self._goods(), days=days, category=category)

    def _rest_plan(self) -> str:
        coming = [day for day in read_days(self._fact("休息日")) if day >= self._today]
        return words.RESTS.format(days=_days(coming)) if coming else words.RESTS_NOT

    def _stores(self) -> str:
        stores = list_open_stores(self._turn.session)
        if not stores:
            raise Unanswerable("自提门店")
        return stores_in_words(stores)

    def _shop_state(self) -> str:
        hours, rests = read_hours(self._fact("营业时间")), read_days(self._fact("休息日"))
        moment = self._turn.now.astimezone(SHANGHAI)
        opens = f"{hours.opens:%H:%M}"
        if self._today not in rests and hours.contain(moment.time()):
            return words.SHOP_OPEN
        if self._today not in rests and moment.time() < hours.opens:
            return words.SHOP_OPENS_LATER.format(opens=opens)
        next_day = self._today + timedelta(days=1)
        while next_day in rests:
            next_day += timedelta(days=1)
        is_tomorrow = next_day == self._today + timedelta(days=1)
        sentence = words.SHOP_RESTS if self._today in rests else words.SHOP_CLOSED
        return sentence.format(day="明天" if is_tomorrow else _day(next_day), opens=opens)

    def _staff_state(self) -> str:
        hours = read_hours(self._fact("客服时间"))
        is_here = hours.contain(self._turn.now.astimezone(SHANGHAI).time())
        return words.STAFF_HERE if is_here else words.STAFF_AWAY

    def _goods_on_sale(self) -> str:
        counted = select(func.count()).select_from(Product).where(Product.on_sale)
        return str(self._turn.session.exec(counted).one())

    def _order_count(self) -> str:
        mine = Order.customer_id == self._turn.customer_id
        counted = select(func.count()).select_from(Order).where(mine)
        return str(self._turn.session.exec(counted).one())

    def _latest_order(self) -> str:
        latest = orders.list_orders(self._turn.session, self._turn.customer_id, limit=1)
        if not latest:
            return ""
        state = STATE_NAMES[OrderState(latest[0].state)]
        return words.LATEST_ORDER.format(order_no=latest[0].order_no, state=state)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _days(days: list[date]) -> str:
    """`2月5日–2月8日、5月1日`: neighbouring days as one stretch."""
    stretches: list[tuple[date, date]] = []
    starts = days[:1] + [later for earlier, later in pairwise(days) if (later - earlier).days > 1]
    for start in starts:
        end = start
        while end + timedelta(days=1) in days:
            end += timedelta(days=1)
        stretches.append((start, end))
    return "、".join(
        _day(start) if start == end else f"{_day(start)}–{_day(end)}" for start, end in stretches
    )
