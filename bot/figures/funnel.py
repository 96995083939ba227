"""How far those who wrote came: from a chat to a search, a card, the cart, and the money."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Integer, Select, Subquery, case, cast, func, select, union
from sqlmodel import Session, col

from bot.figures.span import Span
from bot.figures.talking import CUSTOMER
from bot.tables import ChatMessage, Conversation
from commerce.inserting import core
from commerce.ordering.tables import Cart, CartLine, Order
from nlu.understanding import Intent

SEARCHES: Final = (Intent.SEARCH_PRODUCT, Intent.REFINE_SEARCH)
_CHAT, _SEARCH, _CARD, _CART, _PAID = range(1, 6)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Persons who came at least so far: who pays without a search has passed it all the same."""

    chatted: int
    searched: int
    saw_card: int
    filled_cart: int
    paid: int


def funnel(session: Session, span: Span) -> Funnel:
    """How far the customers came who wrote in these days.

    A person is counted once, on however many channels. A cart that was ordered is empty again:
    whoever placed an order had filled one.
    """
    talks, carts, paid = _talks(span), _carts(span), _paid(span)
    person = func.coalesce(col(Conversation.customer_id), -col(Conversation.id))
    furthest = case(
        (paid.c.customer_id.is_not(None), _PAID),
        (carts.c.customer_id.is_not(None), _CART),
        else_=talks.c.step,
    )
    persons = (
        select(func.max(furthest).label("step"))
        .select_from(talks)
        .join(Conversation, col(Conversation.id) == talks.c.conversation_id)
        .outerjoin(carts, carts.c.customer_id == col(Conversation.customer_id))
        .outerjoin(paid, paid.c.customer_id == col(Conversation.customer_id))
        .where(talks.c.has_customer == 1)
        .group_by(person)
        .subquery()
    )
    reached = [func.count(case((persons.c.step >= step, 1))) for step in range(_CHAT, _PAID + 1)]
    counts: list[int] = list(core(session).execute(select(*reached)).one())
    return Funnel(*counts)


def _talks(span: Span) -> Subquery:
    """Each conversation with how far its own lines say that it came."""
    is_customers = col(ChatMessage.author) == CUSTOMER
    step = case(
        (~is_customers & (col(ChatMessage.kind) == "card"), _CARD),
        (is_customers & col(ChatMessage.intent).in_(SEARCHES), _SEARCH),
        else_=_CHAT,
    )
    return (
        select(
            col(ChatMessage.conversation_id),
            func.max(step).label("step"),
            func.max(cast(is_customers, Integer)).label("has_customer"),
        )
        .where(span.holds(col(ChatMessage.at)))
        .group_by(col(ChatMessage.conversation_id))
        .subquery()
    )


def _carts(span: Span) -> Subquery:
    filled: Select[Any] = (
        select(col(Cart.customer_id))
        .join_from(Cart, CartLine, col(CartLine.cart_id) == col(Cart.id))
        .where(span.holds(col(CartLine.added_at)))
    )
    ordered = select(col(Order.customer_id)).where(span.holds(col(Order.created_at)))
    return union(filled, ordered).subquery()


def _paid(span: Span) -> Subquery:
    statement = select(col(Order.customer_id)).where(span.holds(col(Order.paid_at))).distinct()
    return statement.subquery()
