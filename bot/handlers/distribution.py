"""Distribution in chat: joining, one's code, commission and its lines, withdrawing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot import texts
from bot.handlers import distribution_words as words
from bot.handlers import withdrawing
from bot.handlers.distribution_goals import Goal, goal_of, sure_goal
from bot.handlers.knowledge import known_answer
from bot.messages import Card, Reply, Text
from bot.promoter_codes import want_promoter_code
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue.front import bestseller_picture
from commerce.distribution import statements
from commerce.distribution.promoters import become, count_brought, find_promoter
from commerce.distribution.tables import Promoter, PromoterState
from commerce.distribution.terms import get_terms
from commerce.errors import IllegalMove
from miniprogram_cards.promoter_cards import shop_card
from nlu.understanding import Intent

router = Router()
router.include(withdrawing.router)

STATEMENT_LINES: Final = 8
LONGEST_REQUEST: Final = 24
"""Characters; whoever writes more is understood by what was parsed."""


@router.anywhere
def hear_distribution(turn: Turn) -> Sequence[Reply] | None:
    """What is said of commission in so many words, whatever it was understood as."""
    if not 0 < len(turn.text) <= LONGEST_REQUEST:
        return None
    goal = sure_goal(turn.text)
    return None if goal is None else ANSWERS[goal](turn)


@router.intent(Intent.DISTRIBUTION)
def tell_distribution(turn: Turn) -> Sequence[Reply]:
    """Whatever else is asked: as the words say, as written, or where the customer stands."""
    goal = goal_of(turn.text)
    if goal is not None:
        return ANSWERS[goal](turn)
    return known_answer(turn) or (
        tell_balance(turn) if _promoter(turn) is not None else tell_rules(turn)
    )


def tell_balance(turn: Turn) -> Sequence[Reply]:
    """Where the commission is; the figures are the ledger's."""
    promoter = _promoter(turn)
    if promoter is None:
        return [Text(f"{words.NOT_PROMOTER}{_how(turn)}\n{_rules(turn)}")]
    found = statements.standing(turn.session, turn.customer_id, turn.now)
    if any((found.pending, found.available, found.in_transit, found.withdrawn)):
        return [Text(words.balance(found))]
    is_active = promoter.state == PromoterState.ACTIVE
    return [Text(words.NOTHING_EARNED if is_active else words.STOPPED)]


def tell_lines(turn: Turn) -> Sequence[Reply]:
    """The latest lines of the statement."""
    found = statements.list_lines(turn.session, turn.customer_id, limit=STATEMENT_LINES + 1)
    if not found:
        return [Text(words.NO_LINES)] if _promoter(turn) else _not_a_promoter(turn)
    shown = map(words.line_in_words, found[:STATEMENT_LINES])
    older = words.OLDER if len(found) > STATEMENT_LINES else ""
    return [Text(texts.fitting([words.LINES, *shown], older))]


def tell_rules(turn: Turn) -> Sequence[Reply]:
    """What one earns and when; to whom it is new, also how to join."""
    return [Text(_rules(turn) if _promoter(turn) else f"{_rules(turn)}\n{_how(turn)}")]


def tell_paying(turn: Turn) -> Sequence[Reply]:
    """From how much on, at what fee and to where commission is paid out."""
    return [Text(words.paying(get_terms(turn.session)))]


def tell_how_to_join(turn: Turn) -> Sequence[Reply]:
    """How one becomes a promoter; nobody becomes one by asking."""
    promoter = _promoter(turn)
    if promoter is not None:
        return _is_promoter(promoter)
    return [Text(f"{_how(turn)}\n{_rules(turn)}")]


def tell_trade(turn: Turn) -> Sequence[Reply]:
    """Wholesale and franchise are no distribution: a person's business."""
    return [Text(f"{words.TRADE}\n{_rules(turn)}")]


def tell_how_to_leave(turn: Turn) -> Sequence[Reply]:
    """A promoter is stopped by the shop's people."""
    promoter = _promoter(turn)
    if promoter is None:
        return [Text(words.NOT_PROMOTER)]
    is_active = promoter.state == PromoterState.ACTIVE
    return [Text(words.LEAVE if is_active else words.STOPPED)]


def join(turn: Turn) -> Sequence[Reply]:
    """Become a promoter, if the shop's rule lets the customer."""
    known = _promoter(turn)
    if known is not None:
        return _is_promoter(known)
    try:
        promoter = become(turn.session, turn.customer_id, turn.now)
    except IllegalMove:
        return [Text(f"{_how(turn)}\n{_rules(turn)}")]
    became = Text(f"{words.BECAME.format(code=promoter.code)}\n{_rules(turn)}")
    return [became, *_card(turn, promoter)]


def show_code(turn: Turn) -> Sequence[Reply]:
    """The promoter's code as a card to pass on, and its QR code as a picture a moment later."""
    promoter = _promoter(turn)
    if promoter is None:
        return _not_a_promoter(turn)
    if promoter.state != PromoterState.ACTIVE:
        return [Text(words.STOPPED)]
    want_promoter_code(turn.session, turn.customer_id, turn.conversation_id, turn.now)
    told = words.CODE.format(code=promoter.code, picture=words.CODE_PICTURE)
    return [Text(told), *_card(turn, promoter)]


def tell_brought(turn: Turn) -> Sequence[Reply]:
    """How many customers count as the promoter's; nobody's name."""
    if _promoter(turn) is None:
        return _not_a_promoter(turn)
    count = count_brought(turn.session, turn.customer_id, turn.now)
    return [Text(words.BROUGHT.format(count=count) if count else words.NOBODY_BROUGHT)]


def _rules(turn: Turn) -> str:
    return words.rules(get_terms(turn.session))


def _how(turn: Turn) -> str:
    return words.how_to_join(get_terms(turn.session))


def _promoter(turn: Turn) -> Promoter | None:
    return find_promoter(turn.session, turn.customer_id)


def _is_promoter(promoter: Promoter) -> Sequence[Reply]:
    if promoter.state != PromoterState.ACTIVE:
        return [Text(words.STOPPED)]
    return [Text(words.IS_PROMOTER.format(code=promoter.code))]


def _not_a_promoter(turn: Turn) -> Sequence[Reply]:
    return [Text(f"{words.NOT_PROMOTER}{_how(turn)}")]


def _card(turn: Turn, promoter: Promoter) -> Sequence[Reply]:
    """The shop as a card with the promoter's code; none before the shop has a picture."""
    picture = bestseller_picture(turn.session)
    if not picture:
        return []
    title = words.CODE_TITLE.format(shop=turn.shop.name)
    card = shop_card(title, promoter.code, picture, turn.source)
    return [Card(card.title, card.path, card.picture)]


ANSWERS: Final[Mapping[Goal, Callable[[Turn], Sequence[Reply]]]] = {
    Goal.LEAVE: tell_how_to_leave,
    Goal.TRADE: tell_trade,
    Goal.CALL_OFF: withdrawing.tell_calling_off,
    Goal.PAYING: tell_paying,
    Goal.PROGRESS: withdrawing.tell_progress,
    Goal.LINES: tell_lines,
    Goal.CODE: show_code,
    Goal.BROUGHT: tell_brought,
    Goal.RULES: tell_rules,
    Goal.WITHDRAW: withdrawing.begin,
    Goal.HOW: tell_how_to_join,
    Goal.JOIN: join,
    Goal.BALANCE: tell_balance,
}
