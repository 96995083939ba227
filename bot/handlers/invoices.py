"""开发票: whose name, the tax number, the e-mail, read back; and one's own invoices."""

from collections.abc import Sequence
from typing import Any, Final

from bot import texts
from bot.handlers import invoice_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.errands import calls_away, is_errand
from bot.handlers.order_choice import (
    RECENT,
    in_view,
    names_order,
    order_answered,
    order_meant,
    show,
)
from bot.handlers.order_words import orders_in_words
from bot.handlers.sealed_draft import ask_with_draft, kept_draft
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of
from commerce.invoices import requests
from commerce.invoices.requests import InvoiceDetails, amount_due, find_live, why_none
from commerce.invoices.tables import TitleKind
from commerce.invoices.tax_numbers import check_tax_no
from commerce.knowledge.facts import facts
from commerce.ordering import orders
from commerce.ordering.tables import Order, OrderState

router = Router()

PAID_STATES: Final = (
    OrderState.PAID,
    OrderState.PACKED,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
    OrderState.FINISHED,
)
MOST_LOOKED_AT: Final = 20
FEWEST_LETTERS: Final = 6
"""Letters and digits in an answer that may be meant as a tax number."""
STEP_OF: Final = {
    "kind": "invoice_kind",
    "title": "invoice_title",
    "tax_no": "invoice_tax_no",
    "email": "invoice_email",
}

type Draft = dict[str, Any]


@router.anywhere
def hear_invoice(turn: Turn) -> Sequence[Reply] | None:
    """Asks for an invoice, or for those one has; what is asked about them is answered elsewhere."""
    said = plain(turn.text)
    if words.ASKS_MINE.fullmatch(said):
        return tell_invoices(turn)
    named = turn.text.replace(str(turn.understanding.first("order_no") or "\0"), " ")
    return begin(turn) if words.wants_one(named) else None


def tell_invoices(turn: Turn) -> Sequence[Reply]:
    """The customer's own invoices, with numbers and links."""
    found = requests.list_own(turn.session, turn.shop.sealer, turn.customer_id)
    return [Text(words.listed(found) if found else words.NONE_YET)]


def begin(turn: Turn) -> Sequence[Reply]:
    """Find the order, then ask for what stands on the invoice."""
    draft: Draft = {"kind": words.kind_in(turn.text), "title": "", "tax_no": "", "email": ""}
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _of_order(turn, order, draft)
    seen = in_view(turn)
    if seen is not None and seen.state in PAID_STATES:
        return _of_order(turn, seen, draft)
    found = orders.list_orders(
        turn.session, turn.customer_id, states=PAID_STATES, limit=MOST_LOOKED_AT
    )
    free = [each for each in found if _is_free(turn, each)]
    if len(free) > 1:
        shown = free[:RECENT]
        show(turn, shown)
        question = ask_with_draft(turn, "invoice_order", words.WHICH_ORDER, draft)
        return [Text(orders_in_words(turn, shown, question.content))]
    if free:
        return _of_order(turn, free[0], draft)
    return tell_invoices(turn) if found else [Text(words.NO_ORDERS)]


@router.step("invoice_order", lasting=True)
def hear_order(turn: Turn) -> Sequence[Reply] | None:
    """Which of the orders it is."""
    order = order_answered(turn)
    return _not_wanted(turn) if order is None else _of_order(turn, order, kept_draft(turn))


@router.step("invoice_kind", lasting=True)
def hear_kind(turn: Turn) -> Sequence[Reply] | None:
    """个人 or 公司; a company's name says it as well."""
    if words.SPECIAL.search(turn.text):
        return [_ask(turn, "kind", f"{words.NO_SPECIAL}{words.WHICH_KIND}", kept_draft(turn))]
    kind = words.kind_in(turn.text)
    if not kind or calls_away(turn):
        return _not_wanted(turn)
    told = words.parts_of(turn.text)
    title = told["title"]
    is_named = title.endswith("公司") and len(title) >= FEWEST_LETTERS
    whole = told if is_named else {**told, "title": ""}
    return _go_on(turn, {**kept_draft(turn), "kind": kind}, whole)


@router.step("invoice_title", lasting=True)
def hear_title(turn: Turn) -> Sequence[Reply] | None:
    """The name on the invoice; number and e-mail may come with it."""
    draft, told = kept_draft(turn), words.parts_of(turn.text)
    is_company = words.LOOKS_LIKE_COMPANY.search(told["title"])
    if is_yes(turn) is False or calls_away(turn):
        return _not_wanted(turn)
    if not told["title"] or (is_errand(turn) and not is_company and not told["tax_no"]):
        return None
    return _go_on(turn, draft, told)


@router.step("invoice_tax_no", lasting=True)
def hear_tax_no(turn: Turn) -> Sequence[Reply] | None:
    """The company's number; one that cannot be is asked for again, with what is wrong."""
    told = words.parts_of(turn.text)
    letters = "".join(each for each in turn.text if each.isascii() and each.isalnum())
    if not told["tax_no"] and (len(letters) < FEWEST_LETTERS or told["email"]):
        return _not_wanted(turn)
    written = told["tax_no"] or letters
    return _go_on(turn, kept_draft(turn), {"tax_no": written, "email": told["email"]})


