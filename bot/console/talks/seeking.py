"""Finding conversations by what somebody of the shop remembers of them."""

import re
from collections.abc import Iterable, Set
from typing import Final

from sqlmodel import Session, col, select

from bot.console.talks.lines import open_words
from bot.console.talks.names import IS_THEIRS
from bot.tables import ChatMessage, Conversation
from commerce.customers.addresses import check_phone
from commerce.customers.merging import ids_of
from commerce.customers.nicknames import seek_called
from commerce.customers.tables import Address, Identity
from commerce.errors import InvalidInput
from commerce.ordering.tables import Order
from commerce.sealing import Sealer

LOOKED_THROUGH: Final = 3_000
"""The newest lines of all conversations whose words are searched: they are sealed one by one."""
_ORDER_NO: Final = re.compile(r"[0-9]{18}")
_NUMBER: Final = re.compile(r"(?:顾客|新访客|#)?\s*([0-9]{1,10})")


def seek(session: Session, sealer: Sealer, wanted: str) -> Set[int]:
    """Ids of conversations that `wanted` leads to: the number of an order, a whole telephone
    number, 顾客12, a nickname or a part of it, or words that were said lately."""
    plain = " ".join(wanted.split())
    found: set[int] = set()
    if _ORDER_NO.fullmatch(plain):
        buyers = select(Order.customer_id).where(Order.order_no == plain)
        found |= _of_customers(session, session.exec(buyers).all())
    elif number := _NUMBER.fullmatch(plain):
        found |= _of_customers(session, ids_of(session, int(number[1])))
        found |= _of_customers(session, _known_by_phone(session, sealer, plain))
    found |= _of_customers(session, seek_called(session, sealer, plain))
    return found | _who_said(session, sealer, plain)


def _known_by_phone(session: Session, sealer: Sealer, written: str) -> list[int]:
    try:
        digest = sealer.digest(check_phone(written), "phone")
    except InvalidInput:
        return []
    return list(session.exec(select(Address.customer_id).where(Address.phone_digest == digest)))


def _of_customers(session: Session, customer_ids: Iterable[int]) -> set[int]:
    ids = set(customer_ids)
    is_of = col(Conversation.customer_id).in_(ids) | col(Identity.customer_id).in_(ids)
    statement = select(Conversation.id).outerjoin(Identity, IS_THEIRS).where(is_of)
    return {number for number in session.exec(statement) if number is not None}


def _who_said(session: Session, sealer: Sealer, wanted: str) -> set[int]:
    newest = select(ChatMessage).order_by(col(ChatMessage.id).desc()).limit(LOOKED_THROUGH)
    sought = wanted.casefold()
    return {
        row.conversation_id
        for row in session.exec(newest)
        if sought in open_words(sealer, row).casefold()
    }
