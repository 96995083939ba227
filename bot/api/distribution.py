"""Distribution for the mini-program: joining, one's commission and its lines, withdrawing."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from bot.api import distribution_answers as answers
from bot.api.distribution_requests import Asking, LinesPage
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.shopfront import Shopfront
from bot.api.withdrawals import MAY_CONFIRM
from bot.handlers import distribution_words as words
from commerce.customers.merging import lock_customer
from commerce.distribution import promoters, statements, withdrawals
from commerce.distribution.tables import (
    DistributionTerms,
    PromoterState,
    Withdrawal,
    WithdrawalState,
)
from commerce.distribution.terms import get_terms
from commerce.errors import IllegalMove
from commerce.inserting import id_of

type PlainCall = Call[NoParameters, NoBody]

STALE = "提现记录刚刚有变化，请刷新后再试"


async def show_distribution(shop: Shopfront, call: PlainCall) -> answers.Distribution:
    """The caller as a promoter, or how to become one."""
    return await shop.database.read(
        lambda session: _distribution(session, call.caller.present_id(session), call.now)
    )


async def become_promoter(shop: Shopfront, call: PlainCall) -> answers.Distribution:
    """Make the caller a promoter, as the rules allow; one who is one stays one."""

    def become(session: Session) -> answers.Distribution:
        customer_id = call.caller.present_id(session)
        promoters.become(session, customer_id, call.now)
        return _distribution(session, customer_id, call.now)

    return await shop.database.write(become)


async def show_lines(shop: Shopfront, call: Call[LinesPage, NoBody]) -> answers.CommissionStatement:
    """What was earned, taken back, withdrawn and returned."""

    def show(session: Session) -> answers.CommissionStatement:
        page = call.parameters
        found = statements.list_lines(
            session, call.caller.present_id(session), limit=page.limit + 1, before=page.before
        )
        shown = found[: page.limit]
        return answers.CommissionStatement(
            lines=[answers.CommissionLine(**asdict(line)) for line in shown],
            next_before=shown[-1].entry_id if len(found) > page.limit else None,
        )

    return await shop.database.read(show)


async def list_withdrawals(shop: Shopfront, call: PlainCall) -> answers.Withdrawals:
    """What the caller has asked for, and where it is."""

    def show(session: Session) -> answers.Withdrawals:
        found = withdrawals.list_own(session, call.caller.present_id(session))
        return answers.Withdrawals(items=[_withdrawal(each, call.now) for each in found])

    return await shop.database.read(show)


async def ask_for_withdrawal(
    shop: Shopfront, call: Call[NoParameters, Asking]
) -> answers.Withdrawal:
    """Ask for money once, however often the request comes from one and the same page."""

    def ask(session: Session) -> answers.Withdrawal:
        customer_id = id_of(lock_customer(session, call.caller.present_id(session)))
        made = _made_since(session, customer_id, call.body)
        withdrawal = made or withdrawals.ask(session, customer_id, call.body.amount, call.now)
        return _withdrawal(withdrawal, call.now)

    return await shop.database.write(ask)


def _made_since(session: Session, customer_id: int, asking: Asking) -> Withdrawal | None:
    """The withdrawal that this very request made before. Raises IllegalMove for another's."""
    latest = withdrawals.list_own(session, customer_id, limit=2)
    numbers = [*(each.withdrawal_no for each in latest), None]
    if numbers[0] == asking.after:
        return None
    if numbers[1] == asking.after and latest[0].amount == asking.amount:
        return latest[0]
    raise IllegalMove(STALE)


def _distribution(session: Session, customer_id: int, now: datetime) -> answers.Distribution:
    promoter = promoters.find_promoter(session, customer_id)
    is_active = promoter is not None and promoter.state == PromoterState.ACTIVE
    refusal = "" if is_active else promoters.why_not(session, customer_id)
    latest = next(iter(withdrawals.list_own(session, customer_id, limit=1)), None)
    months = statements.list_months(session, customer_id, now)
    return answers.Distribution(
        is_promoter=promoter is not None,
        state=None if promoter is None else PromoterState(promoter.state),
        code="" if promoter is None else promoter.code,
        may_join=not is_active and not refusal,
        refusal=refusal,
        terms=_terms(get_terms(session)),
        standing=answers.PromoterStanding(**asdict(statements.standing(session, customer_id, now))),
        months=[answers.MonthEarned(month=month, amount=amount) for month, amount in months],
        brought=promoters.count_brought(session, customer_id, now),
        latest_withdrawal=None if latest is None else latest.withdrawal_no,
    )


def _terms(terms: DistributionTerms) -> answers.PromoterTerms:
    told = [words.how_to_join(terms), words.rules(terms), words.paying(terms)]
    return answers.PromoterTerms(**terms.model_dump(exclude={"id"}), words=told)


def _withdrawal(withdrawal: Withdrawal, now: datetime) -> answers.Withdrawal:
    until = withdrawal.confirm_until
    is_open = withdrawal.state in withdrawals.ASKED_ABOUT and bool(withdrawal.package)
    return answers.Withdrawal(
        withdrawal_no=withdrawal.withdrawal_no,
        amount=withdrawal.amount,
        fee=withdrawal.fee,
        net=withdrawal.net,
        state=WithdrawalState(withdrawal.state),
        may_confirm=is_open
        and withdrawal.transfer_state in MAY_CONFIRM
        and (until is None or until > now),
        reason=withdrawal.reason,
        asked_at=withdrawal.asked_at,
        confirm_until=until,
        ended_at=withdrawal.ended_at,
    )
