"""What may be bargained for: off until somebody acknowledges the platform's rule about it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.bargains.rule import WARNING
from commerce.bargains.tables import BargainActivity
from commerce.catalogue.tables import Variant
from commerce.compliance import TextKind, check
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.events import announce
from commerce.inserting import id_of
from commerce.promotions.drafts import check_names

MOST_HELPERS: Final = 100
LONGEST_MINUTES: Final = 7 * 24 * 60
MOST_TIMES: Final = 1000


@dataclass(frozen=True, slots=True)
class BargainDraft:
    """An activity; the fields mean what they mean in `tables.BargainActivity`."""

    key: str
    name: str
    variant_id: int
    floor: int
    helpers: int
    lifetime_minutes: int
    starts_per_customer: int = 1
    helps_per_customer: int = 1

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it."""
        check_names(self.key, self.name, "key")
        check(self.name, TextKind.OFFER, "name")
        if self.floor < 1:
            raise InvalidInput("底价要大于0", field="floor")
        for field_name, name, most in (
            ("helpers", "帮忙人数", MOST_HELPERS),
            ("lifetime_minutes", "有效分钟数", LONGEST_MINUTES),
            ("starts_per_customer", "每人发起次数", MOST_TIMES),
            ("helps_per_customer", "每人帮忙次数", MOST_TIMES),
        ):
            if not 1 <= getattr(self, field_name) <= most:
                raise InvalidInput(f"{name}要在1到{most}之间", field=field_name)


def plan(session: Session, draft: BargainDraft, now: datetime) -> BargainActivity:
    """Write an activity, which is off; one of that key is changed while it is off.

    Bargains that have begun keep the terms of their day. Raises InvalidInput, NotFound, and
    IllegalMove for an activity that is on.
    """
    draft.check()
    variant = session.get(Variant, draft.variant_id)
    if variant is None:
        raise NotFound("没有这个规格的商品", variant_id=draft.variant_id)
    if draft.floor >= variant.price:
        raise InvalidInput("底价要比原价低", field="floor")
    activity = find_by_key(session, draft.key)
    if activity is not None and _lock(session, id_of(activity)).is_on:
        raise IllegalMove("这个砍价活动开着，请先关掉再改", field="key")
    values = asdict(draft)
    activity = activity or BargainActivity(**values, updated_at=now)
    activity.sqlmodel_update({**values, "updated_at": now})
    session.add(activity)
    session.flush()
    return activity


def seed_activities(session: Session, drafts: Iterable[BargainDraft], now: datetime) -> int:
    """Write the activities that are not known by their keys yet; how many. Raises as `plan`."""
    new = [each for each in drafts if find_by_key(session, each.key) is None]
    for draft in new:
        plan(session, draft, now)
    return len(new)


def find_by_key(session: Session, key: str) -> BargainActivity | None:
    """The activity of that key, on or off."""
    statement = select(BargainActivity).where(BargainActivity.key == key)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def list_all(session: Session) -> Sequence[BargainActivity]:
    """Every activity, on or off, in the order in which they were written."""
    return session.exec(select(BargainActivity).order_by(col(BargainActivity.id))).all()


def switch_on(
    session: Session, activity_id: int, *, is_acknowledged: bool, actor: str, now: datetime
) -> BargainActivity:
    """Let bargains begin; who has acknowledged the platform's rule, and when, is kept.

    Announces bargains_switched_on. Raises NotFound, and IllegalMove with the rule's words while it
    is not acknowledged.
    """
    activity = _lock(session, activity_id)
    if activity.is_on:
        return activity
    if not is_acknowledged:
        raise IllegalMove(WARNING, activity_id=activity_id)
    if not actor:
        raise InvalidInput("要写明是谁确认的", field="actor")
    activity.is_on = True
    activity.acknowledged_by, activity.acknowledged_at, activity.updated_at = actor, now, now
    session.add(activity)
    announce(session, "bargains_switched_on", now=now, activity_id=activity_id, actor=actor)
    session.flush()
    return activity


def switch_off(session: Session, activity_id: int, *, actor: str, now: datetime) -> BargainActivity:
    """Let no bargain begin and nobody help any more; what has reached its floor may be used.

    Announces bargains_switched_off. Raises NotFound.
    """
    activity = _lock(session, activity_id)
    if activity.is_on:
        activity.is_on, activity.updated_at = False, now
        session.add(activity)
        announce(session, "bargains_switched_off", now=now, activity_id=activity_id, actor=actor)
        session.flush()
    return activity


def _lock(session: Session, activity_id: int) -> BargainActivity:
    statement = select(BargainActivity).where(BargainActivity.id == activity_id)
    locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    activity = session.exec(locked).first()
    if activity is None:
        raise NotFound("没有这个砍价活动", activity_id=activity_id)
    return activity
