"""The shop's standing duties: what falls due, and how each is done."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Final

import structlog
from sqlmodel import Session, col, delete

from bot import inbox
from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job, Overtaken
from bot.lexicon import extend_lexicon
from bot.pay_calls import want_closed, want_refunded
from bot.pay_reports import ForeignPayment, PayReports
from bot.payments.client import PayClient
from bot.pipeline import Pipeline
from bot.tables import LoginSession
from bot.turn import Shop
from commerce.catalogue.changes import forget_changes, list_changes
from commerce.catalogue.index import IndexBusy
from commerce.catalogue.indexing import LARGEST_RUN, apply_changes, rebuild
from commerce.errors import NotFound
from commerce.inserting import affected_rows
from commerce.membership.birthdays import serve_birthdays
from commerce.payments import closing, opening, refunds
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from commerce.promotions import coupons
from wecom.errors import WeChatError

log = structlog.get_logger()

NAMES_AT_ONCE: Final = 16
"""A fifth of a second's work: see commerce.catalogue.meaning."""
AT_ONCE: Final = 8
"""Calls of WeChat Pay under way at a time."""


@dataclass(frozen=True, slots=True)
class Duties:
    """Each method looks for what is due now and does it; doing it again does no harm."""

    database: Database
    clock: Clock
    shop: Shop
    pay: PayClient
    reports: PayReports
    pipeline: Pipeline
    lexicon_file: Path

    def jobs(self) -> list[Job]:
        """The duties with their rhythm, in the shop's time."""

        def seconds(count: float, name: str, run: Callable[[], Awaitable[object]]) -> Job:
            return Job(name, timedelta(seconds=count), run)

        return [
            seconds(5, "lapse unpaid orders", self.let_orders_lapse),
            seconds(5, "ask about payments", self.ask_about_payments),
            seconds(10, "close payments", self.close_payments),
            seconds(30, "ask about refunds", self.ask_about_refunds),
            seconds(3, "answer what was left behind", self.answer_left_behind),
            seconds(2, "index changes", self.index_changes),
            seconds(5, "learn names", self.learn_names),
            seconds(10, "embed questions", self.embed_questions),
            seconds(60, "lapse coupons", self.let_coupons_lapse),
            seconds(600, "serve birthdays", self.serve_birthdays),
            seconds(3600, "sweep", self.sweep),
        ]

    async def let_orders_lapse(self) -> None:
        """Begin to close unpaid orders whose time is up."""
        now = self.clock.now()
        for order_id in await self.database.read(closing.list_lapsed, now):
            await self.database.write(closing.let_lapse, order_id, now)

    async def let_coupons_lapse(self) -> None:
        """Let coupons lapse whose time is up, some hundred at a time."""
        while await self.database.write(coupons.lapse, self.clock.now()):
            pass

    async def serve_birthdays(self) -> None:
        """Give those a present whose birthday it is, some hundred at a time."""
        while await self.database.write(serve_birthdays, self.clock.now()):
            pass

    async def ask_about_payments(self) -> None:
        """Find payments whose notify never came."""
        due = await self.database.write(closing.take_payments_to_ask, self.clock.now())
        await a_few_at_once(self.ask_about, [payment.out_trade_no for payment in due])

    async def ask_about(self, out_trade_no: str) -> None:
        """Ask WeChat Pay how one payment stands and write it down."""
        try:
            payment = await self.pay.query(out_trade_no)
            now = self.clock.now()
            if payment is None:
                await self.database.write(self.reports.note_unknown_payment, out_trade_no, now)
            else:
                await self.database.write(self.reports.note_payment, payment, now)
        except (WeChatError, NotFound, ForeignPayment) as error:
            log.warning("payment not asked", out_trade_no=out_trade_no, reason=str(error))

    async def close_payments(self) -> None:
        """Close again what WeChat Pay has not confirmed within its minute."""
        due = await self.database.write(closing.take_payments_to_close, self.clock.now())
        await a_few_at_once(self.close_again, due)

    async def close_again(self, payment: Payment) -> None:
        """Close a payment again, unless asking settles it."""
        await self.ask_about(payment.out_trade_no)
        await self.database.write(self._close_again, payment.out_trade_no, payment.ask_at)

    def _close_again(self, session: Session, out_trade_no: str, again_at: datetime) -> None:
        payment = opening.find_payment(session, out_trade_no)
        if payment is not None and payment.state == PaymentState.CLOSING:
            now = self.clock.now()
            want_closed(session, self.shop.sealer, out_trade_no, now, again_at=again_at)

    async def ask_about_refunds(self) -> None:
        """Find refunds whose notify never came, and ask again for those that never arrived."""
        due = await self.database.write(refunds.take_refunds_to_ask, self.clock.now())
        await a_few_at_once(self.ask_about_refund, due)

    async def ask_about_refund(self, refund: Refund) -> None:
        """Ask WeChat Pay how one refund stands and write it down."""
        number = refund.out_refund_no
        try:
            answer = await self.pay.query_refund(number)
        except WeChatError as error:
            log.warning("refund not asked", number=number, reason=str(error))
            return
        if answer is None:
            await self.database.write(self._refund_again, number, refund.ask_at)
        else:
            await self.database.write(self.reports.note_refund, answer, self.clock.now())

    def _refund_again(self, session: Session, out_refund_no: str, again_at: datetime) -> None:
        refund = refunds.find_refund(session, out_refund_no)
        if refund is not None and refund.state == RefundState.REQUESTED:
            now = self.clock.now()
            want_refunded(session, self.shop.sealer, refund, now, again_at=again_at)

    async def answer_left_behind(self) -> None:
        """Answer messages whose process died, or whose turn failed on the database."""
        left = await self.database.write(inbox.take_up_left_behind, self.clock.now())
        results = await asyncio.gather(
            *(self.pipeline.answer_all(conversation) for conversation in left),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, Overtaken):
                raise result
            if isinstance(result, BaseException):
                log.warning("still not answered", reason=type(result).__name__)

    async def build_index(self) -> None:
        """Enter the whole catalogue: the index is new, or of another form than this version's."""
        try:
            count = await self.database.read(rebuild, self.shop.search.index)
        except IndexBusy:
            return  # Another process builds it.
        log.info("search index built", products=count)

    async def index_changes(self) -> None:
        """Bring the search index up to date, if this process is the one that writes it."""
        index = self.shop.search.index
        if not index.is_complete:
            await self.build_index()
        changes = await self.database.read(list_changes, LARGEST_RUN)
        if not changes:
            return
        try:
            await self.database.read(apply_changes, index, changes)
        except IndexBusy:
            return  # Another process writes the index; it will see these changes as well.
        await self.database.write(forget_changes, changes)
        await self.database.read(
            extend_lexicon, self.lexicon_file, self.shop.search.tokenise, changes
        )

    async def embed_questions(self) -> None:
        """Compute the meaning of questions that operators or files have added."""
        answering = self.shop.answering
        if answering is not None:
            await answering.complete_vectors(self.database)

    async def learn_names(self) -> None:
        """Let search learn what a few more names of things mean."""
        await asyncio.to_thread(self.shop.search.index.learn_names, NAMES_AT_ONCE)

    async def sweep(self) -> None:
        """Remove what nobody will ask for again."""
        await self.database.write(forget_logins, self.clock.now())


def forget_logins(session: Session, now: datetime) -> None:
    """Remove log-ins that are over."""
    affected_rows(session, delete(LoginSession).where(col(LoginSession.expires_at) < now))


async def a_few_at_once[T](work: Callable[[T], Awaitable[None]], all_of_it: Iterable[T]) -> None:
    """Do the work on each, in small groups; one that fails is logged and stops no other.

    Raises Overtaken once another process has taken the job over.
    """
    for group in batched(all_of_it, AT_ONCE):
        results = await asyncio.gather(*(work(each) for each in group), return_exceptions=True)
        for result in results:
            if isinstance(result, Overtaken):
                raise result
            if isinstance(result, Exception):
                log.error("duty failed", duty=work.__name__, exc_info=result)
