"""Group-buys in chat: what can be bought together, one's own groups, groups that wait for people.

A group is opened and joined by paying, in the mini-program: the chat explains and sends cards.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot import texts
from bot.handlers import group_buy_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.goods_names import names
from bot.handlers.group_buy_disclosure import COMPLETED_BY_SHOP, MAY_BE_COMPLETED
from bot.handlers.group_buy_rules import answer_rule, explain_tiers, with_disclosure
from bot.handlers.order_words import card_of
from bot.handlers.passing_on import own_code
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries as catalogue
from commerce.catalogue.words import fold
from commerce.deals.choices import DealKind
from commerce.group_buys import queries
from commerce.group_buys.queries import ActivitySeen, GroupSeen
from commerce.group_buys.tables import GroupState
from commerce.group_buys.taking_part import LAST_CALL
from commerce.money import yuan
from commerce.ordering import orders
from commerce.ordering.tables import OrderState
from miniprogram_cards.cards import CardContent
from miniprogram_cards.deal_cards import activity_card, group_card, time_left
from nlu.understanding import Intent

router = Router()

LONGEST_REQUEST: Final = 20
"""Characters; whoever writes more is understood by what was parsed."""
LATELY: Final = timedelta(days=1)
"""So long after a group's end a bare 成了没 is about it."""


@router.anywhere
def hear_group_buys(turn: Turn) -> Sequence[Reply] | None:
    """What is said of group-buys in so many words: 我的团, 阶梯价, 拼X of what can be had so."""
    said = plain(turn.text)
    if not 0 < len(said) <= LONGEST_REQUEST:
        return None
    if words.HEARD_OWN.fullmatch(said) and "我" in said:
        return show_own(turn)
    if words.HEARD_TIERS.fullmatch(said):
        return explain_tiers(turn)
    if words.HEARD_FAILURE.search(said) or words.HEARD_OVERPAID.search(said):
        return answer_rule(turn)
    if words.asks_of_ones_own(said) and _was_in_one_lately(turn):
        return show_own(turn)
    named = words.HEARD_NAME.fullmatch(said)
    if named is None:
        return None
    found = _bearing(queries.list_running(turn.session, turn.now), [named["what"]])
    return _show_or_ask(turn, found, joins=False) if found else None


@router.intent(Intent.GROUP_BUY)
def tell_group_buys(turn: Turn) -> Sequence[Reply]:
    """The very thing that is asked of group-buys, else what runs."""
    text = turn.text
    if words.ASKS_TO_LEAVE.search(text):
        return _leave(turn)
    rule = answer_rule(turn)
    if rule is not None:
        return rule
    if words.ASKS_OWN.search(text):
        return show_own(turn)
    running = queries.list_running(turn.session, turn.now)
    found = _named(turn, running)
    joins = words.ASKS_TO_JOIN.search(text) is not None
    if found:
        return _show_or_ask(turn, found, joins=joins)
    if names(turn):
        missing = words.NO_SUCH.format(what=texts.repeated("、".join(names(turn))))
        return [Text(missing), *(_list(turn, running) if running else [])]
    spoken_of = _spoken_of(turn)
    if spoken_of is not None:
        return _show_spoken_of(turn, spoken_of, running)
    if words.ASKS_RULES.search(text) and not joins:
        return _explain(turn, running)
    if joins:
        return _join(turn, running)
    if words.WANTS_TO_OPEN.search(text) and len(running) == 1:
        return _show(turn, running[0])
    return _list(turn, running)


@router.step("which_group_buy", lasting=True)
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """One of the activities that were listed, by its place or its name; or none of them."""
    shown: list[int] = turn.memory.question["activities"]
    joins = bool(turn.memory.question.get("joins"))
    running = {each.id: each for each in queries.list_running(turn.session, turn.now)}
    offered = [running[each] for each in shown if each in running]
    positions = bare_positions(turn)
    if positions:
        chosen = at_positions(positions, shown)
        if chosen is None:
            return [_ask(turn, offered, words.NO_SUCH_PLACE.format(count=len(shown)), joins=joins)]
        return _choose(turn, [running[each] for each in chosen[:1] if each in running], joins=joins)
    if is_yes(turn) is False:
        return [Text(words.LATER)]
    if is_yes(turn) and len(offered) == 1:
        return _choose(turn, offered, joins=joins)
    rule = answer_rule(turn)
    if rule is not None:
        _ask(turn, offered, "", joins=joins)
        return rule
    found = _bearing(offered, names(turn) or [plain(turn.text)])
    return _choose(turn, found, joins=joins) if len(found) == 1 else None


