"""Withdrawing commission in chat: how much, a yes, and where it is from then on."""

from collections.abc import Sequence

from bot.handlers import distribution_words as words
from bot.handlers.answers import is_unsure, is_yes
from bot.handlers.distribution_goals import amount_said, bare_amount, wants_all
from bot.handlers.withdrawal_words import CONFIRM_CARD
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue.front import bestseller_picture
from commerce.distribution import statements, withdrawals
from commerce.distribution.promoters import find_promoter
from commerce.distribution.tables import Withdrawal, WithdrawalState
from commerce.distribution.terms import get_terms
from commerce.errors import ShopError
from commerce.money import yuan
from miniprogram_cards.promoter_cards import withdrawal_card

router = Router()


def begin(turn: Turn) -> Sequence[Reply]:
    """Begin to withdraw: the amount that was named, or a question for it."""
    terms = get_terms(turn.session)
    if find_promoter(turn.session, turn.customer_id) is None:
        return [Text(f"{words.NOT_PROMOTER}{words.how_to_join(terms)}")]
    live = withdrawals.find_live(turn.session, turn.customer_id)
    if live is not None:
        return [Text(words.ONE_AT_A_TIME), *_progress(turn, live)]
    available = _available(turn)
    if available < 0:
        return [Text(words.OWES.format(debt=yuan(-available)))]
    if available < terms.withdraw_min:
        least = yuan(terms.withdraw_min)
        return [Text(words.TOO_LITTLE.format(available=yuan(available), least=least))]
    if wants_all(turn.text, is_answer=False):
        return _confirm_all(turn)
    amount = amount_said(turn.text)
    if amount is None:
        return [turn.ask("withdraw_amount", words.ASK_AMOUNT.format(available=yuan(available)))]
    return _confirm(turn, amount)


@router.step("withdraw_amount", lasting=True)
def hear_amount(turn: Turn) -> Sequence[Reply] | None:
    """So much, or all of it; nothing else is taken for an amount."""
    if is_yes(turn) is False:
        return [Text(words.NOT_ASKED)]
    return _hear_how_much(turn)


@router.step("confirm_withdrawal")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Yes puts the money on its way; the shop's people look at it first."""
    amount = int(turn.memory.question["amount"])
    if is_unsure(turn):
        return _confirm(turn, amount)
    answer = is_yes(turn)
    if answer is None:
        return _hear_how_much(turn)
    if answer is False:
        return [Text(words.NOT_ASKED)]
    try:
        asked = withdrawals.ask(turn.session, turn.customer_id, amount, turn.now)
    except ShopError as error:
        return [Text(f"{error}。")]
    return [Text(words.ASKED.format(amount=yuan(asked.amount), number=asked.withdrawal_no))]


def tell_progress(turn: Turn) -> Sequence[Reply]:
    """Where the latest withdrawal is, with the card to confirm it while that is to be done."""
    latest = next(iter(withdrawals.list_own(turn.session, turn.customer_id, limit=1)), None)
    if latest is None:
        return [Text(f"{words.NO_WITHDRAWAL}{words.paying(get_terms(turn.session))}")]
    return _progress(turn, latest)


def tell_calling_off(turn: Turn) -> Sequence[Reply]:
    """What was asked for is the shop's to give back; where it is."""
    live = withdrawals.find_live(turn.session, turn.customer_id)
    if live is None:
        return tell_progress(turn)
    return [Text(f"{words.progress(live, turn.now)}\n{words.CALL_OFF}")]


def _progress(turn: Turn, withdrawal: Withdrawal) -> Sequence[Reply]:
    told = Text(words.progress(withdrawal, turn.now))
    picture = bestseller_picture(turn.session)
    if withdrawal.state != WithdrawalState.WAIT_CONFIRM or not picture:
        return [told]
    card = withdrawal_card(CONFIRM_CARD, withdrawal, picture, turn.source)
    return [told, Card(card.title, card.path, card.picture)]


def _hear_how_much(turn: Turn) -> Sequence[Reply] | None:
    if wants_all(turn.text, is_answer=True):
        return _confirm_all(turn)
    amount = bare_amount(turn.text)
    return None if amount is None else _confirm(turn, amount)


def _confirm_all(turn: Turn) -> Sequence[Reply]:
    """All that may be withdrawn at a time."""
    return _confirm(turn, min(_available(turn), get_terms(turn.session).withdraw_most))


def _confirm(turn: Turn, amount: int) -> Sequence[Reply]:
    available, terms = _available(turn), get_terms(turn.session)
    if amount > available:
        return [turn.ask("withdraw_amount", words.TOO_MUCH.format(available=yuan(available)))]
    if not terms.withdraw_min <= amount <= terms.withdraw_most:
        least, most = yuan(terms.withdraw_min), yuan(min(available, terms.withdraw_most))
        return [turn.ask("withdraw_amount", words.BOUNDS.format(least=least, most=most))]
    return [turn.ask("confirm_withdrawal", words.confirm(amount, terms), amount=amount)]


def _available(turn: Turn) -> int:
    return statements.standing(turn.session, turn.customer_id, turn.now).available
