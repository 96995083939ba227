"""Money back, goods back, an exchange or a claim: put together in chat, registered after a yes."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import aftersale_words as words
from bot.handlers.aftersale_draft import (
    DRAFTED,
    Draft,
    Goods,
    ask,
    ask_which_order,
    draft_of,
    go_on,
    kind_of,
)
from bot.handlers.aftersale_follow import names_request, take_back, tell_progress
from bot.handlers.answers import is_yes, plain
from bot.handlers.errands import calls_away, is_errand
from bot.handlers.goods_names import names
from bot.handlers.order_choice import in_view, names_order, order_answered, order_meant
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale.pictures import attach_picture
from commerce.aftersale.queries import list_lines_of
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import Reason, RequestKind
from commerce.catalogue.words import fold
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.tables import Order, OrderLine, OrderState
from nlu.understanding import Intent

router = Router()

LOOKED_THROUGH: Final = 10
"""Orders among which one is found by what was bought."""
ASKED_ABOUT: Final = [state for state in OrderState if state != OrderState.CLOSED]
ACCOUNTS: Final = frozenset(
    {
        Intent.REQUEST_REFUND,
        Intent.ORDER_STATUS,
        Intent.CANCEL_ORDER,
        Intent.COMPLAINT,
        Intent.ASK_SHIPPING,
    }
)
"""As which a customer's account of what went wrong may be understood."""
_STILL_WANTS: Final = re.compile(r"[退换赔修]")
_EVERY_PIECE: Final = re.compile(r"^(?:它们|这些)?(?:全|都)|[两几]\D{1,2}都")
_EXCHANGES: Final = re.compile(r"换")
_STARTS: Final = re.compile(
    r"(?:我|要|想|申请|帮|办理?|走)*(?:售后|退款|退货|换货|退换货?|返修|维修)(?:申请|服务|吧|一下)?"
)


@router.intent(Intent.REQUEST_REFUND)
def ask_after_sale(turn: Turn) -> Sequence[Reply]:
    """Begin a request, tell how one stands, or take one back."""
    if words.takes_back(turn.text):
        return take_back(turn)
    if names_request(turn) or words.asks_progress(turn.text):
        return tell_progress(turn)
    return _go_on_from(turn) or begin(turn, first_words(turn))


@router.anywhere
def hear_start(turn: Turn) -> Sequence[Reply] | None:
    """我要售后, 退货, and nothing else, however it was understood."""
    if turn.understanding.intent == Intent.REQUEST_REFUND:
        return None
    if not _STARTS.fullmatch(plain(turn.text)):
        return None
    return _go_on_from(turn) or begin(turn, first_words(turn))


def _go_on_from(turn: Turn) -> Sequence[Reply] | None:
    """Go on with the draft whose question is open; None for another order or other goods."""
    if turn.asked not in DRAFTED or names_order(turn):
        return None
    draft = draft_of(turn)
    if not draft.order_no:
        return None
    order = orders.get_order(turn.session, turn.customer_id, draft.order_no)
    named = [id_of(line) for _, line in _bearing(turn, [order])]
    if names(turn) and (not named or (draft.line_id and draft.line_id not in named)):
        return None
    draft.hear(turn.text)
    draft.quantity = int(turn.understanding.first("quantity") or draft.quantity)
    if len(named) == 1:
        draft.line_id = named[0]
    return go_on(turn, draft)


def first_words(turn: Turn) -> Draft:
    """A draft with all that the first message tells."""
    draft = Draft(quantity=int(turn.understanding.first("quantity") or 0))
    draft.hear(turn.text)
    return draft


