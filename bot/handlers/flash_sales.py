"""Flash sales in chat: what runs, what is left, when the next begins, a reminder by consent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot import texts
from bot.handlers import bargains
from bot.handlers import flash_sale_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.goods_names import names
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue.words import fold
from commerce.errors import ShopError
from commerce.flash_sales import queries, reminding
from commerce.flash_sales.queries import ItemSeen, SaleSeen, moment_in_words
from commerce.money import yuan
from commerce.ordering.nudging import is_quiet
from miniprogram_cards.deal_cards import flash_card
from nlu.understanding import Intent

router = Router()

LONGEST_REQUEST: Final = 20
"""Characters; whoever writes more wants something of their own."""
REACH: Final = timedelta(hours=47)
"""A sale that begins within it can be reminded of without another word of the customer."""


@router.anywhere
def hear_reminders(turn: Turn) -> Sequence[Reply] | None:
    """A reminder that is asked for or not wanted any more, in so many words."""
    said = plain(turn.text)
    if not 0 < len(said) <= LONGEST_REQUEST:
        return None
    if words.WANTS_NO_MORE.fullmatch(said):
        return withdraw(turn)
    if words.SAYS_NO_MORE.fullmatch(said) and _reminded_of(turn):
        return withdraw(turn)
    if words.ASKS_END.fullmatch(said) and queries.running(turn.session, turn.now):
        return show_sales(turn)
    return agree_to_next(turn) if words.ASKS_REMINDER.fullmatch(said) else None


@router.intent(Intent.FLASH_SALE)
def tell_flash_sales(turn: Turn) -> Sequence[Reply]:
    """What runs with what is left of it, else what comes next; of a bargain its own answer."""
    if words.IS_BARGAIN.search(turn.text):
        return bargains.tell_bargains(turn)
    if words.ASKS_REMINDER.search(turn.text):
        return agree_to_next(turn)
    if words.ASKS_COUPONS.search(turn.text):
        return [Text(words.COUPONS)]
    if words.ASKS_NEXT.search(turn.text):
        return [_next(turn, queries.next_sale(turn.session, turn.now))]
    named = _named(turn)
    if named is not None:
        return _show_item(turn, named)
    missing = texts.repeated("、".join(names(turn)))
    return show_sales(turn, words.NONE_OF_IT.format(what=missing) if missing else "")


@router.step("flash_reminder")
def hear_whether(turn: Turn) -> Sequence[Reply] | None:
    """Whether they want to be reminded of the sale that was named."""
    answer = is_yes(turn)
    if answer or words.SAYS_REMIND.fullmatch(plain(turn.text)):
        return _agree(turn, int(turn.memory.question["sale"]))
    return None if answer is None else [Text(words.NO_NEED)]


def show_sales(turn: Turn, said_first: str = "") -> Sequence[Reply]:
    """The sales that run, with a card each, or the next one."""
    running = queries.running(turn.session, turn.now)
    following = queries.next_sale(turn.session, turn.now)
    if not running:
        return [_next(turn, following, said_first)]
    lines = [said_first] if said_first else []
    cards: list[Reply] = []
    for sale in running[: words.MOST_CARDS]:
        items = queries.list_items(turn.session, sale.sale_id, turn.now)
        lines += [words.running_in_words(sale, turn.now), *words.items_in_words(items)]
        if items and items[0].left:
            cards.append(_card(turn, items[0]))
    lines.append(words.BUY_BY_CARD if cards else words.ALL_SOLD)
    if following is not None:
        starts = moment_in_words(following.starts_at, turn.now)
        lines.append(words.NEXT_LINE.format(name=following.name, starts=starts))
    return [Text(texts.fitting(lines)), *cards]


def agree_to_next(turn: Turn) -> Sequence[Reply]:
    """秒杀提醒我: the words themselves are the consent, to the next sale."""
    following = queries.next_sale(turn.session, turn.now)
    return show_sales(turn) if following is None else _agree(turn, following.sale_id)


def withdraw(turn: Turn) -> Sequence[Reply]:
    """Remind of no sale any more."""
    wanted = _reminded_of(turn)
    for sale_id in wanted:
        reminding.unwant(turn.session, sale_id, turn.customer_id)
    return [Text(words.WITHDRAWN if wanted else words.NOTHING_TO_WITHDRAW)]


def flash_line(turn: Turn, product_id: int) -> str:
    """One line for a product that is in a sale, running or next; nothing for any other."""
    item = queries.find_item_by_product(turn.session, product_id, turn.now)
    if item is None or not item.left:
        return ""
    price = yuan(item.price)
    if item.sale.is_running:
        return words.ASK_RUNNING.format(price=price, left=item.left)
    starts = moment_in_words(item.sale.starts_at, turn.now)
    return words.ASK_NEXT.format(price=price, starts=starts)


def _next(turn: Turn, sale: SaleSeen | None, said_first: str = "") -> Reply:
    lines = [said_first] if said_first else []
    if sale is None:
        return Text("\n".join([*lines, words.NONE]))
    items = queries.list_items(turn.session, sale.sale_id, turn.now)
    lines += [words.next_in_words(sale, turn.now), *words.items_in_words(items)]
    if reminding.is_wanted(turn.session, sale.sale_id, turn.customer_id):
        return Text(texts.fitting(lines, words.WILL_REMIND))
    if turn.asked or not _may_remind(turn, sale):
        return Text(texts.fitting(lines))
    turn.ask("flash_reminder", words.MAY_REMIND, sale=sale.sale_id)
    return Text(texts.fitting(lines, words.MAY_REMIND))


def _agree(turn: Turn, sale_id: int) -> Sequence[Reply]:
    try:
        reminding.want(turn.session, sale_id, turn.customer_id, turn.now)
    except ShopError as refusal:
        return [Text(f"{refusal}。")]
    items = queries.list_items(turn.session, sale_id, turn.now)
    if not items:
        return [Text(words.NONE)]
    sale = items[0].sale
    starts = moment_in_words(sale.starts_at, turn.now)
    told = [words.AGREED.format(name=sale.name, starts=starts)]
    if sale.starts_at > turn.now + REACH:
        told.append(words.FAR_AWAY)
    return [Text("\n".join(told))]


def _may_remind(turn: Turn, sale: SaleSeen) -> bool:
    moment = sale.starts_at - reminding.AHEAD
    return turn.now < moment and not is_quiet(moment)


def _reminded_of(turn: Turn) -> list[int]:
    return reminding.list_wanted(turn.session, turn.customer_id)


def _named(turn: Turn) -> ItemSeen | None:
    """The item that the sentence names, of the sales that run or the next one."""
    wanted = [fold(each) for each in names(turn)]
    following = queries.next_sale(turn.session, turn.now)
    sales = [*queries.running(turn.session, turn.now), *([following] if following else [])]
    for sale in sales if wanted else []:
        for item in queries.list_items(turn.session, sale.sale_id, turn.now):
            if all(word in fold(item.title) for word in wanted):
                return item
    return None


def _show_item(turn: Turn, item: ItemSeen) -> Sequence[Reply]:
    turn.memory.speak_of(item.product_id)
    heading = words.running_in_words if item.sale.is_running else words.next_in_words
    lines = [heading(item.sale, turn.now), words.item_in_words(item)]
    return [Text("\n".join(lines)), _card(turn, item)]


def _card(turn: Turn, item: ItemSeen) -> Card:
    content = flash_card(item, turn.now, turn.source)
    return Card(content.title, content.path, content.picture)
