"""What customers call themselves."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Nickname(SQLModel, table=True):
    """The name under which a channel shows a customer. It stays with the identity, so that nothing
    becomes of it when two customers prove to be one. Sealed under `row_key`."""

    __tablename__ = "nickname"

    identity_id: int = Field(
        foreign_key="identity.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    row_key: str = Field(unique=True)
    words_sealed: bytes
    told_at: datetime = Field(sa_type=UtcDateTime)
    """When the platform told it last."""