def begin(turn: Turn, draft: Draft, order: Order | None = None) -> Sequence[Reply]:
    """Find the order that is meant, then ask for the rest."""
    if order is None and names_order(turn):
        order = order_meant(turn)
        if order is None:
            return [Text(texts.ORDER_NOT_FOUND)]
    found = orders.list_orders(
        turn.session, turn.customer_id, states=ASKED_ABOUT, limit=LOOKED_THROUGH
    )
    bearing = _bearing(turn, [order] if order else found)
    if order is None and len({id(each) for each, _ in bearing}) == 1:
        order = bearing[0][0]
    order = order or in_view(turn) or (found[0] if len(found) == 1 else None)
    if order is None:
        return ask_which_order(turn, draft, found) if found else [Text(words.NO_ORDERS)]
    draft.order_no = order.order_no
    lines = [line for each, line in bearing if each is order]
    if len(lines) == 1:
        draft.line_id = id_of(lines[0])
    return go_on(turn, draft)


@router.step("aftersale_order", lasting=True)
def hear_order(turn: Turn) -> Sequence[Reply] | None:
    """Which of the orders it is."""
    order = order_answered(turn)
    if order is None:
        return [Text(texts.ORDER_NOT_FOUND)] if names_order(turn) else _give_up(turn)
    draft = draft_of(turn)
    draft.order_no = order.order_no
    return go_on(turn, draft)


@router.step("aftersale_item", lasting=True)
def hear_item(turn: Turn) -> Sequence[Reply] | None:
    """Which of the order's goods it is."""
    draft = draft_of(turn)
    order = orders.get_order(turn.session, turn.customer_id, draft.order_no)
    lines = Goods.of(turn.session, order).open_lines
    pointed = at_positions(turn.understanding.ordinals, lines) or [
        line for _, line in _bearing(turn, [order]) if line in lines
    ]
    if words.means_all(turn.text):
        draft.is_all = True
    elif len(pointed) == 1:
        draft.line_id = id_of(pointed[0])
    elif len(pointed) > 1 and turn.understanding.ordinals:
        free = Goods.of(turn.session, order).free
        draft.pieces = {id_of(line): free[id_of(line)] for line in pointed}
    else:
        return _give_up(turn)
    return go_on(turn, draft)


@router.step("aftersale_quantity", lasting=True)
def hear_quantity(turn: Turn) -> Sequence[Reply] | None:
    """How many pieces."""
    draft = draft_of(turn)
    quantity = turn.understanding.first("quantity")
    if quantity is None and (words.means_all(turn.text) or _EVERY_PIECE.search(turn.text)):
        order = orders.get_order(turn.session, turn.customer_id, draft.order_no)
        quantity = Goods.of(turn.session, order).free[draft.line_id]
    if quantity is None:
        return _give_up(turn)
    draft.hear(turn.text)
    draft.quantity = int(quantity)
    return go_on(turn, draft)


@router.step("aftersale_reason", lasting=True)
def hear_reason(turn: Turn) -> Sequence[Reply] | None:
    """Why: one of the options, or the customer's own account."""
    draft = draft_of(turn)
    if not plain(turn.text):
        return None  # A voice without words, or a smiley.
    tapped = at_positions(bare_positions(turn), list(words.REASON_OPTIONS.values()))
    reason = tapped[0] if tapped else words.reason_in(turn.text)
    if reason is None and words.takes_back(turn.text):
        return [Text(words.GIVEN_UP)]
    if calls_away(turn) or (reason is None and _goes_elsewhere(turn)):
        return None
    if reason is None and is_yes(turn) is not None:
        return _give_up(turn)
    draft.hear(turn.text)
    if not _STARTS.fullmatch(plain(turn.text)):  # 我要退货 said again tells no reason.
        draft.reason = reason or Reason.OTHER
    return go_on(turn, draft)


@router.step("aftersale_kind", lasting=True)
def hear_kind(turn: Turn) -> Sequence[Reply] | None:
    """Money or another piece."""
    draft = draft_of(turn)
    if words.takes_back(turn.text):
        return [Text(words.GIVEN_UP)]
    if _EXCHANGES.search(turn.text) or bare_positions(turn) == [2]:
        draft.kind = RequestKind.EXCHANGE
    elif "退" in turn.text or bare_positions(turn) == [1]:
        draft.kind = words.kind_in(turn.text, None) or RequestKind.RETURN_REFUND
    else:
        return _give_up(turn)
    return go_on(turn, draft)


