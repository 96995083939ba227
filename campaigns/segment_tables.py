"""Segments that were saved, and every version they had."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Segment(SQLModel, table=True):
    """A rule that picks customers, under a name."""

    __tablename__ = "segment"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    rule: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """`campaigns.segments.rules` reads it."""
    version: int = 1
    is_archived: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class SegmentVersion(SQLModel, table=True):
    """What a segment's rule was. Rows are only added."""

    __tablename__ = "segment_version"

    segment_id: int = Field(foreign_key="segment.id", primary_key=True)
    version: int = Field(primary_key=True)
    rule: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    by: str
    """`staff:7`, or `seed`."""
    at: datetime = Field(sa_type=UtcDateTime)
