"""Campaigns of a new shop, from a TOML file: drafts, which nobody gets before they are let go."""

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, col, select

from campaigns import drafts
from campaigns.tables import Campaign
from commerce.shanghai import SHANGHAI

BY: Final = "seed"


def seed_campaigns(session: Session, path: Path, now: datetime) -> int:
    """Keep what the file holds and the shop has no campaign of that name for; how many are new.

    `days_ahead` and `time`, of Shanghai, say when it begins. Raises InvalidInput.
    """
    written = tomllib.loads(path.read_text(encoding="utf-8"))["campaign"]
    names = [each["name"] for each in written]
    known = set(session.exec(select(Campaign.name).where(col(Campaign.name).in_(names))))
    new = [each for each in written if each["name"] not in known]
    for each in new:
        drafts.create(session, drafts.read_draft(_with_plan(each, now)), by=BY, now=now)
    return len(new)


def _with_plan(written: dict[str, Any], now: datetime) -> dict[str, Any]:
    told = {name: value for name, value in written.items() if name not in {"days_ahead", "time"}}
    plan = {"kind": told["kind"], **told.get("plan", {})}
    day = now.astimezone(SHANGHAI).date() + timedelta(days=written.get("days_ahead", 0))
    match told["kind"]:
        case "once":
            plan["at"] = datetime.combine(day, time.fromisoformat(written["time"]), SHANGHAI)
        case "sop" | "recurring":
            plan.setdefault("from_day", day)
    return {**told, "plan": plan}
