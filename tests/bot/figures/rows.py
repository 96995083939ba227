"""Rows of a small shop whose figures can be counted on the fingers."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel

from bot.handover.service_tables import Rating, ServiceMiss
from bot.handover.tables import Handover, HandoverState, Reason
from bot.tables import ChatMessage, Conversation
from commerce.catalogue.tables import Product, Variant
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from commerce.ordering.tables import Cart, CartLine, Order, OrderLine
from commerce.payments.tables import Payment, Refund

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Of Monday in Shanghai."""
DAY = timedelta(days=1)


@dataclass
class Rows:
    """Writes rows as the shop would, each with no more than a figure reads."""

    session: Session
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add[Row: SQLModel](self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row

    def customer(self) -> int:
        return id_of(self.add(Customer(created_at=NOON, last_seen_at=NOON)))

    def talk(self, customer_id: int | None = None, channel: str = "official_account") -> int:
        user = f"o-{next(self._numbers)}"
        values: dict[str, Any] = {
            "channel": channel,
            "account": "wx",
            "external_user": user,
            "updated_at": NOON,
        }
        return id_of(self.add(Conversation(customer_id=customer_id, memory={}, **values)))

    def line(
        self,
        talk: int,
        at: datetime = NOON,
        author: str = "customer",
        kind: str = "text",
        intent: str = "",
    ) -> None:
        key = f"line-{next(self._numbers)}"
        sealed: dict[str, Any] = {"row_key": key, "words_sealed": b""}
        of: dict[str, Any] = {
            "conversation_id": talk,
            "author": author,
            "kind": kind,
            "intent": intent,
            "at": at,
        }
        self.add(ChatMessage(**sealed, **of))

    def handover(
        self,
        talk: int,
        at: datetime = NOON,
        reason: Reason = Reason.ASKED,
        state: HandoverState = HandoverState.ENDED,
        replied_after: int | None = None,
    ) -> int:
        replied = None if replied_after is None else at + timedelta(seconds=replied_after)
        owner = "staff:1" if state == HandoverState.OWNED else None
        of: dict[str, Any] = {
            "conversation_id": talk,
            "reason": reason,
            "state": state,
            "owner": owner,
        }
        episode = Handover(**of, queued_at=at, first_replied_at=replied, about={})
        return id_of(self.add(episode))

    def rating(self, score: int | None, at: datetime = NOON) -> None:
        talk = self.talk()
        of: dict[str, Any] = {"handover_id": self.handover(talk, at), "conversation_id": talk}
        self.add(Rating(**of, owner="staff:1", asked_at=at, score=score))

    def miss(self, clock: str, at: datetime = NOON) -> None:
        handover_id = self.handover(self.talk(), at)
        self.add(ServiceMiss(handover_id=handover_id, clock=clock, since=at, at=at))

    def variant(self, title: str) -> Variant:
        product = self.add(Product(title=title, attributes={}, updated_at=NOON))
        number = f"S{next(self._numbers)}"
        return self.add(Variant(product_id=id_of(product), sku=number, attributes={}, price=100))

    def cart(self, customer_id: int, variant: Variant, at: datetime = NOON) -> None:
        cart = self.add(Cart(customer_id=customer_id, updated_at=at))
        held: dict[str, Any] = {"cart_id": id_of(cart), "variant_id": id_of(variant)}
        self.add(CartLine(**held, quantity=1, added_at=at))

    def order(
        self, customer_id: int, payable: int, at: datetime = NOON, paid_at: datetime | None = None
    ) -> Order:
        key = f"order-{next(self._numbers)}"
        sealed: dict[str, Any] = {"recipient_sealed": b"", "phone_sealed": b"", "phone_digest": ""}
        rest: dict[str, Any] = {
            "detail_sealed": b"",
            "remark_sealed": b"",
            "region": "",
            "request_digest": "",
        }
        order = Order(
            order_no=key,
            customer_id=customer_id,
            goods_total=payable,
            payable=payable,
            row_key=key,
            idempotency_key=key,
            created_at=at,
            expires_at=at,
            paid_at=paid_at,
            **sealed,
            **rest,
        )
        return self.add(order)

    def ordered(self, order: Order, variant: Variant, quantity: int, total: int) -> None:
        of: dict[str, Any] = {"order_id": id_of(order), "variant_id": id_of(variant)}
        named: dict[str, Any] = {
            "product_id": variant.product_id,
            "title": "当时的名字",
            "label": "",
        }
        self.add(OrderLine(**of, **named, price=total, quantity=quantity, total=total))

    def refund(self, order: Order, amount: int, succeeded_at: datetime | None) -> None:
        number = f"R{next(self._numbers)}"
        when: dict[str, Any] = {"created_at": NOON, "expires_at": NOON, "ask_at": NOON}
        of: dict[str, Any] = {"order_id": id_of(order), "out_trade_no": number, "payer": "o"}
        payment = self.add(Payment(**of, amount=amount, state="paid", **when))
        moments: dict[str, Any] = {"created_at": NOON, "ask_at": NOON, "succeeded_at": succeeded_at}
        back: dict[str, Any] = {"payment_id": id_of(payment), "out_refund_no": number, "reason": ""}
        self.add(Refund(**back, amount=amount, **moments))
