"""What the mini-program's endpoints need of the shop, and who calls them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.payments.client import ConfirmArguments, PayArguments
from bot.search import ShopSearch
from commerce.customers import get_customer
from commerce.inserting import id_of
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from wecom.apis import MiniProgramSession

CodeLogin = Callable[[str], Awaitable[MiniProgramSession]]
"""Exchanges a login code; raises `wecom.errors.WeChatError`."""


class Cashier(Protocol):
    """The customer's side of WeChat Pay; `bot.payments.client.PayClient` is the real one."""

    async def prepay(
        self,
        *,
        out_trade_no: str,
        description: str,
        total: int,
        payer_openid: str,
        time_expire: datetime,
    ) -> str:
        """The prepay id of a payment of `total` fen. Raises `wecom.errors.WeChatError`."""

    def pay_arguments(self, prepay_id: str, *, real_now: datetime) -> PayArguments:
        """What the mini-program passes to `wx.requestPayment`, signed at this real time."""

    def confirm_arguments(self, package: str) -> ConfirmArguments:
        """What the mini-program passes to `wx.requestMerchantTransfer`."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A logged-in customer. `openid` is theirs at the mini-program."""

    customer_id: int
    openid: str

    def present_id(self, session: Session) -> int:
        """Who they are now: they may have been merged since they were recognised."""
        return id_of(get_customer(session, self.customer_id))


@dataclass(frozen=True, slots=True)
class Shopfront:
    """The shop as the mini-program's endpoints use it."""

    database: Database
    clock: Clock
    sealer: Sealer
    search: ShopSearch
    cart_tokens: CartTokens
    hold_for: timedelta
    """How long an unpaid order keeps its goods."""
    login: CodeLogin
    pay: Cashier
    app_id: str
    """The mini-program's, under which its openids are kept."""
    picture_folder: Path
    evidence_folder: Path
