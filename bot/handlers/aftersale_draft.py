"""A request after buying as it is put together: what is known, and what is asked next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field
from sqlmodel import Session

from bot import texts
from bot.handlers import aftersale_words as words
from bot.handlers.aftersale_money_words import back_in_words
from bot.handlers.order_choice import RECENT, ask_to_cancel_unpaid, show
from bot.handlers.order_words import goods_in_words, orders_in_words
from bot.handlers.sealed_draft import ask_with_draft, kept_draft
from bot.messages import Choices, Reply, Text
from bot.turn import Turn
from commerce.aftersale.claims import free_pieces
from commerce.aftersale.requests import LONGEST_WORDS, estimate
from commerce.aftersale.tables import Reason, RequestKind
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.tables import Order, OrderLine, OrderState

DRAFTED: Final = frozenset(
    f"aftersale_{name}"
    for name in ("order", "item", "quantity", "reason", "kind", "pictures", "confirm")
)
"""Questions beside which a draft is kept."""
BEFORE_DISPATCH: Final = (OrderState.PAID, OrderState.PACKED)
KIND_OPTIONS: Final = ("退货退款", "换一件")


class Draft(BaseModel):
    """Kept, sealed, beside the question that is open."""

    said: str = ""
    """The customer's own account, a line a message."""
    order_no: str = ""
    pieces: dict[int, int] = Field(default_factory=dict)
    """By order line id."""
    line_id: int = 0
    """The line that was meant, while its pieces are asked for."""
    quantity: int = 0
    is_all: bool = False
    kind: RequestKind | None = None
    confirmed: RequestKind | None = None
    """What the summary that was read back calls it."""
    wants_money: bool = False
    reason: Reason | None = None
    pictures: list[str] = Field(default_factory=list)
    """Media ids of the platform."""
    asked_for_pictures: bool = False

    def hear(self, text: str) -> None:
        """Take from a message what it tells, leaving what is known."""
        if text:
            self.said = "\n".join(filter(None, (self.said, text)))[:LONGEST_WORDS]
        self.reason = self.reason or words.reason_in(text)
        self.kind = self.kind or words.kind_in(text, self.reason)
        self.wants_money = self.wants_money or words.wants_money(text)
        self.is_all = self.is_all or words.means_all(text)


@dataclass(frozen=True, slots=True)
class Goods:
    """The lines of an order, and how many pieces of each may still be asked for."""

    lines: tuple[OrderLine, ...]
    free: dict[int, int]

    @classmethod
    def of(cls, session: Session, order: Order) -> "Goods":
        """As they are now."""
        lines = orders.list_lines(session, order)
        return cls(tuple(lines), dict(free_pieces(session, lines)))

    @property
    def open_lines(self) -> list[OrderLine]:
        """Lines of which a piece is left to ask for."""
        return [line for line in self.lines if self.free[id_of(line)]]


def draft_of(turn: Turn) -> Draft:
    """The draft of the question that this turn may answer."""
    return Draft.model_validate(kept_draft(turn))


def ask(turn: Turn, step: str, question: str, draft: Draft) -> Text:
    """Ask for what is missing, and keep what is known."""
    return ask_with_draft(turn, step, question, draft.model_dump(mode="json"))


def go_on(turn: Turn, draft: Draft) -> Sequence[Reply]:
    """Ask for the next thing that is missing; with nothing missing, for the confirmation."""
    order = orders.find_order(turn.session, turn.customer_id, draft.order_no)
    if order is None:
        return [Text(texts.ORDER_NOT_FOUND)]
    if order.state == OrderState.UNPAID:
        return _offer_to_cancel(turn, order)
    if order.state == OrderState.CLOSED:
        return [Text(words.CLOSED.format(order_no=order.order_no))]
    if order.awaits_group:
        return [Text(words.UNTIL_GROUP_ENDS.format(order_no=order.order_no))]
    goods = Goods.of(turn.session, order)
    if not goods.open_lines:
        return [Text(words.ALL_CLAIMED)]
    return (
        _ask_pieces(turn, draft, goods)
        or _ask_reason(turn, draft)
        or _ask_kind(turn, draft, order)
        or _ask_pictures(turn, draft)
        or _ask_confirmation(turn, draft, order, goods)
    )


def ask_which_order(turn: Turn, draft: Draft, found: Sequence[Order]) -> Sequence[Reply]:
    """List the latest few and ask which of them it is."""
    shown = found[:RECENT]
    show(turn, shown)
    question = ask(turn, "aftersale_order", words.WHICH_ORDER, draft)
    return [Text(orders_in_words(turn, shown, question.content))]


