"""The points mall in chat: what there is, which one, and a yes before points are spent."""

from collections.abc import Sequence
from typing import Final

from bot.handlers import points_mall_words as words
from bot.handlers.address_words import masked
from bot.handlers.answers import is_yes, plain
from bot.handlers.membership_words import served_in_words
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.customers.addresses import AddressInput, last_address
from commerce.errors import NotFound, ShopError
from commerce.inserting import id_of
from commerce.membership.mall import get_item, list_items, list_redemptions, redeem
from commerce.membership.points import points_of
from commerce.membership.tables import MallItem, Redemption, RedemptionState
from commerce.membership.tasks import serve_tasks

router = Router()

MOST_SHOWN: Final = 10
MOST_REDEEMED: Final = 5


def show_mall(turn: Turn) -> Sequence[Reply]:
    """What points buy, to choose from."""
    items = list_items(turn.session, limit=MOST_SHOWN)
    if not items:
        return [Text(words.EMPTY)]
    return [*_served(turn), _ask_which(turn, items)]


def ask_for(turn: Turn, thing: str) -> Sequence[Reply]:
    """用积分换X: a question before points are spent, or what there is instead."""
    items = list_items(turn.session)
    if not items:
        return [Text(words.EMPTY)]
    found = _named(items, thing)
    if len(found) == 1:
        return _confirm(turn, found[0])
    if found:
        return [Text(words.SEVERAL.format(thing=thing)), _ask_which(turn, found)]
    return [Text(words.NO_SUCH.format(thing=thing)), _ask_which(turn, items[:MOST_SHOWN])]


def tell_redeemed(turn: Turn) -> Sequence[Reply]:
    """What the customer has had for points lately, and where it is."""
    found = list_redemptions(turn.session, turn.customer_id, limit=MOST_REDEEMED)
    if not found:
        return [Text(words.NOTHING_REDEEMED)]
    return [Text("\n".join([words.REDEEMED, *map(words.redemption_in_words, found)]))]


@router.step("mall_which", lasting=True)
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """One of those shown, by its place or its name."""
    shown: list[int] = turn.memory.question["items"]
    ordinals = turn.understanding.ordinals if words.TAKES.search(turn.text) else []
    places = at_positions(bare_positions(turn) or ordinals, shown)
    if places is not None:
        return _confirm_shown(turn, places[0])
    if is_yes(turn) is False:
        return [Text(words.KEPT)]
    items = [item for item in list_items(turn.session) if item.id in shown]
    found = _named(items, plain(turn.text)) or _spoken_of(items, plain(turn.text))
    return _confirm(turn, found[0]) if len(found) == 1 else None


@router.step("mall_confirm")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Only a clear yes spends points, and only for what was shown, sent where it was shown."""
    answer = True if words.SAYS_YES.fullmatch(plain(turn.text)) else is_yes(turn)
    if answer is None:
        return None
    if not answer:
        return [Text(words.KEPT)]
    question = turn.memory.question
    address = last_address(turn.session, turn.shop.sealer, turn.customer_id)
    if question["address"] and _digest(turn, address) != question["address"]:
        return [Text(words.CHANGED), *_confirm_shown(turn, int(question["item"]))]
    try:
        redemption = redeem(
            turn.session,
            turn.shop.sealer,
            customer_id=turn.customer_id,
            item_id=int(question["item"]),
            expected_points=int(question["points"]),
            idempotency_key=f"chat:{turn.incoming.key}",
            address=address if question["address"] else None,
            now=turn.now,
        )
    except ShopError as error:
        return [Text(words.REFUSED.format(reason=error))]
    return [Text(_had(turn, redemption))]


def _served(turn: Turn) -> list[Reply]:
    """Points for what the customer has done meanwhile are theirs before they choose."""
    done = serve_tasks(turn.session, turn.customer_id, turn.now)
    told = [served_in_words(task.title, task.points) for task in done]
    return [Text("\n".join(told))] if told else []


def _ask_which(turn: Turn, items: Sequence[MallItem]) -> Text:
    listed = words.mall_in_words(items, points_of(turn.session, turn.customer_id))
    asked = turn.ask("mall_which", listed, items=[id_of(item) for item in items])
    turn.memory.question["words"] = words.WHICH
    return asked


def _named(items: Sequence[MallItem], thing: str) -> list[MallItem]:
    """Those whose title is the thing, or else holds it, or is held by it."""
    said = plain(thing)
    titles = [(item, plain(item.title)) for item in items]
    exact = [item for item, title in titles if title == said]
    near = [item for item, title in titles if said and (said in title or title in said)]
    return exact or near


def _spoken_of(items: Sequence[MallItem], said: str) -> list[MallItem]:
    """Those of which the longest piece is said: 保温杯 of 不锈钢保温杯, three letters at least."""
    shared = [(words.longest_shared(plain(item.title), said), item) for item in items]
    most = max((length for length, _ in shared), default=0)
    return [item for length, item in shared if length == most >= words.FEWEST_SHARED]


def _confirm_shown(turn: Turn, item_id: int) -> Sequence[Reply]:
    try:
        return _confirm(turn, get_item(turn.session, item_id))
    except NotFound as error:
        return [Text(words.REFUSED.format(reason=error))]


def _confirm(turn: Turn, item: MallItem) -> Sequence[Reply]:
    have = max(0, points_of(turn.session, turn.customer_id))
    about = {"title": item.title, "points": item.points}
    if have < item.points:
        if turn.asked == "mall_which":
            turn.keep_question()  # Something else may be within reach.
        missing = item.points - have
        return [Text(words.TOO_FEW.format(**about, have=have, missing=missing))]
    where, digest = "", ""
    if item.coupon_template_id is None:
        address = last_address(turn.session, turn.shop.sealer, turn.customer_id)
        if address is None:
            return [Text(words.NO_ADDRESS.format(title=item.title))]
        where, digest = words.WHERE.format(address=masked(address)), _digest(turn, address)
    question = words.CONFIRM.format(**about, rest=have - item.points, where=where)
    asked = {"item": item.id, "points": item.points, "address": digest}
    return [turn.ask("mall_confirm", question, **asked)]


def _digest(turn: Turn, address: AddressInput | None) -> str:
    """What tells one address from another without holding it."""
    return "" if address is None else turn.shop.sealer.digest(repr(address), "address shown")


def _had(turn: Turn, redemption: Redemption) -> str:
    is_thing = redemption.state == RedemptionState.WAITING
    sentence = words.HAD_THING if is_thing else words.HAD_COUPON
    return sentence.format(
        title=redemption.title,
        number=redemption.redemption_no,
        points=redemption.points,
        rest=max(0, points_of(turn.session, turn.customer_id)),
    )
