"""Withdrawals of commission: asked of WeChat Pay once approved, and told step by step."""

from datetime import timedelta
from typing import Final

from sqlmodel import select

from bot.handlers import withdrawal_words as words
from bot.handlers.order_words import moment_in_words
from bot.messages import Card, Reply, Text
from bot.pay_calls import want_transferred
from bot.reactions.heard import Heard, tell_customer, tell_customer_so
from commerce.catalogue.front import bestseller_picture
from commerce.distribution.tables import TransferState, Withdrawal, WithdrawalState
from commerce.distribution.withdrawals import record_transfer
from commerce.errors import NotFound
from commerce.money import yuan
from miniprogram_cards.promoter_cards import withdrawal_card

NEWS: Final = timedelta(days=2)
"""After that what became of a withdrawal is seen on its page."""


def transfer_wanted(heard: Heard) -> None:
    """Ask WeChat Pay for the transfer, under its one number for ever."""
    withdrawal = _withdrawal_of(heard)
    try:
        want_transferred(heard.session, heard.sealer, withdrawal, heard.now)
    except NotFound:
        # Nothing was asked of WeChat Pay under this number, and nothing will be.
        record_transfer(
            heard.session,
            withdrawal.out_bill_no,
            TransferState.FAIL,
            now=heard.now,
            reason=words.NO_ACCOUNT,
        )


def approved(heard: Heard) -> None:
    """Tell that the money is on its way and will have to be confirmed."""
    withdrawal = _withdrawal_of(heard)
    if withdrawal.state not in {WithdrawalState.APPROVED, WithdrawalState.SENDING}:
        return  # Further already: there is better news.
    fee = words.FEE.format(fee=yuan(withdrawal.fee)) if withdrawal.fee else ""
    _tell(heard, words.APPROVED.format(net=yuan(withdrawal.net), fee=fee))


def confirm_wanted(heard: Heard) -> None:
    """Let the promoter confirm, with a card that opens their page, while there is time."""
    withdrawal = _withdrawal_of(heard)
    until = withdrawal.confirm_until
    if withdrawal.state != WithdrawalState.WAIT_CONFIRM or until is None:
        return
    picture = bestseller_picture(heard.session)
    net = yuan(withdrawal.net)

    def ask(source: str) -> Reply:
        if not picture:
            return Text(words.CONFIRM.format(net=net, until=moment_in_words(until)))
        card = withdrawal_card(words.CONFIRM_CARD, withdrawal, picture, source)
        return Card(card.title, card.path, card.picture)

    tell_customer_so(heard, withdrawal.customer_id, ask, until=until)


def paid(heard: Heard) -> None:
    """Tell that the money has arrived."""
    _tell(heard, words.PAID.format(net=yuan(_withdrawal_of(heard).net)))


def failed(heard: Heard) -> None:
    """Tell why it did not arrive, and that it can be withdrawn again."""
    _tell(heard, _with_reason(heard, words.FAILED))


def refused(heard: Heard) -> None:
    """Tell why the shop did not agree, and that the money can be withdrawn again."""
    _tell(heard, _with_reason(heard, words.REFUSED))


def _withdrawal_of(heard: Heard) -> Withdrawal:
    number = heard.about["withdrawal_no"]
    return heard.session.exec(select(Withdrawal).where(Withdrawal.withdrawal_no == number)).one()


def _with_reason(heard: Heard, sentence: str) -> str:
    withdrawal = _withdrawal_of(heard)
    reason = (withdrawal.reason or words.NOT_ARRIVED).rstrip("。")
    return sentence.format(reason=reason, amount=yuan(withdrawal.amount))


def _tell(heard: Heard, sentence: str) -> None:
    customer_id = _withdrawal_of(heard).customer_id
    tell_customer(heard, customer_id, sentence, until=heard.event.at + NEWS)