def show_own(turn: Turn) -> Sequence[Reply]:
    """The customer's groups that wait for people, with what each lacks and a card to pass on."""
    sealer, now = turn.shop.sealer, turn.now
    own = queries.list_own(turn.session, turn.customer_id, sealer=sealer)
    unpaid = _unpaid(turn)
    waiting = [each for each in own if each.state == GroupState.OPEN and each.expires_at > now]
    if not waiting:
        return unpaid or [Text(_own_lately(own) + _others(turn))]
    lines = [words.group_in_words(each, time_left(each.expires_at, now)) for each in waiting]
    passed_on = words.FOR_FRIENDS if len(waiting) == 1 else words.FOR_FRIENDS_SEVERAL
    code = own_code(turn)
    cards = [
        _card(group_card(each, now, turn.source, code)) for each in waiting[: words.MOST_CARDS]
    ]
    told = texts.fitting([words.OWN.format(lines="\n".join(lines)), passed_on])
    return [Text(told), *cards]


def group_buy_line(turn: Turn, product_id: int) -> str:
    """One line for a product that can be bought in a group now; nothing for any other."""
    activity = queries.find_by_product(turn.session, product_id, turn.now)
    return "" if activity is None else words.ASK_LINE.format(tiers=words.tiers_in_words(activity))


def _explain(turn: Turn, running: Sequence[ActivitySeen]) -> Sequence[Reply]:
    rules = with_disclosure(turn, words.RULES)
    if not running:
        return [Text(f"{rules}\n{words.NONE_RUNNING}")]
    return [_ask(turn, running, f"{rules}\n{words.RUNNING}", joins=False, is_list=True)]


def _list(turn: Turn, running: Sequence[ActivitySeen]) -> Sequence[Reply]:
    if not running:
        return [Text(words.NONE_RUNNING)]
    return [_ask(turn, running, words.RUNNING, joins=False, is_list=True)]


def _ask(
    turn: Turn, offered: Sequence[ActivitySeen], head: str, *, joins: bool, is_list: bool = False
) -> Text:
    """Ask which one it is; with `is_list` below the list of them."""
    shown = list(offered[: words.MOST_LISTED])
    question = words.WHICH_TO_JOIN if joins else words.WHICH_TO_OPEN
    ids = [each.id for each in shown]
    turn.ask("which_group_buy", question, activities=ids, joins=joins)
    ending = question if joins else words.SAY_WHICH
    return Text(texts.fitting([head, *words.listed(shown)], ending) if is_list else head)


def _show_or_ask(turn: Turn, found: Sequence[ActivitySeen], *, joins: bool) -> Sequence[Reply]:
    if len(found) == 1:
        return _choose(turn, found, joins=joins)
    return [_ask(turn, found, words.RUNNING, joins=joins, is_list=True)]


def _choose(turn: Turn, chosen: Sequence[ActivitySeen], *, joins: bool) -> Sequence[Reply]:
    if not chosen:
        return [Text(words.NONE_RUNNING)]
    return _join(turn, chosen) if joins else _show(turn, chosen[0])


def _show(turn: Turn, activity: ActivitySeen) -> Sequence[Reply]:
    """One activity: its ladder, how it goes, and the card on which a group is opened."""
    turn.memory.speak_of(activity.product_id)
    product = catalogue.find_product(turn.session, activity.product_id)
    if product is None:
        return [Text(texts.GONE)]
    waiting = len(_joinable(turn, [activity]))
    usual = words.USUAL.format(price=yuan(product.lowest_price))
    card = activity_card(activity, product.picture, turn.source)
    return [Text(words.activity_in_words(activity, usual, waiting)), _card(card)]