@router.step("invoice_email", lasting=True)
def hear_email(turn: Turn) -> Sequence[Reply] | None:
    """Where the invoice goes."""
    told = words.parts_of(turn.text)
    if not told["email"] and "@" not in turn.text:
        return _not_wanted(turn)
    return _go_on(turn, kept_draft(turn), {"email": told["email"] or turn.text})


@router.step("invoice_confirm")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Only a clear yes asks for it; what is corrected is read back first."""
    draft, told = kept_draft(turn), words.parts_of(turn.text)
    wrong = [name for name, pattern in words.WRONG.items() if pattern.search(turn.text)]
    new = {name: told[name] for name in ("tax_no", "email") if told[name]}
    if words.LOOKS_LIKE_COMPANY.search(told["title"]) and draft["kind"] == TitleKind.COMPANY:
        new["title"] = told["title"]
    if new:
        return _go_on(turn, draft, new)
    if wrong and words.IS_WRONG.search(turn.text):
        return _go_on(turn, {**draft, **dict.fromkeys(wrong, "")}, {})
    answer = is_yes(turn)
    if answer is None:
        return None
    return _request(turn, draft) if answer else [Text(words.KEPT_NOT)]


def _of_order(turn: Turn, order: Order, draft: Draft) -> Sequence[Reply]:
    show(turn, [order])
    live = find_live(turn.session, id_of(order))
    if live is not None:
        return [Text(words.in_words(requests.view(turn.session, turn.shop.sealer, live)))]
    refusal = why_none(turn.session, order)
    if refusal:
        return [Text(words.CANNOT.format(order_no=order.order_no, reason=refusal))]
    return _go_on(turn, {**draft, "order_no": order.order_no}, {})


def _go_on(turn: Turn, draft: Draft, told: dict[str, str]) -> Sequence[Reply]:
    """Take what was told, and ask for what is missing; a part that cannot be is asked for again."""
    refusals: dict[str, str] = {}
    for name, value in told.items():
        try:
            if value:
                draft = {**draft, name: _checked(name, value, TitleKind(draft["kind"]))}
        except InvalidInput as refusal:
            refusals[name] = f"{refusal}。"
    if refusals:
        name = next(iter(refusals))
        return [_ask(turn, name, refusals[name], draft)]
    missing = _missing(draft)
    if missing == "kind":
        ask_with_draft(turn, STEP_OF["kind"], words.WHICH_KIND, draft)
        return [Choices(words.WHICH_KIND, words.KIND_OPTIONS)]
    if missing:
        return [_ask(turn, missing, _question(missing, draft), draft)]
    order = orders.get_order(turn.session, turn.customer_id, str(draft["order_no"]))
    ask_with_draft(turn, "invoice_confirm", words.CONFIRM, draft)
    told_back = words.read_back(order.order_no, amount_due(turn.session, order), _details(draft))
    return [Text(f"{told_back}\n{words.CONFIRM}")]


def _request(turn: Turn, draft: Draft) -> Sequence[Reply]:
    order_no = str(draft["order_no"])
    try:
        requests.request_invoice(
            turn.session, turn.shop.sealer, turn.customer_id, order_no, _details(draft), turn.now
        )
    except IllegalMove as refusal:  # It was asked for elsewhere, or the money went back.
        return [Text(words.CANNOT.format(order_no=order_no, reason=refusal))]
    days = facts(turn.session).get("开票天数")
    when = words.WITHIN_DAYS.format(days=days) if days else words.SOON
    return [Text(words.DONE.format(order_no=order_no, when=when))]


def _missing(draft: Draft) -> str:
    is_company = draft["kind"] == TitleKind.COMPANY
    wanted = ("kind", "title", "tax_no", "email") if is_company else ("kind", "title", "email")
    return next((name for name in wanted if not draft[name]), "")


def _question(missing: str, draft: Draft) -> str:
    if missing == "title":
        is_company = draft["kind"] == TitleKind.COMPANY
        return words.COMPANY_TITLE if is_company else words.PERSON_TITLE
    return words.TAX_NO if missing == "tax_no" else words.EMAIL


def _checked(name: str, value: str, kind: TitleKind) -> str:
    if name == "title":
        return requests.check_title(kind, value)
    return check_tax_no(value) if name == "tax_no" else requests.check_email(value)


def _details(draft: Draft) -> InvoiceDetails:
    is_company = draft["kind"] == TitleKind.COMPANY
    tax_no = draft["tax_no"] if is_company else ""
    return InvoiceDetails(TitleKind(draft["kind"]), draft["title"], tax_no, draft["email"])


def _is_free(turn: Turn, order: Order) -> bool:
    has_one = find_live(turn.session, id_of(order)) is not None
    return not has_one and not why_none(turn.session, order)


def _ask(turn: Turn, name: str, question: str, draft: Draft) -> Text:
    return ask_with_draft(turn, STEP_OF[name], question, draft)


def _not_wanted(turn: Turn) -> Sequence[Reply] | None:
    return [Text(words.KEPT_NOT)] if is_yes(turn) is False else None
