"""What somebody who takes a conversation over should know at a glance."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from bot import reply_window
from bot.handover.notes import list_notes
from bot.reply_window import WINDOWS
from bot.tables import ChatMessage, Conversation
from commerce.errors import NotFound
from commerce.group_buys import queries as group_buys
from commerce.membership.points import points_of
from commerce.ordering import cart
from commerce.ordering.orders import list_orders
from commerce.promotions.coupons import list_owned
from commerce.sealing import Sealer

MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Summary:
    """Plain values, the latest first. Amounts are fen, moments aware UTC."""

    intents: list[dict[str, Any]]
    """What the customer wanted: `intent` and `at`."""
    cart: dict[str, Any]
    """`lines` of sku, title, label, quantity and price; `pieces` and `total`."""
    orders: list[dict[str, Any]]
    points: int
    coupons: list[dict[str, Any]]
    group_buys: list[dict[str, Any]]
    quota: dict[str, Any]
    """How many messages may still be sent (`left`), and until when (`until`, or None)."""
    notes: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """The same with moments as text."""
        written: dict[str, Any] = _plain(asdict(self))
        return written


def summary_of(session: Session, sealer: Sealer, conversation_id: int, now: datetime) -> Summary:
    """What is known of the customer of a conversation, in a fixed number of queries.

    Raises NotFound for a conversation that is not there.
    """
    talk = session.get(Conversation, conversation_id)
    if talk is None:
        raise NotFound("没有这个会话")
    customer_id = talk.customer_id
    held = None if customer_id is None else cart.view(session, customer_id)
    lines = held.lines if held else ()
    return Summary(
        intents=_intents(session, conversation_id),
        cart={
            "lines": [
                {
                    "sku": line.sku,
                    "title": line.title,
                    "label": line.label,
                    "quantity": line.quantity,
                    "price": line.price,
                }
                for line in lines
            ],
            "pieces": sum(line.quantity for line in lines),
            "total": sum(line.total for line in lines),
        },
        orders=_orders(session, customer_id),
        points=0 if customer_id is None else points_of(session, customer_id),
        coupons=_coupons(session, customer_id, now),
        group_buys=_group_buys(session, customer_id),
        quota=_quota(talk, now),
        notes=[
            {"author": note.author, "words": note.words, "at": note.at}
            for note in reversed(list_notes(session, sealer, conversation_id))
        ],
    )


def _intents(session: Session, conversation_id: int) -> list[dict[str, Any]]:
    rows = session.exec(
        select(ChatMessage.intent, ChatMessage.at)
        .where(ChatMessage.conversation_id == conversation_id, ChatMessage.intent != "")
        .order_by(col(ChatMessage.id).desc())
        .limit(MOST)
    )
    return [{"intent": intent, "at": at} for intent, at in rows]


def _orders(session: Session, customer_id: int | None) -> list[dict[str, Any]]:
    found = [] if customer_id is None else list_orders(session, customer_id, limit=MOST)
    return [
        {
            "order_no": order.order_no,
            "state": order.state,
            "payable": order.payable,
            "at": order.created_at,
        }
        for order in found
    ]


def _coupons(session: Session, customer_id: int | None, now: datetime) -> list[dict[str, Any]]:
    found = () if customer_id is None else list_owned(session, customer_id, now)
    return [{"id": each.id, "name": each.name, "threshold": each.threshold} for each in found]


def _group_buys(session: Session, customer_id: int | None) -> list[dict[str, Any]]:
    found = [] if customer_id is None else group_buys.list_own(session, customer_id, limit=MOST)
    return [
        {
            "group_no": each.group_no,
            "title": each.activity.title,
            "state": each.state.value,
            "missing": each.missing,
            "expires_at": each.expires_at,
        }
        for each in found
    ]


def _quota(talk: Conversation, now: datetime) -> dict[str, Any]:
    window = WINDOWS.get(talk.window_opened_by or "")
    left = reply_window.room(talk, now)
    until = talk.window_opened_at + window.lasts if window and talk.window_opened_at else None
    return {"left": left, "until": until if left else None}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value
