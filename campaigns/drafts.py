"""Writing a campaign: what an operator enters is read, checked whole, and kept as a draft."""

import secrets
from datetime import datetime
from typing import Any, Final

from pydantic import Field, ValidationError
from sqlmodel import Session, col, select, update

from campaigns import drafting_rules as rules
from campaigns.ports import Route
from campaigns.segment_tables import Segment
from campaigns.shapes import GroupChoice, Node, Plan, RowId, Shape, StopRule
from campaigns.tables import (
    Audience,
    Campaign,
    CampaignKind,
    CampaignState,
    Purpose,
)
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import affected_rows

MAY_BE_CHANGED: Final = (CampaignState.DRAFT, CampaignState.PAUSED)
CHANGED_BY_OTHERS: Final = "刚刚有人改过这个活动，请刷新后再改"


class Draft(Shape):
    """A campaign as it is entered."""

    name: str = Field(min_length=1, max_length=40)
    kind: CampaignKind
    audience: Audience = Audience.CUSTOMERS
    purpose: Purpose = Purpose.MARKETING
    segment_id: RowId | None = None
    groups: GroupChoice = GroupChoice()
    plan: Plan
    nodes: list[Node] = Field(min_length=1, max_length=50)
    routes: list[Route] = Field(min_length=1)
    holdout_percent: int = Field(default=0, ge=0, le=50)
    attribution_days: int = Field(default=7, ge=1, le=90)
    stop_rule: StopRule | None = None
    promoter_code: str = Field(default="", max_length=16)


def read_draft(entered: Any) -> Draft:
    """What was entered. Raises InvalidInput, which names the field and what is wrong with it."""
    try:
        draft = Draft.model_validate(entered)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(each) for each in first["loc"] if each not in _UNIONS)
        raise InvalidInput(rules.in_chinese(first), field=field) from error
    rules.check(draft)
    return draft


def create(session: Session, draft: Draft, *, by: str, now: datetime) -> Campaign:
    """Keep a new draft. Raises InvalidInput."""
    campaign = Campaign(
        **_columns(session, draft),
        salt=secrets.token_hex(16),
        created_by=by,
        created_at=now,
        updated_at=now,
    )
    session.add(campaign)
    session.flush()
    return campaign


def rehearse(session: Session, draft: Draft, now: datetime, like: Campaign | None) -> Campaign:
    """The campaign that a draft would be, for looking at only: the session does not know it.

    Its lots are those of the campaign that is being changed. Raises InvalidInput.
    """
    salt = "" if like is None else like.salt
    columns = _columns(session, draft)
    return Campaign(**columns, salt=salt, created_by="", created_at=now, updated_at=now)


def change(
    session: Session, campaign_id: int, draft: Draft, *, version: int, now: datetime
) -> Campaign:
    """Change a draft, or one that is paused; runs that began keep what was frozen in them.

    `version` is that which the operator saw. Raises InvalidInput, NotFound, IllegalMove.
    """
    campaign = get(session, campaign_id)
    if campaign.state not in MAY_BE_CHANGED:
        raise IllegalMove("活动正在进行，先暂停再修改")
    if draft.kind != campaign.kind:
        raise InvalidInput("活动的类型不能改，请新建一个", field="kind")
    guarded = (
        update(Campaign)
        .where(
            col(Campaign.id) == campaign_id,
            col(Campaign.version) == version,
            col(Campaign.state).in_(MAY_BE_CHANGED),
        )
        .values(**_columns(session, draft), version=version + 1, updated_at=now)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove(CHANGED_BY_OTHERS)
    return get(session, campaign_id)


def copy(session: Session, campaign_id: int, *, by: str, now: datetime) -> Campaign:
    """A new draft like a known campaign; its hold-out is drawn anew. Raises NotFound."""
    known = get(session, campaign_id)
    copied = Campaign(
        **{name: getattr(known, name) for name in _COPIED},
        name=f"{known.name[:36]}（副本）"[:40],
        salt=secrets.token_hex(16),
        created_by=by,
        created_at=now,
        updated_at=now,
    )
    session.add(copied)
    session.flush()
    return copied


def get(session: Session, campaign_id: int) -> Campaign:
    """A campaign as the database has it. Raises NotFound."""
    campaign = session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is None:
        raise NotFound("没有这个活动", campaign_id=campaign_id)
    return campaign


def draft_of(campaign: Campaign) -> Draft:
    """A campaign as it would be entered."""
    return Draft.model_validate({name: getattr(campaign, name) for name in Draft.model_fields})


def discard(session: Session, campaign_id: int) -> None:
    """Throw away a draft that never went out. Raises NotFound, IllegalMove."""
    campaign = get(session, campaign_id)
    if campaign.state != CampaignState.DRAFT:
        raise IllegalMove("已经启用过的活动不能删除，可以停止它")
    session.delete(campaign)
    session.flush()


def _columns(session: Session, draft: Draft) -> dict[str, Any]:
    if draft.segment_id is not None:
        known = select(Segment.id).where(Segment.id == draft.segment_id, ~col(Segment.is_archived))
        if session.exec(known).first() is None:
            raise InvalidInput("这个人群已经不在了，请重新选择", field="segment_id")
    columns: dict[str, Any] = draft.model_dump(mode="json")
    return columns


_COPIED: Final = tuple(name for name in Draft.model_fields if name != "name")
_UNIONS: Final = frozenset(
    {"once", "recurring", "journey", "sop", "send", "wait", "condition", "function-after"}
)
"""What pydantic names of a union's branches, which no form knows."""
