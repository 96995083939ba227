"""Writing group-buys: by an operator, or from a file that leaves an operator's rows alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from commerce.catalogue.tables import Variant
from commerce.corrections import CorrectionKind, note_correction
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.group_buys.activities import Tiers, list_tiers
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.tables import GroupActivity, GroupMember, GroupPrice, GroupTier
from commerce.inserting import affected_rows, id_of
from commerce.promotions.entries import SaveReport
from commerce.promotions.tables import Author


def save_activity(
    session: Session, draft: GroupDraft, *, actor: str, reason: str, now: datetime
) -> GroupActivity:
    """Write a group-buy as an operator, audited. A new one is off until it is switched on.

    Raises InvalidInput, and IllegalMove when it would change prices under those who took part.
    """
    activity, is_changed = _save(session, draft, Author.OPERATOR, now)
    if is_changed:
        kind = CorrectionKind.GROUP_BUY_SAVED
        note_correction(session, kind, draft.key, actor=actor, reason=reason, now=now)
    return activity


def switch(
    session: Session, key: str, *, is_on: bool, actor: str, reason: str, now: datetime
) -> GroupActivity:
    """Switch a group-buy on or off, audited. Groups that are open run on; nobody joins one of an
    activity that is off. Raises NotFound, InvalidInput without a reason.
    """
    activity = _lock(session, key)
    if activity.is_on != is_on:
        _change(session, activity, now, is_on=is_on)
        kind = CorrectionKind.GROUP_BUY_SWITCHED
        subject = f"{key} {'on' if is_on else 'off'}"
        note_correction(session, kind, subject, actor=actor, reason=reason, now=now)
    return activity


def set_virtual_percent(
    session: Session, key: str, percent: int | None, *, actor: str, reason: str, now: datetime
) -> GroupActivity:
    """From how many per cent of the first tier the shop completes a group; None: never. Audited.

    It counts for groups that end from now on. Raises NotFound, InvalidInput.
    """
    if percent is not None and not 0 < percent < 100:
        raise InvalidInput("补足成团的比例要在1到99之间", field="percent")
    activity = _lock(session, key)
    if activity.virtual_percent != percent:
        _change(session, activity, now, virtual_percent=percent)
        note_correction(
            session,
            CorrectionKind.GROUP_BUY_VIRTUAL_SET,
            key,
            actor=actor,
            reason=reason,
            now=now,
            amount=percent,
        )
    return activity


def seed_activities(session: Session, drafts: Iterable[GroupDraft], now: datetime) -> SaveReport:
    """Write the group-buys of a file, new ones switched on.

    What an operator has touched stays, and so do the terms of one that somebody took part in.
    Raises InvalidInput.
    """
    report = SaveReport()
    for draft in drafts:
        known = find_activity(session, draft.key)
        is_promised = known is not None and _is_promised(session, known, draft)
        if known is not None and (known.author != Author.SEED or is_promised):
            report.kept.append(draft.name)
            continue
        activity, is_changed = _save(session, draft, Author.SEED, now)
        if known is None:
            _write(session, activity, {"is_on": True}, now)
        report.created += known is None
        report.updated += known is not None and is_changed
        report.unchanged += known is not None and not is_changed
    return report


def find_activity(session: Session, key: str) -> GroupActivity | None:
    """The group-buy of that key, or None."""
    wanted = select(GroupActivity).where(GroupActivity.key == key)
    return session.exec(wanted.execution_options(populate_existing=True)).first()


def list_all(session: Session) -> Sequence[GroupActivity]:
    """Every group-buy, on or off, in the order in which they were written."""
    return session.exec(select(GroupActivity).order_by(col(GroupActivity.id))).all()


def _save(
    session: Session, draft: GroupDraft, author: Author, now: datetime
) -> tuple[GroupActivity, bool]:
    """The written activity, and whether it is new or anything changed."""
    draft.check()
    _check_prices(session, draft)
    known = find_activity(session, draft.key)
    if known is not None:
        known = _lock(session, draft.key)
        if _is_promised(session, known, draft):
            raise IllegalMove("已经有人参团，商品、人数和价格不能再改；请停掉它，另建一个")
    names = ("name", "product_id", "starts_at", "ends_at", "pieces_per_order")
    values = {name: getattr(draft, name) for name in (*names, "orders_per_customer")}
    values |= {"author": author, "lifetime_seconds": int(draft.lifetime.total_seconds())}
    activity = known or GroupActivity(key=draft.key, updated_at=now, **values)
    is_changed = _write(session, activity, values, now)
    return activity, _write_tiers(session, id_of(activity), draft.tiers) or is_changed


def _write(
    session: Session, activity: GroupActivity, values: dict[str, Any], now: datetime
) -> bool:
    is_new = activity not in session
    is_changed = any(getattr(activity, name) != value for name, value in values.items())
    if is_changed or is_new:
        activity.sqlmodel_update({**values, "updated_at": now})
        session.add(activity)
        session.flush()
    return is_changed or is_new


def _write_tiers(session: Session, activity_id: int, tiers: Tiers) -> bool:
    if list_tiers(session, [activity_id]).get(activity_id) == tiers:
        return False
    for table in (GroupPrice, GroupTier):
        affected_rows(session, delete(table).where(col(table.activity_id) == activity_id))
    session.add_all(GroupTier(activity_id=activity_id, heads=tier.heads) for tier in tiers.all)
    session.flush()
    session.add_all(
        GroupPrice(activity_id=activity_id, heads=tier.heads, variant_id=variant_id, price=price)
        for tier in tiers.all
        for variant_id, price in tier.prices.items()
    )
    session.flush()
    return True


def _is_promised(session: Session, known: GroupActivity, draft: GroupDraft) -> bool:
    """Whether somebody took part on other terms than the draft's."""
    took_part = select(GroupMember.id).where(GroupMember.activity_id == known.id).limit(1)
    tiers = list_tiers(session, [id_of(known)]).get(id_of(known))
    is_other = (known.product_id, tiers) != (draft.product_id, draft.tiers)
    return is_other and session.exec(took_part).first() is not None


def _check_prices(session: Session, draft: GroupDraft) -> None:
    first = draft.tiers.first.prices
    wanted = select(Variant).where(col(Variant.id).in_(list(first)))
    variants = session.exec(wanted.where(Variant.product_id == draft.product_id)).all()
    if len(variants) != len(first):
        raise InvalidInput("拼团的规格要都是这件商品的", field="tiers")
    for variant in variants:
        if first[id_of(variant)] >= variant.price:
            raise InvalidInput(f"“{variant.sku}”的拼团价要比平时便宜", field="tiers")


def _lock(session: Session, key: str) -> GroupActivity:
    """The activity, whose terms nobody takes part on before the transaction ends.

    Raises NotFound.
    """
    wanted = select(GroupActivity).where(GroupActivity.key == key).with_for_update()
    found = session.exec(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound(f"没有编号为“{key}”的拼团活动", key=key)
    return found


def _change(session: Session, activity: GroupActivity, now: datetime, **values: Any) -> None:
    _write(session, activity, {**values, "author": Author.OPERATOR}, now)
