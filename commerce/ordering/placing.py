"""Placing an order: goods held, price confirmed, everything of that day written down."""

import json
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, func, select

from commerce.catalogue import stock
from commerce.customers.addresses import (
    AddressInput,
    check_address,
    check_contact,
    save_address,
    seal_address,
    whole_place,
)
from commerce.customers.merging import get_customer
from commerce.customers.tables import Customer
from commerce.deals import desk
from commerce.deals.choices import Deal, DealKind
from commerce.errors import IdempotencyConflict, IllegalMove, InvalidInput, PriceChanged
from commerce.inserting import core, id_of, insert_once
from commerce.membership import points as points_account
from commerce.money import yuan
from commerce.ordering import cart
from commerce.ordering.lines import (
    WantedLine,
    price_lines,
    refuse_shortage,
    sum_by_variant,
)
from commerce.ordering.orders import remark_place
from commerce.ordering.quoting import Choices, quote_lines
from commerce.ordering.settlement import settle
from commerce.ordering.states import announce_about, record_move
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.pickup.stores import get_open_store
from commerce.pricing.quote import Quote, QuotedLine
from commerce.promotions import coupons
from commerce.sealing import Sealer
from commerce.shanghai import SHANGHAI
from commerce.sources.coming import came_by

LONGEST_REMARK: Final = 200
LONGEST_SOURCE: Final = 64
MOST_UNPAID: Final = 5
"""Orders of a customer that wait to be paid: so many goods may be held for nothing, not more."""
_TAIL_DIGITS: Final = 10
_TRIES_FOR_A_NUMBER: Final = 5
_NOT_IN_A_SOURCE: Final = re.compile(r"[^\w.:-]")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")

