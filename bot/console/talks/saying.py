"""What somebody of the shop says to a customer: words, a product, a coupon, a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from bot import conversations
from bot.console.talks.quota import quota_of
from bot.conversations import OwnerChanged
from bot.handlers.coupon_words import validity_in_words
from bot.handlers.product_cards import card_of_product
from bot.handover import words
from bot.handover.episodes import find_live, is_in_wecom
from bot.messages import Picture, Reply, Text
from bot.tables import Conversation
from commerce.catalogue.queries import get_product
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.promotions.coupons import give, list_by_ids, owned_coupon
from commerce.promotions.describing import coupon_rule, scope_in_words
from commerce.promotions.tables import CouponTemplate
from commerce.sealing import Sealer

MOST_BYTES: Final = 2_048
"""Of a text, in UTF-8 (WeChat 客服消息 and WeCom 微信客服 发送消息 documentation)."""
SOURCE: Final = "agent"
"""Where a card that somebody of the shop sent says that its visitor comes from."""
GIVEN: Final = "送您一张优惠券“{name}”：{rule}，{scope}，{when}。付款前在结算页选用。"
MOST_TEMPLATES: Final = 50


@dataclass(frozen=True, slots=True)
class Wording:
    """Who says it where, having seen which owner's turn. The same `key` is said once."""

    conversation_id: int
    staff_id: int
    seen_epoch: int
    key: str


@dataclass(frozen=True, slots=True)
class Giveable:
    """A coupon that may be given."""

    id: int
    name: str
    rule: str
    scope: str
    left: int | None


def say_text(
    session: Session, sealer: Sealer, wording: Wording, content: str, now: datetime
) -> None:
    """Say some words. Raises OwnerChanged, IllegalMove when nothing may be sent, InvalidInput."""
    plain = content.strip()
    if not plain:
        raise InvalidInput("还没写内容", field="content")
    if (size := len(plain.encode())) > MOST_BYTES:
        raise InvalidInput(f"太长了：{size}字节，最多{MOST_BYTES}，请分两条发", field="content")
    _say(session, sealer, wording, [Text(plain)], now)


def send_product(
    session: Session, sealer: Sealer, wording: Wording, product_id: int, now: datetime
) -> None:
    """Send the card of a product. Raises as `say_text`, and NotFound."""
    card = card_of_product(get_product(session, product_id), SOURCE)
    _say(session, sealer, wording, [card], now)


def send_picture(
    session: Session, sealer: Sealer, wording: Wording, name: str, now: datetime
) -> None:
    """Send a file of the shop's picture folder. Raises as `say_text`."""
    _say(session, sealer, wording, [Picture(name)], now)


def give_coupon(
    session: Session, sealer: Sealer, wording: Wording, template_id: int, now: datetime
) -> None:
    """Give the customer a coupon and tell them of it, or do neither. Raises as `say_text`, and
    NotFound."""
    talk = session.get(Conversation, wording.conversation_id)
    if talk is None or talk.customer_id is None:
        raise NotFound("还不认识这位顾客，不能送券")
    coupon = give(session, template_id, talk.customer_id, source=SOURCE, ref=wording.key, now=now)
    if coupon is None or coupon.id is None:
        raise IllegalMove("这种券已经发完、停用或过期了", field="template_id")
    (held,) = list_by_ids(session, [coupon.id])
    told = GIVEN.format(
        name=held.owned.name,
        rule=coupon_rule(held.owned),
        scope=scope_in_words(session, held.owned.scope),
        when=validity_in_words(held, now),
    )
    _say(session, sealer, wording, [Text(told)], now)


def list_giveable(session: Session, now: datetime) -> Sequence[Giveable]:
    """Coupons that somebody of the shop may give now."""
    template = CouponTemplate
    statement = (
        select(template)
        .where(
            template.is_active,
            or_(col(template.total).is_(None), col(template.taken) < col(template.total)),
            or_(col(template.valid_until).is_(None), col(template.valid_until) > now),
        )
        .order_by(col(template.name))
        .limit(MOST_TEMPLATES)
    )
    found = []
    for each in session.exec(statement):
        owned = owned_coupon(each.id or 0, each)
        left = None if each.total is None else each.total - each.taken
        scope = scope_in_words(session, owned.scope)
        found.append(Giveable(owned.id, each.name, coupon_rule(owned), scope, left))
    return found


def _say(
    session: Session,
    sealer: Sealer,
    wording: Wording,
    replies: Sequence[Reply],
    now: datetime,
) -> None:
    talk = conversations.lock(session, wording.conversation_id)
    if talk.epoch != wording.seen_epoch:
        raise OwnerChanged(f"conversation {talk.id} has changed hands")
    live = find_live(session, talk.id)
    if live is not None and is_in_wecom(live):
        raise IllegalMove("这位顾客正在企业微信里接待，请在企业微信里回复")
    quota = quota_of(session, talk, now)
    if quota.left < len(replies):
        raise IllegalMove(quota.why_not)
    words.say_as(
        session,
        sealer,
        talk,
        wording.staff_id,
        replies,
        now,
        seen_epoch=wording.seen_epoch,
        key=wording.key,
    )
