"""Subscription credits (订阅消息), and the templates that notices are written on."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class SubscriptionCredit(SQLModel, table=True):
    """How many messages on a template somebody still allows an app to send them.

    One acceptance is one message; acceptances add up and do not lapse (小程序订阅消息).
    """

    __tablename__ = "subscription_credit"
    __table_args__ = (
        UniqueConstraint("account", "openid", "template_id", name="uq_subscription_credit"),
        CheckConstraint("credits >= 0", name="ck_subscription_credit_credits"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account: str
    """The app id: an openid means something under it alone."""
    openid: str
    template_id: str
    credits: int
    updated_at: datetime = Field(sa_type=UtcDateTime)


class NoticeTemplate(SQLModel, table=True):
    """A template of the platform's back office, and which of our values fill its fields."""

    __tablename__ = "notice_template"
    __table_args__ = (UniqueConstraint("kind", "channel", name="uq_notice_template"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    """What it tells, of `bot.notices.kinds`."""
    channel: str
    """What carries it, of `bot.notices.templates.CHANNELS`."""
    template_id: str
    fields: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Field of the template, such as `thing1`, to the name of a value of the kind."""
    is_active: bool = True
    updated_at: datetime = Field(sa_type=UtcDateTime)


class TemplateReport(SQLModel, table=True):
    """What the platform said of a template message after it was sent (模板消息发送任务完成).

    The report and our own record of the call come in either order.
    """

    __tablename__ = "template_report"

    account: str = Field(primary_key=True)
    msg_id: int = Field(primary_key=True, sa_type=BigInteger)
    outbox_key: str = ""
    """Empty until the call is recorded."""
    status: str = ""
    """`success`, `failed:user block` or `failed: system failed`; empty until it is reported."""