_ORDER_LINE = SQLModel.metadata.tables[OrderLine.__tablename__]


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a buyer asks for, in its proper form."""

    quantities: dict[int, int]
    address: AddressInput
    expected_payable: int
    remark: str
    source: str
    coupon_id: int | None
    points: int
    pickup_store_id: int | None
    deal: Deal | None

    def digest(self, sealer: Sealer) -> str:
        """Equal for equal requests, however their lines are split or sorted; tells no address."""
        plain = {**asdict(self), "quantities": sorted(self.quantities.items())}
        return sealer.digest(json.dumps(plain, ensure_ascii=False, sort_keys=True), "order request")


def place_order(
    session: Session,
    sealer: Sealer,
    *,
    customer_id: int,
    lines: Iterable[WantedLine],
    address: AddressInput,
    expected_payable: int,
    idempotency_key: str,
    source: str,
    now: datetime,
    hold_for: timedelta,
    remark: str = "",
    conversation_id: int | None = None,
    coupon_id: int | None = None,
    points: int = 0,
    pickup_store_id: int | None = None,
    deal: Deal | None = None,
) -> Order:
    """Place an order and hold its goods for `hold_for`. Announces order_placed.

    The same key with the same request gives the same order again. What was bought leaves the
    customer's cart; the coupon is used and the points are spent with the order, and come back
    when it closes unpaid. With `pickup_store_id` it is fetched there: of the address only recipient
    and phone count. Under a `deal` its price and its limits hold, and what the deal refuses with is
    raised. Nothing is written when it raises: InvalidInput, NotFound, OutOfStock,
    PriceChanged, IdempotencyConflict, or IllegalMove when too many orders wait to be paid.
    """
    if _KEY.fullmatch(idempotency_key) is None:
        raise InvalidInput("缺少有效的Idempotency-Key", field="Idempotency-Key")
    request = OrderRequest(
        sum_by_variant(lines),
        check_address(address) if pickup_store_id is None else check_contact(address),
        expected_payable,
        _check_remark(remark),
        _NOT_IN_A_SOURCE.sub("", source)[:LONGEST_SOURCE],
        coupon_id,
        points,
        pickup_store_id,
        deal,
    )
    buyer_id = _lock_buyer(session, customer_id)
    earlier = _find_earlier(session, sealer, buyer_id, idempotency_key, request)
    if earlier is not None:
        return earlier
    _refuse_too_many_unpaid(session, buyer_id)
    priced = _confirm(session, buyer_id, request, now)
    order = _insert(
        session,
        now,
        customer_id=buyer_id,
        conversation_id=conversation_id,
        idempotency_key=idempotency_key,
        created_at=now,
        expires_at=_pay_until(session, deal, now, hold_for),
        came_by=came_by(session, buyer_id, now),
        **_columns(sealer, request, _destination(session, request), priced),
    )
    if deal is not None:  # Before the stock: what a flash sale has set aside is given to it here.
        desk.bind(session, deal, order, request.quantities, now)
    _begin(session, order, priced, now)
    if priced.coupon_id is not None:
        coupons.redeem(session, buyer_id, priced.coupon_id, id_of(order), now)
    if priced.points_spent:
        points_account.spend(session, buyer_id, id_of(order), priced.points_spent, now)
    if deal is None:
        cart.take_out(session, buyer_id, request.quantities, now)
    if pickup_store_id is None:
        save_address(session, sealer, buyer_id, request.address, now)
    if order.payable == 0:
        settle(session, id_of(order), actor="shop", reason="无需付款", paid_at=now, now=now)
    return order


def _pay_until(session: Session, deal: Deal | None, now: datetime, hold_for: timedelta) -> datetime:
    latest = None if deal is None else desk.latest_at(session, deal, now)
    return now + hold_for if latest is None else min(latest, now + hold_for)


def new_order_no(now: datetime) -> str:
    """18 digits: the day in Shanghai, then ten that nobody can guess."""
    tail = secrets.randbelow(10**_TAIL_DIGITS)
    return f"{now.astimezone(SHANGHAI):%Y%m%d}{tail:0{_TAIL_DIGITS}d}"


def _lock_buyer(session: Session, customer_id: int) -> int:
    """One order of a customer at a time: a repeated request waits for the first.

    The id of who the customer is now, if they were merged.
    """
    buyer_id = id_of(get_customer(session, customer_id))
    statement = select(Customer).where(Customer.id == buyer_id).with_for_update(key_share=True)
    buyer = session.exec(statement.execution_options(populate_existing=True)).one()
    return buyer_id if buyer.merged_into_id is None else _lock_buyer(session, buyer_id)


def _find_earlier(
    session: Session, sealer: Sealer, customer_id: int, key: str, request: OrderRequest
) -> Order | None:
    statement = select(Order).where(Order.customer_id == customer_id, Order.idempotency_key == key)
    order = session.exec(statement).first()
    if order is not None and order.request_digest != request.digest(sealer):
        raise IdempotencyConflict("这个Idempotency-Key已用于另一笔订单", order_no=order.order_no)
    return order


def _refuse_too_many_unpaid(session: Session, customer_id: int) -> None:
    statement = select(func.count()).where(
        Order.customer_id == customer_id, Order.state == OrderState.UNPAID
    )
    if session.exec(statement).one() >= MOST_UNPAID:
        raise IllegalMove(f"您有{MOST_UNPAID}笔订单还没付款，请先付款或取消，再下新的订单")


def _confirm(session: Session, buyer_id: int, request: OrderRequest, now: datetime) -> Quote:
    """The quote of this moment, with its variants locked, if the goods and the price still hold."""
    lines = price_lines(session, request.quantities, lock=True)
    if request.deal is None or request.deal.kind != DealKind.FLASH_SALE:
        refuse_shortage(lines)  # A flash sale has pieces of its own.
    is_fetched = request.pickup_store_id is not None
    place = whole_place(request.address)
    choices = Choices(request.coupon_id, request.points, place, is_fetched, request.deal)
    priced = quote_lines(session, buyer_id, lines, now, choices)
    _refuse_region(priced, request.address.region)
    if priced.payable != request.expected_payable:
        raise PriceChanged(
            f"价格有变动，现在应付{yuan(priced.payable)}，请确认后再下单", quote=priced.as_json()
        )
    return priced


def _refuse_region(priced: Quote, region: str) -> None:
    if priced.freight_is_estimate:  # What sending there costs, and whether it may be, is unknown.
        raise InvalidInput(
            "所在地区认不出来，请写成“浙江省 杭州市 西湖区”这样", field="address.region"
        )
    unsent = [line.title for line in priced.lines if line.variant_id in priced.refused]
    if unsent:
        titles = "、".join(f"“{title}”" for title in unsent)
        raise InvalidInput(
            f"{titles}不送到{region}，请换个地址或去掉它再下单", field="address.region"
        )


def _destination(session: Session, request: OrderRequest) -> AddressInput:
    """Where the goods go: to the customer, or stay at the store where they are fetched."""
    if request.pickup_store_id is None:
        return request.address
    store = get_open_store(session, request.pickup_store_id)
    place = f"{store.address} {store.name}"
    return replace(request.address, region=store.region, detail=place)


def _columns(
    sealer: Sealer, request: OrderRequest, destination: AddressInput, priced: Quote
) -> dict[str, Any]:
    row_key = uuid.uuid4().hex
    return {
        **seal_address(sealer, Order.__tablename__, row_key, destination),
        "pickup_store_id": request.pickup_store_id,
        "remark_sealed": sealer.seal(request.remark, remark_place(row_key)),
        "state": OrderState.UNPAID,
        "goods_total": priced.goods_total,
        "discount": priced.discount,
        "freight": priced.freight,
        "payable": priced.payable,
        "steps": [asdict(step) for step in priced.steps],
        "coupon_id": priced.coupon_id,
        "points_spent": priced.points_spent,
        "points_given": priced.points_given,
        "gifts": list(priced.gifts),
        "deal": request.deal.kind if request.deal else "",
        "awaits_group": False,
        "source": request.source,
        "request_digest": request.digest(sealer),
    }


def _insert(session: Session, now: datetime, **columns: Any) -> Order:
    for _ in range(_TRIES_FOR_A_NUMBER):
        order_no = new_order_no(now)
        if insert_once(session, Order, order_no=order_no, **columns):
            return session.exec(select(Order).where(Order.order_no == order_no)).one()
    raise RuntimeError("no free order number was found")  # Ten billion a day: it cannot be.


def _begin(session: Session, order: Order, priced: Quote, now: datetime) -> None:
    """Hold the goods, write down the lines of that day and the first line of its history."""
    quantities = {line.variant_id: line.quantity for line in priced.lines}
    stock.reserve(session, id_of(order), quantities, now)
    core(session).execute(
        insert(_ORDER_LINE), [_line_columns(id_of(order), line) for line in priced.lines]
    )
    actor = f"customer:{order.customer_id}"
    record_move(session, order, None, OrderState.UNPAID, actor=actor, reason="下单", now=now)
    announce_about(session, "order_placed", order, now, source=order.source)


def _line_columns(order_id: int, line: QuotedLine) -> dict[str, Any]:
    columns = asdict(line)
    del columns["gross"]  # It is price times quantity.
    return {"order_id": order_id, "rebate": 0, **columns}


def _check_remark(remark: str) -> str:
    plain = " ".join(remark.replace("\0", "").split())
    if len(plain) > LONGEST_REMARK:
        raise InvalidInput(f"备注最多{LONGEST_REMARK}个字", field="remark")
    return plain
