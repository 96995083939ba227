"""Which words and card a customer is welcomed with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from bot.contacts.shifts import DAY, is_within
from bot.contacts.tables import Place, Welcome
from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput, NotFound

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)
LONGEST: Final = {Place.CONTACT: 4000, Place.CUSTOMER_SERVICE: 1024}
"""Bytes of the words (企业微信 发送新客户欢迎语; 微信客服 发送欢迎语等事件响应消息)."""
MOST_OPTIONS: Final = 10


def choose_welcome(session: Session, place: Place, code_key: str, at: datetime) -> Welcome | None:
    """The most fitting of those that are on at this moment, or None.

    One of the very code goes before one for all, a narrower stretch of time before a wider one.
    """
    statement = (
        select(Welcome)
        .where(
            Welcome.place == place,
            Welcome.is_active,
            or_(Welcome.code_key == code_key, Welcome.code_key == ""),
        )
        .order_by(col(Welcome.id))
    )
    fitting = [
        each
        for each in session.exec(statement).all()
        if is_within(each.weekdays, each.from_minute, each.to_minute, at)
    ]
    return min(fitting, key=lambda each: (each.code_key == "", _width(each)), default=None)


def save_welcome(session: Session, welcome: Welcome) -> Welcome:
    """Keep a welcome, new or changed. Raises InvalidInput, naming the field."""
    longest = LONGEST[Place(welcome.place)]
    if not welcome.words.strip():
        raise InvalidInput("请写欢迎语", field="words")
    if len(welcome.words.encode()) > longest:
        raise InvalidInput(
            f"欢迎语太长，最多{longest}字节（约{longest // 3}个汉字）", field="words"
        )
    check(welcome.words, TextKind.OFFER, "words")
    if not welcome.weekdays or any(day not in EVERY_DAY for day in welcome.weekdays):
        raise InvalidInput("请选在星期几用", field="weekdays")
    if welcome.place == Place.CUSTOMER_SERVICE and welcome.product_id:
        raise InvalidInput("微信客服的欢迎语只能是文字和菜单", field="product_id")
    if welcome.place == Place.CONTACT and welcome.options:
        raise InvalidInput("加好友的欢迎语不能带菜单", field="options")
    if len(welcome.options) > MOST_OPTIONS:
        raise InvalidInput(f"最多{MOST_OPTIONS}个选项", field="options")
    session.add(welcome)
    session.flush()
    return welcome


def get_welcome(session: Session, welcome_id: int) -> Welcome:
    """One of them. Raises NotFound."""
    found = session.get(Welcome, welcome_id)
    if found is None:
        raise NotFound("没有这条欢迎语")
    return found


def list_welcomes(session: Session) -> Sequence[Welcome]:
    """All of them, those for all last."""
    statement = select(Welcome).order_by(
        col(Welcome.place), col(Welcome.code_key).desc(), col(Welcome.id)
    )
    return session.exec(statement).all()


def _width(welcome: Welcome) -> int:
    length = (welcome.to_minute - welcome.from_minute) % DAY or DAY
    return length * len(welcome.weekdays)
