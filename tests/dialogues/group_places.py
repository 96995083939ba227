"""The place in a group-buy that a dialogue means when it names the goods."""

from datetime import datetime

from sqlmodel import Session

from commerce.catalogue.tables import Variant
from commerce.deals.choices import GroupDeal
from commerce.group_buys import queries
from tests.dialogues.rows import Unreadable


def group_place(session: Session, variant_id: int, now: datetime, *, joins: bool) -> GroupDeal:
    """A new group for a variant, or a seat in the one that lacks least. Raises Unreadable."""
    product_id = session.get_one(Variant, variant_id).product_id
    activity = queries.find_by_product(session, product_id, now)
    if activity is None:
        raise Unreadable("这件商品现在不能拼团")
    if not joins:
        return GroupDeal(activity.id)
    waiting = queries.list_open_groups(session, activity.id, now)
    if not waiting:
        raise Unreadable("这件商品没有团在等人")
    return GroupDeal(activity.id, waiting[0].group_no)
