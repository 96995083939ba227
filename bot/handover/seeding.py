"""Hours, terms and answers of a new shop, from a TOML file; what the shop has set itself stays."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, select

from bot.handover import canned, terms
from bot.handover.service_tables import ServiceTerms
from commerce.calendar.hours import Span, set_week
from commerce.calendar.tables import OpeningSpan

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def seed_service(session: Session, path: Path, now: datetime) -> int:
    """Set what the file holds and the shop has not; how many answers are new."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    if session.get(ServiceTerms, 1) is None:
        terms.set_terms(session, **written["terms"])
    if session.exec(select(OpeningSpan.weekday).limit(1)).first() is None:
        hours = written["hours"]
        set_week(
            session,
            {
                number: [_span(each) for each in hours.get(day, ())]
                for number, day in enumerate(DAYS)
            },
        )
    return canned.seed_canned(session, canned.read_canned(path), now)


def _span(written: str) -> Span:
    """`09:00-21:00` as minutes."""
    opens, closes = (
        int(hour) * 60 + int(minute)
        for hour, _, minute in (part.partition(":") for part in written.split("-"))
    )
    return opens, closes