def kind_of(draft: Draft, order: Order) -> RequestKind:
    """What the request is, given where the order is."""
    if order.state in BEFORE_DISPATCH:
        is_claim = draft.reason == Reason.PRICE
        return RequestKind.CLAIM if is_claim else RequestKind.REFUND_ONLY
    if draft.kind is not None:
        return draft.kind
    no_goods = draft.reason in (Reason.NOT_RECEIVED, Reason.LATE)
    return RequestKind.REFUND_ONLY if no_goods else RequestKind.RETURN_REFUND


def _offer_to_cancel(turn: Turn, order: Order) -> Sequence[Reply]:
    question = ask_to_cancel_unpaid(turn, order)
    instead = words.UNPAID_INSTEAD.format(order_no=order.order_no)
    return [Text(f"{instead}\n{question.content}")]


def _ask_pieces(turn: Turn, draft: Draft, goods: Goods) -> Sequence[Reply] | None:
    """Settle which pieces are meant, or ask."""
    if draft.pieces:
        return None
    lines = goods.open_lines
    if draft.is_all:
        draft.pieces = {id_of(line): goods.free[id_of(line)] for line in lines}
        return None
    if not draft.line_id and len(lines) == 1:
        draft.line_id = id_of(lines[0])
    line = next((each for each in lines if id_of(each) == draft.line_id), None)
    if line is None:
        listed = [f"{n}. {goods_in_words(each)}" for n, each in enumerate(lines, 1)]
        question = ask(turn, "aftersale_item", words.WHICH_ITEM, draft)
        return [Text(texts.fitting(listed, question.content))]
    free = goods.free[draft.line_id]
    if free > 1 and not 0 < draft.quantity <= free:
        which = words.TOO_MANY.format(free=free)
        if draft.quantity <= 0:
            which = words.HOW_MANY.format(title=texts.short(line.title), count=free)
        draft.quantity = 0
        return [ask(turn, "aftersale_quantity", which, draft)]
    draft.pieces = {draft.line_id: min(draft.quantity or 1, free)}
    return None


def _ask_reason(turn: Turn, draft: Draft) -> Sequence[Reply] | None:
    if draft.reason is not None:
        return None
    ask(turn, "aftersale_reason", words.WHY, draft)
    return [Choices(words.WHY, tuple(words.REASON_OPTIONS))]


def _ask_kind(turn: Turn, draft: Draft, order: Order) -> Sequence[Reply] | None:
    is_told = draft.kind is not None or draft.wants_money
    no_goods = draft.reason in (Reason.NOT_RECEIVED, Reason.LATE)
    if is_told or no_goods or order.state in BEFORE_DISPATCH:
        return None
    ask(turn, "aftersale_kind", words.WHICH_KIND, draft)
    return [Choices(words.WHICH_KIND, KIND_OPTIONS)]


def _ask_pictures(turn: Turn, draft: Draft) -> Sequence[Reply] | None:
    if draft.reason not in words.SHOWN_BY_PICTURES or draft.pictures or draft.asked_for_pictures:
        return None
    draft.asked_for_pictures = True
    return [ask(turn, "aftersale_pictures", words.SEND_PICTURES, draft)]


def _ask_confirmation(turn: Turn, draft: Draft, order: Order, goods: Goods) -> Sequence[Reply]:
    kind = kind_of(draft, order)
    note = ""
    if order.state in BEFORE_DISPATCH and kind != draft.kind and draft.kind is not None:
        is_exchange = draft.kind == RequestKind.EXCHANGE
        note = words.NOT_SENT_NO_EXCHANGE if is_exchange else words.NOT_SENT_ONLY_MONEY
    pieces = [
        (line, draft.pieces[id_of(line)]) for line in goods.lines if id_of(line) in draft.pieces
    ]
    reason = draft.reason or Reason.OTHER
    try:
        back = estimate(turn.session, order, draft.pieces, kind, reason)
    except IllegalMove as error:  # Finished, or waiting for its group.
        return [Text(words.NOT_NOW.format(why=error))]
    draft.confirmed = kind
    ask(turn, "aftersale_confirm", words.CONFIRM, draft)
    money = back_in_words(back, kind)
    told = words.summary(order, pieces, kind, reason, len(draft.pictures), money)
    return [Text("\n".join(filter(None, (note, told))))]
