"""What happens in a dialogue besides talk: the mini-program, the shop, the carrier, the clock."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from sqlmodel import Session, col, select

from commerce.aftersale import deciding
from commerce.aftersale.paying_back import record_refund_result
from commerce.aftersale.tables import AfterSale
from commerce.catalogue import stock
from commerce.customers.addresses import AddressInput
from commerce.deals.choices import GroupDeal
from commerce.inserting import id_of
from commerce.ordering import cart, orders
from commerce.ordering.lines import WantedLine, sum_by_variant
from commerce.ordering.placing import place_order
from commerce.ordering.quoting import quote_for
from commerce.ordering.receipt import receive
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from commerce.parcels import tracking
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.shipping import ship
from commerce.parcels.tables import ParcelState
from commerce.payments.closing import cancel_order
from commerce.payments.opening import open_payment
from commerce.payments.settling import record_paid
from commerce.payments.tables import Refund, RefundState
from miniprogram_cards.paths import CHECKOUT_PAGE, parse
from tests.dialogues.chat import OPENID, SOMEBODY_ELSE, Chat
from tests.dialogues.checkouts import Wanted, hand_over, issue_invoice, read_wanted
from tests.dialogues.grammar import parts
from tests.dialogues.group_places import group_place
from tests.dialogues.rows import Unreadable, find_variant, goods

ADDRESS: Final = AddressInput(
    "王小明", "13800138000", "浙江省 杭州市 西湖区", "文三路 1 号 2 幢 301"
)
SOMEBODY_ELSES: Final = AddressInput("林晓月", "13900139000", "四川省 成都市 锦江区", "红星路 8 号")
HOLD: Final = timedelta(minutes=30)
_LATER: Final = re.compile(r"(\d+)(分钟|小时|天)后")
_UNITS: Final = {"分钟": "minutes", "小时": "hours", "天": "days"}
_SCANS: Final = {
    "揽收": ParcelState.COLLECTED,
    "运输": ParcelState.MOVING,
    "派送": ParcelState.DELIVERING,
    "待取": ParcelState.WAITING,
    "签收": ParcelState.DELIVERED,
    "异常": ParcelState.TROUBLED,
}
_numbers = count(1)


def take_in(session: Session, number: str, **about: Any) -> None:
    """A parcel is at the shop and what is in it is good."""
    deciding.arrive(session, number, **about)
    deciding.accept(session, number, **about)


_DECISIONS: Final[Mapping[str, Callable[..., object]]] = {
    "同意": deciding.agree,
    "拒绝": deciding.refuse,
    "验收": take_in,
    "办完": deciding.finish,
}


@dataclass
class Numbers:
    """The numbers that come up in a dialogue, oldest first."""

    orders: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Somebody else's orders."""
    parcels: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Deed:
    """One thing that somebody does, within a transaction."""

    session: Session
    chat: Chat
    numbers: Numbers

    @property
    def now(self) -> datetime:
        """The shop's time."""
        return self.chat.clock.now()

    def do(self, who: str, words: str) -> None:
        """Do what the words say. Raises Unreadable when they say nothing known."""
        deed, _, about = words.partition(" ")
        deeds = self._deeds(who)
        if deed not in deeds:
            raise Unreadable(f"{who}不能“{deed}”，可以{'、'.join(deeds)}")
        deeds[deed](about)

    def _deeds(self, who: str) -> Mapping[str, Callable[[str], None]]:
        match who:
            case "小程序":
                return {
                    "下单": self._order,
                    "开团": lambda words: self._order_in_group(words, joins=False),
                    "参团": lambda words: self._order_in_group(words, joins=True),
                    "付款": self._pay,
                    "取消": self._cancel,
                    "收货": self._receive,
                }
            case "店里":
                return {
                    "打包": lambda which: self._move(which, OrderState.PACKED),
                    "发货": self._ship,
                    "卖光": self._sell_out,
                    "到账": self._money_is_back,
                    "核销": self._hand_over,
                    "开票": lambda _: issue_invoice(self.session, self.now),
                    **{each: self._decision(each) for each in _DECISIONS},
                }
            case "快递":
                return {each: self._scan(state) for each, state in _SCANS.items()}
            case _:
                return {
                    "下单": self._order_for_somebody_else,
                    "开团": lambda words: self._somebody_else_in_group(words, joins=False),
                    "参团": lambda words: self._somebody_else_in_group(words, joins=True),
                }

    def _order(self, words: str) -> None:
        wanted = read_wanted(words)
        lines = self._wanted(wanted.goods) if wanted.goods else self._cart_of_the_card()
        conversation_id = self.chat.conversation_id(self.session)
        order = self._place(OPENID, lines, ADDRESS, conversation_id, wanted)
        self.numbers.orders.append(order.order_no)

    def _order_for_somebody_else(self, words: str) -> None:
        lines = self._wanted(words)
        wanted = Wanted(words)
        order = self._place(SOMEBODY_ELSE, lines, SOMEBODY_ELSES, None, wanted)
        self.numbers.others.append(order.order_no)

    def _order_in_group(self, words: str, *, joins: bool) -> None:
        lines = self._wanted(words)
        place = group_place(self.session, lines[0].variant_id, self.now, joins=joins)
        conversation_id = self.chat.conversation_id(self.session)
        order = self._place(OPENID, lines, ADDRESS, conversation_id, Wanted(words), place)
        self.numbers.orders.append(order.order_no)

    def _somebody_else_in_group(self, words: str, *, joins: bool) -> None:
        """Somebody else opens or joins a group: orders, and pays at once."""
        lines = self._wanted(words)
        place = group_place(self.session, lines[0].variant_id, self.now, joins=joins)
        order = self._place(SOMEBODY_ELSE, lines, SOMEBODY_ELSES, None, Wanted(words), place)
        self.numbers.others.append(order.order_no)
        self._settle(order, SOMEBODY_ELSE)

    def _place(
        self,
        openid: str,
        lines: Sequence[WantedLine],
        address: AddressInput,
        conversation_id: int | None,
        wanted: Wanted,
        deal: GroupDeal | None = None,
    ) -> Order:
        customer_id = self.chat.customer_id(self.session, openid)
        choices = wanted.choose(self.session, customer_id, address.region, self.now)
        choices = replace(choices, deal=deal)
        quote = quote_for(self.session, customer_id, sum_by_variant(lines), self.now, choices)
        return place_order(
            self.session,
            self.chat.shop.sealer,
            customer_id=customer_id,
            lines=lines,
            address=address,
            expected_payable=quote.payable,
            idempotency_key=f"dialogue-{next(_numbers)}",
            source="dialogue",
            now=self.now,
            hold_for=HOLD,
            conversation_id=conversation_id,
            coupon_id=choices.coupon_id,
            points=choices.points,
            pickup_store_id=wanted.store_id(self.session),
            deal=deal,
        )

    def _wanted(self, words: str) -> list[WantedLine]:
        wanted = [goods(part) for part in parts(words)]
        return [WantedLine(id_of(find_variant(self.session, each)), each.pieces) for each in wanted]

    def _cart_of_the_card(self) -> tuple[WantedLine, ...]:
        """The cart as the mini-program opens it, from the checkout card that came last."""
        paths = [parse(path) for path in self.chat.cards]
        tokens = [path.subject for path in paths if path.page == CHECKOUT_PAGE]
        if not tokens:
            raise Unreadable("还没有收到结算卡片，不能下单")
        said = self.chat.shop.cart_tokens.read(tokens[-1], self.now)
        return cart.view(self.session, said.customer_id).wanted()

    def _pay(self, which: str) -> None:
        self._settle(self._own(which), OPENID)

    def _settle(self, order: Order, openid: str) -> None:
        payment = open_payment(self.session, order, openid, self.now)
        record_paid(
            self.session,
            out_trade_no=payment.out_trade_no,
            transaction_id=f"42000-{payment.out_trade_no}",
            amount=payment.amount,
            payer=openid,
            success_time=self.now,
            now=self.now,
        )

    def _cancel(self, which: str) -> None:
        order = self._own(which)
        cancel_order(self.session, order.customer_id, order.order_no, self.now)

    def _move(self, which: str, to: OrderState) -> None:
        order_id = id_of(self._own(which))
        move(self.session, order_id, to, actor="dialogue", reason="dialogue", now=self.now)

    def _receive(self, which: str) -> None:
        order_id = id_of(self._own(which))
        receive(self.session, order_id, actor="dialogue", reason="dialogue", now=self.now)

    def _ship(self, words: str) -> None:
        name, _, number = words.partition(" ")
        codes = [code for code, each in CARRIERS.items() if name and name in each.name]
        if len(codes) != 1 or not number:
            raise Unreadable("发货写成“发货 顺丰 SF1234567890123”")
        parcel = ship(
            self.session,
            id_of(self._own("")),
            carrier=codes[0],
            tracking_no=number,
            actor="dialogue",
            now=self.now,
        )
        self.numbers.parcels.append(parcel.tracking_no)

    def _scan(self, state: ParcelState) -> Callable[[str], None]:
        def scan(said: str) -> None:
            parcels = tracking.list_parcels(self.session, [id_of(self._own(""))])
            if not parcels:
                raise Unreadable("还没有发货，快递没有包裹")
            track = tracking.Track(state, (tracking.Scan(self.now, said),))
            sealer = self.chat.shop.sealer
            tracking.record(self.session, sealer, id_of(parcels[-1]), track, self.now)

        return scan

    def _sell_out(self, wanted: str) -> None:
        variant_id = id_of(find_variant(self.session, goods(f"{wanted}×1")))
        left = stock.available(self.session, [variant_id])[variant_id]
        stock.correct(self.session, variant_id, -left, "correction", self.now)

    def _decision(self, deed: str) -> Callable[[str], None]:
        def decide(note: str) -> None:
            latest = select(AfterSale.request_no).order_by(col(AfterSale.id).desc())
            number = self.session.exec(latest).first()
            if number is None:
                raise Unreadable(f"没有申请可以{deed}")
            _DECISIONS[deed](self.session, number, actor="dialogue", note=note, now=self.now)

        return decide

    def _hand_over(self, which: str) -> None:
        hand_over(self.session, self.chat.shop.sealer, self._own(which), self.now)

    def _money_is_back(self, _: str) -> None:
        latest = self.session.exec(select(Refund).order_by(col(Refund.id).desc())).first()
        if latest is None:
            raise Unreadable("没有退款可以到账")
        number = latest.out_refund_no
        record_refund_result(self.session, number, RefundState.SUCCEEDED, self.now)

    def _own(self, which: str) -> Order:
        """The customer's order `订单2`, or the latest when none is named."""
        place = which.removeprefix("订单") if which else str(len(self.numbers.orders))
        if not place.isdecimal() or not 0 < int(place) <= len(self.numbers.orders):
            raise Unreadable(f"没有“{which or '订单'}”")
        customer_id = self.chat.customer_id(self.session)
        return orders.get_order(self.session, customer_id, self.numbers.orders[int(place) - 1])


def later(words: str) -> timedelta:
    """What `30分钟后` says. Raises Unreadable."""
    match = _LATER.fullmatch(words.strip())
    if match is None:
        raise Unreadable("时间写成“30分钟后”“2小时后”“3天后”")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
