"""What the mini-program is told of distribution. Amounts are fen, rates basis points."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer
from commerce.distribution.tables import BindingRule, PromoterState, Who, WithdrawalState


class PromoterTerms(Answer):
    """The shop's rules, for pages that reckon and for people who read."""

    who: Who
    binding: BindingRule
    binding_days: int
    protection_days: int
    first_bp: int = Field(description="of goods paid without freight: 1000 is 10%")
    second_bp: int = Field(description="for whoever brought the promoter; 0 for nothing")
    freeze_days: int
    withdraw_min: int
    withdraw_most: int
    fee_bp: int
    words: list[str] = Field(description="the same in Chinese")


class PromoterStanding(Answer):
    """Where the commission is."""

    pending: int
    available: int = Field(description="below zero while there is a debt")
    in_transit: int
    withdrawn: int
    this_month: int


class MonthEarned(Answer):
    """What a month booked, less what it took back."""

    month: str = Field(description="in Shanghai: 2026-11")
    amount: int


class Distribution(Answer):
    """The caller as a promoter; for whoever is none all figures are 0."""

    is_promoter: bool
    state: PromoterState | None
    code: str = Field(description="empty for whoever is no promoter")
    may_join: bool
    refusal: str = Field(description="why the caller cannot become a promoter, or empty")
    terms: PromoterTerms
    standing: PromoterStanding
    months: list[MonthEarned] = Field(description="the latest six, the oldest first")
    brought: int = Field(description="customers who count as the caller's now")
    latest_withdrawal: str | None = Field(description="`after` of the next withdrawal")


class CommissionLine(Answer):
    """One change of what the shop owes the caller."""

    entry_id: int
    kind: str
    memo: str = Field(description="in Chinese, such as 推广佣金")
    amount: int
    at: datetime


class CommissionStatement(Answer):
    """A page of changes, the latest first."""

    lines: list[CommissionLine]
    next_before: int | None = Field(description="`before` of the next page; null at the end")


class Withdrawal(Answer):
    """Commission on its way: `net` is what arrives."""

    withdrawal_no: str
    amount: int
    fee: int
    net: int
    state: WithdrawalState
    may_confirm: bool = Field(description="its confirmation can be fetched now")
    reason: str = Field(description="why it was refused or failed, or empty")
    asked_at: datetime
    confirm_until: datetime | None
    ended_at: datetime | None


class Withdrawals(Answer):
    """The caller's withdrawals, the latest first, twenty at most."""

    items: list[Withdrawal]
