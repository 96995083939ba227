"""Group-buys of two customers who prove to be one person."""

from sqlmodel import Session, col, select

from commerce.group_buys.tables import GroupHolding


def join_group_holdings(session: Session, kept_id: int, gone_id: int) -> None:
    """Count what both take part in as one person's, also above the limit: then no more is taken.

    Both keep their seats, also in one group. The members themselves go over with the orders.
    """
    of_both = (
        select(GroupHolding)
        .where(col(GroupHolding.customer_id).in_((kept_id, gone_id)))
        .order_by(col(GroupHolding.activity_id), col(GroupHolding.customer_id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    rows = session.exec(of_both).all()
    kept = {row.activity_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.activity_id)
        session.delete(gone)
        session.flush()
        if same is None:
            activity_id, orders, most = gone.activity_id, gone.orders, gone.most
            session.add(
                GroupHolding(activity_id=activity_id, customer_id=kept_id, orders=orders, most=most)
            )
        else:
            orders = same.orders + gone.orders
            same.orders, same.most = orders, max(same.most, gone.most, orders)
            session.add(same)
    session.flush()
