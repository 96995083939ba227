"""WeChat Pay's notifies over HTTP: verified, compared with our books, committed, then answered."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot.channels.official_account import read_body
from bot.clock import Clock
from bot.database import Database
from bot.listeners import Listeners
from bot.pay_reports import ForeignPayment, PayReports
from bot.payments.notify import BadNotify, NotifyVerifier
from commerce.errors import NotFound
from wecom.callback import CallbackRefused

log = structlog.get_logger()

COMMIT_SECONDS: Final = 4.0
"""WeChat Pay waits five seconds, then comes again (支付通知 documentation)."""


@dataclass(frozen=True, slots=True)
class PayNotify:
    """Receives one merchant's notifies."""

    verifier: NotifyVerifier
    reports: PayReports
    database: Database
    clock: Clock
    listeners: Listeners

    def routes(self, path: str) -> list[web.RouteDef]:
        """The notify address, for payments and refunds alike."""
        return [web.post(path, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """204 once the report is in our books; anything else makes WeChat Pay come again."""
        now = self.clock.now()
        try:
            body = await read_body(request)
            notice = self.verifier.verify(request.headers, body, now=now)
        except (BadNotify, CallbackRefused) as refusal:
            log.warning("pay notify refused", reason=refusal.reason)
            if refusal.reason == "wrong_merchant":
                return refusal_of(403, "NOT_OURS")
            return refusal_of(401, "FAIL")
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                outcome = await self.database.write(self.reports.note_notice, notice, now)
        except ForeignPayment:
            log.error("pay notify for another merchant or app")  # noqa: TRY400 - no fault of ours
            return refusal_of(403, "NOT_OURS")
        except NotFound:
            # The transaction that made the payment may not be visible yet: come again.
            return refusal_of(500, "NOT_YET")
        except (TimeoutError, DBAPIError) as error:
            log.warning("pay notify not kept", reason=type(error).__name__)
            return refusal_of(503, "BUSY")
        self.listeners.wake()
        log.info("pay notify", event_type=notice.event_type, outcome=outcome)
        return web.Response(status=204)


def refusal_of(status: int, code: str) -> web.Response:
    """A refusal in the form that WeChat Pay reads."""
    return web.json_response({"code": code, "message": "失败"}, status=status)
