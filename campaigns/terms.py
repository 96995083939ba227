"""The rules of speaking unasked that are in force, and how they are changed."""

from datetime import datetime, timedelta
from typing import Any, Final, TypedDict, Unpack

from sqlmodel import Session

from campaigns.tables import CampaignTerms
from commerce.errors import InvalidInput
from commerce.inserting import insert_once
from commerce.shanghai import SHANGHAI

CAP_POLICIES: Final = {"day1": "每天1条", "week7": "每周7条", "month_days": "每月每天1条"}
_BOUNDS: Final = {
    "per_week": (0, 50),
    "quiet_from": (0, 23),
    "quiet_until": (0, 23),
    "auto_pause_failures": (1, 10_000),
}


class TermsChange(TypedDict, total=False):
    """What an operator changes; what is left out stays."""

    cap_policy: str
    per_week: int
    quiet_from: int
    quiet_until: int
    stand_ins: dict[str, str]
    auto_pause_failures: int


def get_terms(session: Session) -> CampaignTerms:
    """The rules as operators set them, or the defaults. To read; `set_terms` changes them."""
    return session.get(CampaignTerms, 1) or CampaignTerms()


def hold_terms(session: Session) -> CampaignTerms:
    """The rules, held until the end of the transaction: who plans for customers does it alone.

    Two who plan at the same time would each see room for one more message.
    """
    insert_once(session, CampaignTerms, **CampaignTerms().model_dump())
    return session.get_one(CampaignTerms, 1, with_for_update=True, populate_existing=True)


def set_terms(session: Session, **change: Unpack[TermsChange]) -> CampaignTerms:
    """Change the rules, from now on. Raises InvalidInput naming the field."""
    terms = hold_terms(session)
    _check({**terms.model_dump(), **change})
    for name, value in change.items():
        setattr(terms, name, value)
    session.add(terms)
    session.flush()
    return terms


def quiet_ends_at(terms: CampaignTerms, now: datetime) -> datetime | None:
    """When the quiet hours end that it is in now; None outside of them."""
    there = now.astimezone(SHANGHAI)
    begin, end = terms.quiet_from, terms.quiet_until
    is_quiet = begin <= there.hour < end if begin <= end else not end <= there.hour < begin
    if not is_quiet:
        return None
    ends = there.replace(hour=end, minute=0, second=0, microsecond=0)
    return (ends if ends > there else ends + timedelta(days=1)).astimezone(now.tzinfo)


def quiet_begins_at(terms: CampaignTerms, now: datetime) -> datetime | None:
    """When the next quiet hours begin; None when there are none."""
    if terms.quiet_from == terms.quiet_until:
        return None
    there = now.astimezone(SHANGHAI)
    begins = there.replace(hour=terms.quiet_from, minute=0, second=0, microsecond=0)
    return (begins if begins > there else begins + timedelta(days=1)).astimezone(now.tzinfo)


def _check(wanted: dict[str, Any]) -> None:
    for name, (least, most) in _BOUNDS.items():
        if not least <= wanted[name] <= most:
            raise InvalidInput(f"请填{least}到{most}之间的整数", field=name)
    if wanted["cap_policy"] not in CAP_POLICIES:
        raise InvalidInput("没有这种群发上限，请从列表里选一个", field="cap_policy")
    if any(who == stand_in for who, stand_in in wanted["stand_ins"].items()):
        raise InvalidInput("代班人不能是本人，请换一位", field="stand_ins")
