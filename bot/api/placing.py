"""One order to a key: the same request again gives the same order, another one is refused.

The request as a whole is compared, cart token included: by its lines alone it could not be,
because the first order empties the cart that the token stands for.
"""

from hashlib import sha256
from typing import Final

from sqlmodel import Session, col, select

from bot.api.choosing import choose
from bot.api.endpoint import Call
from bot.api.requests import NewOrder, OrderKey
from bot.api.shopfront import Shopfront
from commerce.customers.addresses import AddressInput
from commerce.customers.tables import Customer
from commerce.errors import IdempotencyConflict
from commerce.inserting import id_of
from commerce.ordering.placing import place_order
from commerce.ordering.tables import Order
from commerce.pickup.slots import book

_KEY_DIGITS: Final = 40


def place_once(session: Session, shop: Shopfront, call: Call[OrderKey, NewOrder]) -> Order:
    """The order that the caller's key stands for, placed now if it was not before.

    Raises ShopError; nothing is kept then, and the key is free again.
    """
    customer_id = call.caller.present_id(session)
    lock_customer(session, customer_id)
    prefix = key_prefix(call.parameters.key)
    # Keyed, because the body holds an address.
    whole_key = prefix + shop.sealer.digest(call.body.model_dump_json(), "order body")
    earlier = find_earlier(session, customer_id, prefix, whole_key)
    if earlier is not None:
        return earlier
    chosen = choose(session, shop.cart_tokens, customer_id, call.body, call.now)
    pickup = call.body.pickup
    order = place_order(
        session,
        shop.sealer,
        customer_id=customer_id,
        lines=chosen.lines,
        address=_address(call.body),
        expected_payable=call.body.payable,
        idempotency_key=whole_key,
        source=call.body.source if call.body.cart is None and call.body.source else chosen.source,
        now=call.now,
        hold_for=shop.hold_for,
        remark=call.body.remark,
        conversation_id=chosen.conversation_id,
        coupon_id=call.body.coupon_id,
        points=call.body.points,
        pickup_store_id=None if pickup is None else pickup.store_id,
        deal=None if call.body.deal is None else call.body.deal.deal(),
    )
    if pickup is not None and pickup.starts_at is not None:
        book(session, id_of(order), pickup.starts_at, call.now)
    return order


def _address(body: NewOrder) -> AddressInput:
    """Where the goods go; of one who fetches them there is a name and a phone alone."""
    if body.address is not None:
        return AddressInput(**body.address.model_dump())
    who = body.pickup
    return AddressInput(who.recipient if who else "", who.phone if who else "", "", "")


def find_earlier(session: Session, customer_id: int, prefix: str, whole_key: str) -> Order | None:
    """The order placed for this very request, or None. Raises IdempotencyConflict."""
    statement = select(Order).where(
        Order.customer_id == customer_id, col(Order.idempotency_key).startswith(prefix)
    )
    orders = session.exec(statement).all()
    # A merge of two customers may have put something behind the key.
    same = next((each for each in orders if each.idempotency_key.startswith(whole_key)), None)
    if same is None and orders:
        raise IdempotencyConflict("这个Idempotency-Key已用于另一笔订单", field="Idempotency-Key")
    return same


def lock_customer(session: Session, customer_id: int) -> None:
    """Have nobody else place an order for the customer until the transaction ends."""
    statement = select(Customer.id).where(Customer.id == customer_id)
    session.exec(statement.with_for_update(key_share=True)).one()


def key_prefix(key: str) -> str:
    """What the kept keys of all requests under one caller's key begin with."""
    return f"{sha256(key.encode()).hexdigest()[:_KEY_DIGITS]}:"