@router.step("aftersale_pictures", lasting=True)
def hear_no_picture(turn: Turn) -> Sequence[Reply] | None:
    """Words while pictures are awaited: there are none, or that was all."""
    said, draft = plain(turn.text), draft_of(turn)
    if words.takes_back(turn.text):
        return [Text(words.GIVEN_UP)]
    if words.SKIP.fullmatch(said) or words.ENOUGH.fullmatch(said) or is_yes(turn) is False:
        return go_on(turn, draft)
    if is_yes(turn):
        if draft.pictures:
            return go_on(turn, draft)
        return [ask(turn, "aftersale_pictures", words.WAITING_FOR_PICTURES, draft)]
    return None


@router.step("aftersale_confirm")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Only a clear yes registers it, 确认退 too; 退了吧 is asked once more."""
    draft = draft_of(turn)
    if words.takes_back(turn.text):
        return [Text(words.GIVEN_UP)]
    if words.confirms(turn.text):
        return _register(turn, draft)
    if _STILL_WANTS.search(turn.text) and not turn.text.startswith(("确认", "确定")):
        is_repeated = turn.understanding.intent in (Intent.REQUEST_REFUND, Intent.AFFIRM)
        return go_on(turn, draft) if is_repeated else None
    answer = is_yes(turn)
    if answer:
        return _register(turn, draft)
    return [Text(words.GIVEN_UP)] if answer is False else None


@router.step("aftersale_more")
def hear_after_registering(turn: Turn) -> Sequence[Reply] | None:
    """Pictures may follow; words go their own way."""
    return [Text(words.GIVEN_UP_MORE)] if words.SKIP.fullmatch(plain(turn.text)) else None


def _register(turn: Turn, draft: Draft) -> Sequence[Reply]:
    order = orders.get_order(turn.session, turn.customer_id, draft.order_no)
    kind = kind_of(draft, order)
    if kind != draft.confirmed:  # It was sent while the question stood: read the new one back.
        return go_on(turn, draft)
    try:
        request = open_request(
            turn.session,
            turn.shop.sealer,
            customer_id=turn.customer_id,
            order_id=id_of(order),
            pieces=draft.pieces,
            kind=kind,
            reason=draft.reason or Reason.OTHER,
            words=draft.said,
            conversation_id=turn.conversation_id,
            now=turn.now,
        )
    except IllegalMove as refusal:  # The order moved on, or the piece was asked for meanwhile.
        return [Text(f"{refusal}。有问题请说“转人工”。")]
    for media_id in draft.pictures:
        attach_picture(
            turn.session, request, channel=turn.incoming.channel, media_id=media_id, now=turn.now
        )
    answer = words.REGISTERED.format(request_no=request.request_no)
    if draft.reason not in words.SHOWN_BY_PICTURES:
        return [Text(answer)]
    turn.ask("aftersale_more", words.PICTURES_MAY_FOLLOW, request_no=request.request_no)
    return [Text(f"{answer}\n{words.PICTURES_MAY_FOLLOW}")]


def _goes_elsewhere(turn: Turn) -> bool:
    """Whether the words are no account of what went wrong: 我要退货 said again is none either."""
    return is_errand(turn) and turn.understanding.intent not in ACCOUNTS


def _give_up(turn: Turn) -> Sequence[Reply] | None:
    is_over = words.takes_back(turn.text) or is_yes(turn) is False
    return [Text(words.GIVEN_UP)] if is_over else None


def _bearing(turn: Turn, found: Sequence[Order]) -> list[tuple[Order, OrderLine]]:
    """The lines of these orders that bear the words of the message which name goods."""
    said = [fold(name) for name in names(turn)]
    if not said:
        return []
    return [
        (order, line)
        for order, line in list_lines_of(turn.session, found)
        if all(name in fold(f"{line.title} {line.label}") for name in said)
    ]
