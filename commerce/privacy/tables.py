"""What customers ask for about their own data."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class PrivacyKind(StrEnum):
    """Which right is used (个人信息保护法: 第45条查阅复制, 第47条删除)."""

    EXPORT = "export"
    ERASE = "erase"
    CLOSE_ACCOUNT = "close_account"


class PrivacyState(StrEnum):
    """Where a request is."""

    RECEIVED = "received"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class PrivacyRequest(SQLModel, table=True):
    """One request. A customer has one of a kind under way at a time."""

    __tablename__ = "privacy_request"
    __table_args__ = (
        Index(
            "uq_privacy_request_live",
            "customer_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        Index(
            "ix_privacy_request_due",
            "due_at",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_no: str = Field(unique=True)
    """GR, the day in Shanghai, six digits."""
    customer_id: int = Field(foreign_key="customer.id", index=True)
    conversation_id: int | None = None
    kind: str
    state: str = PrivacyState.RECEIVED
    received_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_by: str = ""
    """customer:<id>, agent:<id>, or merge: the same was asked under another record."""
