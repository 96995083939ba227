"""The shop's week, and days on which it is otherwise."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class OpeningSpan(SQLModel, table=True):
    """Hours of a day of the week in which the shop's people are there; a day may have several."""

    __tablename__ = "opening_span"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_opening_span_weekday"),
        CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440",
            name="ck_opening_span_minutes",
        ),
    )

    weekday: int = Field(primary_key=True)
    """0 is Monday."""
    opens_minute: int = Field(primary_key=True)
    """Minutes after midnight in Shanghai."""
    closes_minute: int


class HolidayOverride(SQLModel, table=True):
    """A day on which the shop does otherwise than the calendar says."""

    __tablename__ = "holiday_override"

    day: date = Field(primary_key=True)
    is_working: bool
    note: str = ""
