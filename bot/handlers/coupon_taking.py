"""A coupon into the customer's hand, by asking for it or by scanning its QR code."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import coupon_words as words
from bot.handlers.coupon_hints import judge_cart
from bot.messages import Reply, Text
from bot.scenes import scene_of
from bot.turn import Turn
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.promotions.choosing import best_of
from commerce.promotions.coupons import HeldCoupon, list_by_ids, owned_coupon
from commerce.promotions.describing import coupon_rule, scope_in_words
from commerce.promotions.taking import Offered, take, take_by_code

IN_CHAT: Final = "chat"
BY_SCAN: Final = "qr"
SCENE: Final = "coupon_"
"""Followed by a template's code, the scene of a QR code that stands for a coupon."""


def take_scanned(turn: Turn) -> Sequence[Reply]:
    """What the scanned QR code gives, once; nothing to say of one that gives nothing."""
    scene = scene_of(str(turn.incoming.payload.get("EventKey") or ""))
    if not scene.startswith(SCENE):
        return []
    code = scene.removeprefix(SCENE)
    try:
        coupon, is_new = take_by_code(
            turn.session, code, turn.customer_id, source=BY_SCAN, now=turn.now
        )
    except ShopError as error:
        return [Text(f"{error}。")]
    if not is_new:
        return [Text(words.SCANNED_BEFORE)]
    return [Text(f"{words.SCANNED}{_taken_words(turn, [id_of(coupon)])}")]


def take_offered(turn: Turn, offered: Sequence[Offered]) -> Sequence[Reply]:
    """Take coupons that were offered; what was had, what was not and why, and what it is for."""
    taken, refused = [], []
    for each in offered:
        try:
            coupon = take(
                turn.session,
                id_of(each.template),
                turn.customer_id,
                source=IN_CHAT,
                now=turn.now,
            )
            taken.append(id_of(coupon))
        except ShopError as error:
            name = words.clean(each.template.name)
            refused.append(words.NOT_TAKEN.format(name=name, reason=error))
    had = [_taken_words(turn, taken)] if taken else []
    return [Text(texts.fitting([*had, *refused]))]


def offer_words(turn: Turn, number: int, offered: Offered) -> str:
    """A coupon that can be taken, as a line of a list."""
    coupon = owned_coupon(0, offered.template)
    return words.OFFERED_LINE.format(
        n=number,
        name=words.clean(coupon.name),
        rule=coupon_rule(coupon),
        scope=scope_in_words(turn.session, coupon.scope),
        left="" if offered.left is None else words.LEFT.format(left=offered.left),
    )


def coupon_line(turn: Turn, held: HeldCoupon) -> str:
    """A coupon that was just had, as a line of a list."""
    return words.TAKEN_LINE.format(
        name=words.clean(held.owned.name),
        rule=coupon_rule(held.owned),
        scope=scope_in_words(turn.session, held.owned.scope),
        when=words.validity_in_words(held, turn.now),
    )


def _taken_words(turn: Turn, coupon_ids: Sequence[int]) -> str:
    lines = [coupon_line(turn, held) for held in list_by_ids(turn.session, coupon_ids)]
    best = best_of(judge_cart(turn))
    if best is None:
        return "\n".join([words.TAKEN, *lines, words.SEE_OWN])
    ending = words.BEST.format(name=words.clean(best.coupon.name), saving=yuan(best.saving))
    return "\n".join([words.TAKEN, *lines, ending])
