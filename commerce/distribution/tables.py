"""Who brought whom, what that earned, and how it is paid out."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime

_LIVE = "state IN ('asked', 'approved', 'sending', 'wait_confirm')"


class Who(StrEnum):
    """Who may become a promoter."""

    EVERYONE = "everyone"
    APPOINTED = "appointed"
    """Only whom the shop's people name."""
    AFTER_PURCHASE = "after_purchase"
    """Customers who have received an order."""


class BindingRule(StrEnum):
    """How long a customer stays with the promoter who brought them."""

    PERMANENT = "permanent"
    DAYS = "days"
    """For `binding_days`, and with nobody else meanwhile."""
    LAST_WINS = "last_wins"
    """Until somebody else brings them, but for `protection_days` at least."""


class DistributionTerms(SQLModel, table=True):
    """The shop's rules of distribution, one row that operators edit; without it, these defaults.

    Rates and the fee are basis points, amounts fen. What was agreed on stays: a binding keeps its
    days, a commission its rate and its days of freezing, a withdrawal its fee.
    """

    __tablename__ = "distribution_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_distribution_terms_id"),
        CheckConstraint(
            "who IN ('everyone', 'appointed', 'after_purchase')", name="ck_distribution_terms_who"
        ),
        CheckConstraint(
            "binding IN ('permanent', 'days', 'last_wins')", name="ck_distribution_terms_binding"
        ),
        CheckConstraint(
            "binding_days BETWEEN 1 AND 3650 AND protection_days BETWEEN 0 AND 3650"
            " AND freeze_days BETWEEN 0 AND 365",
            name="ck_distribution_terms_days",
        ),
        CheckConstraint(
            "first_bp >= 0 AND second_bp >= 0 AND first_bp + second_bp <= 10000",
            name="ck_distribution_terms_rates",
        ),
        CheckConstraint(
            "withdraw_min >= 10 AND withdraw_min <= withdraw_most AND withdraw_most < 200000",
            name="ck_distribution_terms_withdraw",
        ),
        CheckConstraint("fee_bp BETWEEN 0 AND 5000", name="ck_distribution_terms_fee"),
    )

    id: int | None = Field(default=1, primary_key=True)
    who: str = Who.APPOINTED
    binding: str = BindingRule.PERMANENT
    binding_days: int = 30
    protection_days: int = 15
    first_bp: int = 1000
    """For whoever brought the buyer."""
    second_bp: int = 0
    """For whoever brought that promoter. Nobody further up ever earns."""
    freeze_days: int = 7
    """So long after its receipt an order's commission can be withdrawn."""
    withdraw_min: int = 100
    """WeChat's merchant transfer sends 0.1 yuan at least (商家转账, 发起转账)."""
    withdraw_most: int = 199_900
    """From 2,000 yuan on WeChat's merchant transfer demands the receiver's real name."""
    fee_bp: int = 0


class PromoterState(StrEnum):
    """Whether a promoter earns."""

    ACTIVE = "active"
    STOPPED = "stopped"
    """Brings nobody and earns nothing by new orders; what was earned stays theirs."""


