"""Who is logged in to the console, and who tried in vain."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class StaffSession(SQLModel, table=True):
    """One browser in which somebody is logged in. The row is the session: without it, no login."""

    __tablename__ = "staff_session"

    digest: str = Field(primary_key=True)
    """SHA-256 of what the cookie holds: who reads the table cannot log in with it."""
    staff_id: int = Field(foreign_key="staff.id", index=True)
    address: str
    began_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    """Kept to the minute."""


class LoginFailure(SQLModel, table=True):
    """One try to log in that has not succeeded. Written before the password is looked at."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_login", "login_digest", "at"),
        Index("ix_login_failure_address", "address", "at"),
        Index("ix_login_failure_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    login_digest: str
    """Not what was typed: people type their password there."""
    address: str
    at: datetime = Field(sa_type=UtcDateTime)