def _join(turn: Turn, activities: Sequence[ActivitySeen]) -> Sequence[Reply]:
    """Groups with a seat, those first that lack least; where there is none, what can be opened."""
    groups = _joinable(turn, activities)[: words.MOST_CARDS]
    if not activities:
        return [Text(words.NONE_RUNNING)]
    if not groups:
        return [Text(words.NONE_TO_JOIN), *_alone(turn, activities)]
    heading = words.JOIN_ONE if len(groups) == 1 else words.JOIN.format(count=len(groups))
    lines = [words.group_in_words(each, time_left(each.expires_at, turn.now)) for each in groups]
    if any(each.activity.may_be_virtual for each in groups):
        lines.append(MAY_BE_COMPLETED)
    cards = [_card(group_card(each, turn.now, turn.source)) for each in groups]
    return [Text(texts.fitting([heading, *lines])), *cards]


def _alone(turn: Turn, activities: Sequence[ActivitySeen]) -> Sequence[Reply]:
    return _show(turn, activities[0]) if len(activities) == 1 else _list(turn, activities)


def _joinable(turn: Turn, activities: Sequence[ActivitySeen]) -> list[GroupSeen]:
    own = queries.list_own(turn.session, turn.customer_id)
    theirs = {each.group_no for each in own}
    by = turn.now + LAST_CALL
    groups = [
        group
        for activity in activities
        for group in queries.list_open_groups(
            turn.session, activity.id, by, sealer=turn.shop.sealer
        )
        if group.group_no not in theirs
    ]
    return sorted(groups, key=lambda each: (each.missing, each.left, each.expires_at))


def _unpaid(turn: Turn) -> list[Reply]:
    """A place in a group that is not paid for yet."""
    found = orders.list_orders(turn.session, turn.customer_id, states=[OrderState.UNPAID])
    waiting = [order for order in found if order.deal == DealKind.GROUP_BUY]
    return [Text(words.OWN_UNPAID), card_of(turn, waiting[0])] if waiting else []


def _others(turn: Turn) -> str:
    running = queries.list_running(turn.session, turn.now)
    return words.SAY_JOIN if _joinable(turn, running) else ""


def _own_lately(own: Sequence[GroupSeen]) -> str:
    if not own:
        return words.OWN_NONE
    last = own[0]
    state = words.OUTCOMES[last.state]
    told = words.OWN_DONE.format(title=texts.short(last.activity.title), state=state)
    disclosed = COMPLETED_BY_SHOP.format(heads=last.missing) if last.is_virtual else ""
    return f"{words.OWN_NONE}{told}{disclosed}"


def _named(turn: Turn, running: Sequence[ActivitySeen]) -> list[ActivitySeen]:
    """The activities whose goods the sentence names."""
    said = names(turn) or [words.named_thing(turn.text)]
    return _bearing(running, said)


def _bearing(activities: Sequence[ActivitySeen], said: Sequence[str]) -> list[ActivitySeen]:
    wanted = [fold(each) for each in said if len(each) > 1]
    if not wanted:
        return []
    titles = [(each, fold(f"{each.title} {words.own_name(each)}")) for each in activities]
    return [each for each, title in titles if all(words.stem_of(word) in title for word in wanted)]


def _was_in_one_lately(turn: Turn) -> bool:
    own = queries.list_own(turn.session, turn.customer_id, limit=1)
    return any(each.expires_at > turn.now - LATELY for each in own)


def _spoken_of(turn: Turn) -> int | None:
    """The product in focus, when the words mean it: 这个有拼团吗, 能拼几单."""
    means_it = words.SAYS_THIS.search(turn.text) or words.ASKS_LIMIT.search(turn.text)
    return turn.memory.focus if means_it else None


def _show_spoken_of(
    turn: Turn, product_id: int, running: Sequence[ActivitySeen]
) -> Sequence[Reply]:
    found = [each for each in running if each.product_id == product_id]
    if found:
        return _show(turn, found[0])
    product = catalogue.find_product(turn.session, product_id)
    if product is None:
        return _list(turn, running)
    missing = Text(words.NO_SUCH.format(what=texts.short(product.title)))
    return [missing, *(_list(turn, running) if running else [])]


def _leave(turn: Turn) -> Sequence[Reply]:
    """What becomes of a place that is not wanted any more; giving it up is not done here."""
    own = queries.list_own(turn.session, turn.customer_id)
    if any(each.state == GroupState.OPEN for each in own):
        return [Text(words.LEAVING)]
    unpaid = _unpaid(turn)
    return [Text(words.LEAVING_UNPAID), *unpaid[1:]] if unpaid else [Text(words.LATER)]


def _card(content: CardContent) -> Card:
    return Card(content.title, content.path, content.picture)