class Promoter(SQLModel, table=True):
    """A customer who brings others."""

    __tablename__ = "promoter"
    __table_args__ = (CheckConstraint("state IN ('active', 'stopped')", name="ck_promoter_state"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", unique=True)
    code: str = Field(unique=True)
    """What is in their links and QR codes: the scene `p_<code>`."""
    state: str = PromoterState.ACTIVE
    since: datetime = Field(sa_type=UtcDateTime)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class JoinedCode(SQLModel, table=True):
    """The code of a promoter who proved to be another one: printed ones go on working."""

    __tablename__ = "promoter_joined_code"

    code: str = Field(primary_key=True)
    promoter_id: int = Field(foreign_key="promoter.id", index=True)


class Binding(SQLModel, table=True):
    """The promoter by whom a customer came last. In force until just before `expires_at`."""

    __tablename__ = "binding"
    __table_args__ = (
        CheckConstraint("customer_id <> promoter_customer_id", name="ck_binding_self"),
        Index("ix_binding_promoter", "promoter_customer_id", "bound_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", unique=True)
    promoter_customer_id: int = Field(foreign_key="customer.id")
    bound_at: datetime = Field(sa_type=UtcDateTime)
    protected_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Nobody else may have the customer before; None for as long as it is in force."""
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None for never."""
    source: str
    """Where they came in: qr, link, mini_program, chat, or what the caller names it."""


class BindingChange(SQLModel, table=True):
    """One step of a customer's bindings, for ever. The database refuses to change a row."""

    __tablename__ = "binding_change"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    from_promoter_id: int | None = Field(default=None, foreign_key="customer.id")
    """The customer ids of promoters, as they were then."""
    to_promoter_id: int | None = Field(default=None, foreign_key="customer.id")
    source: str
    at: datetime = Field(sa_type=UtcDateTime)


class Commission(SQLModel, table=True):
    """What a promoter earns by an order, frozen when it was paid. Amounts are fen.

    `booked` is what of it is in the ledger: nothing before the order is received, then the floor
    of the rate of what the buyer keeps of the goods.
    """

    __tablename__ = "commission"
    __table_args__ = (
        UniqueConstraint("order_id", "level", name="uq_commission_level"),
        CheckConstraint("level IN (1, 2)", name="ck_commission_level"),
        CheckConstraint("rate_bp BETWEEN 1 AND 10000", name="ck_commission_rate"),
        CheckConstraint("base >= 0 AND booked BETWEEN 0 AND base", name="ck_commission_booked"),
        CheckConstraint(
            "matured_at IS NULL OR matures_at IS NOT NULL", name="ck_commission_matured"
        ),
        Index("ix_commission_promoter", "promoter_customer_id", "id"),
        Index(
            "ix_commission_maturing",
            "matures_at",
            sqlite_where=text("matured_at IS NULL"),
            postgresql_where=text("matured_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id")
    promoter_customer_id: int = Field(foreign_key="customer.id")
    level: int
    """1 brought the buyer, 2 brought promoter 1."""
    rate_bp: int
    base: int
    """Goods paid, without freight."""
    freeze_days: int
    booked: int = 0
    postings: int = 0
    """How often the ledger was posted to: names the next posting."""
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    matures_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Known from receipt on."""
    matured_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since then it can be withdrawn."""


class WithdrawalState(StrEnum):
    """Where a withdrawal is. The money is in transit until it is refused, paid or failed."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    SENDING = "sending"
    WAIT_CONFIRM = "wait_confirm"
    """The promoter must confirm it in WeChat, within 24 hours."""
    PAID = "paid"
    FAILED = "failed"


class TransferState(StrEnum):
    """How a merchant transfer stands, in WeChat Pay's words (商家转账, 查询转账单)."""

    ACCEPTED = "ACCEPTED"
    PROCESSING = "PROCESSING"
    WAIT_USER_CONFIRM = "WAIT_USER_CONFIRM"
    TRANSFERING = "TRANSFERING"
    SUCCESS = "SUCCESS"
    FAIL = "FAIL"
    CANCELING = "CANCELING"
    CANCELLED = "CANCELLED"


class Withdrawal(SQLModel, table=True):
    """Commission on its way to a promoter. Amounts are fen."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        CheckConstraint("amount > 0 AND fee >= 0 AND net > 0", name="ck_withdrawal_amounts"),
        CheckConstraint("net = amount - fee", name="ck_withdrawal_net"),
        CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'sending', 'wait_confirm', 'paid',"
            " 'failed')",
            name="ck_withdrawal_state",
        ),
        Index("ix_withdrawal_customer", "customer_id", "id"),
        Index(
            "uq_withdrawal_live",
            "customer_id",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index("ix_withdrawal_ask_at", "state", "ask_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    withdrawal_no: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id")
    amount: int
    """What leaves the promoter's commission."""
    fee: int
    net: int
    """What WeChat Pay transfers."""
    state: str = WithdrawalState.ASKED
    out_bill_no: str = Field(unique=True)
    """Our number of the transfer at WeChat Pay: one for ever, letters and digits, 32 at most."""
    transfer_state: str = ""
    """The latest TransferState that counted; nothing before the first."""
    transfer_bill_no: str = ""
    package: str = ""
    """With it the mini-program lets the promoter confirm (wx.requestMerchantTransfer)."""
    reason: str = ""
    """Why it was refused or failed, as the promoter reads it."""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str = ""
    confirm_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ask_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When WeChat Pay is asked how it stands; None before it is approved."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MonthlyStatement(SQLModel, table=True):
    """What a promoter is told of a month that is over. Amounts are fen."""

    __tablename__ = "commission_statement"
    __table_args__ = (UniqueConstraint("customer_id", "month", name="uq_commission_statement"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    month: str
    """The month in Shanghai: `2026-11`."""
    earned: int = Field(sa_type=BigInteger)
    """Booked in the month, for orders received in it."""
    clawed_back: int = Field(sa_type=BigInteger)
    withdrawn: int = Field(sa_type=BigInteger)
    """Arrived in the month, fees included."""
    pending: int = Field(sa_type=BigInteger)
    """What was on the accounts when it was made."""
    available: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UtcDateTime)
