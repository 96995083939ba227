"""Tables of source codes: where posters, shelves and pages send customers from."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class CodeKind(StrEnum):
    """What a code is printed as."""

    OA = "oa"
    """A QR code of the official account."""
    MINI = "mini"
    """A code of the mini-program."""


class Way(StrEnum):
    """How a customer came."""

    FOLLOW = "follow"
    """They scanned and followed."""
    SCAN = "scan"
    """They scanned and followed already."""
    VISIT = "visit"
    """They opened the mini-program."""


class SourceCode(SQLModel, table=True):
    """A code by which customers come. `code` never changes: it is printed on paper."""

    __tablename__ = "source_code"
    __table_args__ = (CheckConstraint("kind IN ('oa', 'mini')", name="ck_source_code_kind"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    kind: str
    note: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)


class CustomerCame(SQLModel, table=True):
    """A customer came by a code. Rows are only added."""

    __tablename__ = "customer_came"
    __table_args__ = (Index("ix_customer_came_latest", "customer_id", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    customer_id: int = Field(foreign_key="customer.id")
    code: str = Field(foreign_key="source_code.code", index=True)
    way: str
    at: datetime = Field(sa_type=UtcDateTime)
