"""Bargains in chat: one's own, and beginning one. Friends help in the mini-program alone.

They are off unless the shop switches them on; then the customer hears what is on offer instead.
"""

from collections.abc import Sequence

from bot import texts
from bot.handlers import bargain_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.deals import deals_in_words, show_deals
from bot.handlers.goods_names import names
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.bargains import queries
from commerce.bargains.cutting import start
from commerce.bargains.queries import ActivitySeen
from commerce.bargains.tables import Bargain, BargainState
from commerce.catalogue import queries as catalogue
from commerce.catalogue.words import fold
from commerce.errors import ShopError
from commerce.money import yuan
from miniprogram_cards.deal_cards import bargain_card, time_left

router = Router()


def tell_bargains(turn: Turn) -> Sequence[Reply]:
    """The customer's own bargain, one to begin, or what is on offer instead."""
    if words.HELPS_OTHERS.search(turn.text):
        return [Text(words.HELP_BY_CARD)]
    activities = queries.list_activities(turn.session)
    found = _bearing(activities, names(turn) or [words.named_thing(turn.text)])
    if len(found) == 1:
        return _begin(turn, found[0])
    own = queries.find_own_open(turn.session, turn.customer_id, now=turn.now)
    if own is not None and not names(turn):
        return _show_own(turn, own)
    if not activities:
        return [Text(_what_else(turn))]
    missing = names(turn) if not found else []
    told = [words.NO_SUCH.format(what=texts.repeated("、".join(missing)))] if missing else []
    return [_ask(turn, found or activities, told)]


@router.anywhere
def hear_what_else(turn: Turn) -> Sequence[Reply] | None:
    """有没有啥能便宜点的 asks for an offer; of a list in view it asks for the cheaper ones."""
    asks = words.ASKS_WHAT_ELSE.fullmatch(plain(turn.text))
    return show_deals(turn) if asks and turn.memory.in_view != "list" else None


@router.step("which_bargain", lasting=True)
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """Which one is begun, by its place or its name; beginning costs nothing."""
    shown: list[int] = turn.memory.question["activities"]
    known = {each.activity_id: each for each in queries.list_activities(turn.session)}
    offered = [known[each] for each in shown if each in known]
    positions = bare_positions(turn)
    if positions:
        chosen = at_positions(positions, shown)
        if chosen is None or chosen[0] not in known:
            return [_ask(turn, offered, [words.WHICH_AGAIN.format(count=len(offered))])]
        return _begin(turn, known[chosen[0]])
    if is_yes(turn) is False:
        return [Text(words.LATER)]
    if is_yes(turn) and len(offered) == 1:
        return _begin(turn, offered[0])
    found = _bearing(offered, [plain(turn.text)])
    return _begin(turn, found[0]) if len(found) == 1 else None


def _begin(turn: Turn, activity: ActivitySeen) -> Sequence[Reply]:
    """Begin it, or go on with the one that is under way."""
    try:
        bargain = start(turn.session, turn.customer_id, activity.activity_id, turn.now)
    except ShopError as refusal:
        return [Text(f"{refusal}。")]
    turn.memory.speak_of(activity.product_id)
    return _show_own(turn, bargain)


def _show_own(turn: Turn, bargain: Bargain) -> Sequence[Reply]:
    known = catalogue.list_products_of_variants(turn.session, [bargain.variant_id])
    found = known.get(bargain.variant_id)
    if found is None:
        return [Text(texts.GONE)]
    product, variant = found
    title, left = texts.short(product.title), time_left(bargain.expires_at, turn.now)
    about = {"title": title, "floor": yuan(bargain.floor), "left": left}
    if bargain.state == BargainState.REACHED:
        told = words.REACHED.format(**about)
    else:
        price, missing = yuan(bargain.price), bargain.helpers - bargain.helped
        sentence = words.OPEN if bargain.helped else words.STARTED
        told = sentence.format(**about, price=price, missing=missing, helpers=bargain.helpers)
        told = f"{told}\n{words.NOT_A_MUST}"
    card = bargain_card(bargain, product.title, variant.picture, turn.source)
    return [Text(told), Card(card.title, card.path, card.picture)]


def _ask(turn: Turn, offered: Sequence[ActivitySeen], told: Sequence[str]) -> Reply:
    if not offered:
        return Text(words.OFF)
    lines = [
        words.LINE.format(
            n=number,
            title=texts.short(each.title),
            usual=yuan(each.usual_price),
            helpers=each.helpers,
            floor=yuan(each.floor),
        )
        for number, each in enumerate(offered, 1)
    ]
    turn.ask("which_bargain", words.WHICH, activities=[each.activity_id for each in offered])
    return Text(texts.fitting([*told, words.RUNNING, *lines], words.WHICH))


def _what_else(turn: Turn) -> str:
    deals = deals_in_words(turn)
    if deals == texts.NO_PROMOTION:
        return f"{words.OFF}{texts.NO_PROMOTION}"
    return "\n".join([words.OFF_BUT, *deals.splitlines()[1:]])


def _bearing(activities: Sequence[ActivitySeen], said: Sequence[str]) -> list[ActivitySeen]:
    wanted = [fold(each) for each in said if len(each) > 1]
    titles = [(each, fold(each.title)) for each in activities]
    return [each for each, title in titles if wanted and all(word in title for word in wanted)]
