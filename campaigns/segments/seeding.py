"""Segments from a file, as the demo shop has them."""

import tomllib
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from campaigns.segment_tables import Segment
from campaigns.segments.rules import read_rule
from campaigns.segments.saving import save
from commerce.errors import InvalidInput


def seed_segments(session: Session, file: Path, now: datetime) -> int:
    """Enter the segments whose names are not known; how many these are. Raises InvalidInput."""
    known = set(session.exec(select(Segment.name)))
    written = tomllib.loads(file.read_text("utf-8"))
    try:
        new = [
            (each["name"], read_rule(each["rule"]))
            for each in written["segment"]
            if each["name"] not in known
        ]
    except (KeyError, TypeError) as fault:
        raise InvalidInput(f"{file.name}缺少或写错了：{fault}", field="file") from None
    for name, rule in new:
        save(session, name, rule, by="seed", now=now)
    return len(new)
