"""Placeholders in a campaign's words: a fixed list, each read from the shop when it is said."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.nicknames import read_nicknames
from commerce.membership.levels import standing
from commerce.membership.points import points_of
from commerce.ordering import cart
from commerce.ordering.tables import Order, OrderLine
from commerce.promotions.coupons import list_held
from commerce.sealing import Sealer
from commerce.shanghai import SHANGHAI

LONGEST_VALUE: Final = 24
"""Characters of what is put in: a title may be longer than the sentence around it."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what is spoken of."""

    session: Session
    sealer: Sealer
    customer_id: int
    shop_name: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What may stand in braces. `otherwise` is said where there is nothing to say."""

    name: str
    hint: str
    otherwise: str
    read: Callable[[About], str]
    is_personal: bool = True
    """Whether it differs from customer to customer: mass tasks and groups cannot have such."""


def _nickname(about: About) -> str:
    names = read_nicknames(about.session, about.sealer, [about.customer_id])
    return names.get(about.customer_id, "")


def _level(about: About) -> str:
    level = standing(about.session, about.customer_id).level
    return "" if level is None else level.name


def _points(about: About) -> str:
    return str(max(0, points_of(about.session, about.customer_id)))


def _coupons(about: About) -> str:
    held = list_held(about.session, about.customer_id, about.now)
    return str(len(held)) if held else ""


def _lapsing_coupon(about: About) -> str:
    held = list_held(about.session, about.customer_id, about.now)
    return held[0].owned.name if held else ""


def _lapses_on(about: About) -> str:
    held = list_held(about.session, about.customer_id, about.now)
    if not held:
        return ""
    day = held[0].valid_until.astimezone(SHANGHAI)
    return f"{day.month}月{day.day}日"


def _in_cart(about: About) -> str:
    lines = cart.view(about.session, about.customer_id).lines
    return lines[0].title if lines else ""


def _bought(about: About) -> str:
    statement = (
        select(OrderLine.title)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(Order.customer_id == about.customer_id, col(Order.paid_at).is_not(None))
        .order_by(col(Order.paid_at).desc(), col(OrderLine.id))
        .limit(1)
    )
    return about.session.exec(statement).first() or ""


def _shop(about: About) -> str:
    return about.shop_name


PLACEHOLDERS: Final[Mapping[str, Placeholder]] = {
    each.name: each
    for each in (
        Placeholder("称呼", "顾客的昵称", "亲", _nickname),
        Placeholder("等级", "会员等级", "会员", _level),
        Placeholder("积分", "现有积分", "0", _points),
        Placeholder("优惠券数", "还没用的券有几张", "0", _coupons),
        Placeholder("快过期的券", "最先过期的那张券", "优惠券", _lapsing_coupon),
        Placeholder("券到期日", "那张券哪天过期", "近期", _lapses_on),
        Placeholder("购物车商品", "购物车里最早放的商品", "购物车里的商品", _in_cart),
        Placeholder("上次购买", "最近一单的第一件商品", "您买过的商品", _bought),
        Placeholder("店名", "店铺的名字", "本店", _shop, is_personal=False),
    )
}
"""By what stands in the braces, in the order in which editors show them."""
_BRACED: Final = re.compile(r"\{([^{}\n]{1,20})\}")


def used_in(text: str) -> tuple[str, ...]:
    """What stands in braces, known or not, in the order of the text, each once."""
    return tuple(dict.fromkeys(_BRACED.findall(text)))


def unknown_in(text: str) -> tuple[str, ...]:
    """What stands in braces and is no placeholder."""
    return tuple(name for name in used_in(text) if name not in PLACEHOLDERS)


def personal_in(text: str) -> tuple[str, ...]:
    """Placeholders of the text that differ from customer to customer."""
    return tuple(
        name for name in used_in(text) if name in PLACEHOLDERS and PLACEHOLDERS[name].is_personal
    )


def fill(text: str, about: About) -> str:
    """The text with every placeholder said. What is unknown stays as it is written.

    A value never brings placeholders of its own: what a customer calls themselves is not read.
    """
    values = {name: _value(name, about) for name in used_in(text) if name in PLACEHOLDERS}
    return _BRACED.sub(lambda found: values.get(found[1], found[0]), text)


def fill_shared(text: str, shop_name: str) -> str:
    """The text for many at once: what differs between them is said in its general form."""
    values = {
        name: each.otherwise if each.is_personal else shop_name
        for name, each in PLACEHOLDERS.items()
    }
    return _BRACED.sub(lambda found: values.get(found[1], found[0]), text)


def _value(name: str, about: About) -> str:
    placeholder = PLACEHOLDERS[name]
    value = " ".join(placeholder.read(about).split())
    if len(value) > LONGEST_VALUE:
        value = f"{value[: LONGEST_VALUE - 1]}…"
    return value or placeholder.otherwise
