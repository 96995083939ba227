"""What two customers kept an eye on, when they prove to be one person."""

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from commerce.inserting import affected_rows
from commerce.watching.looking import forget_oldest
from commerce.watching.tables import Favourite, ProductLookedAt, ProductWatch


def join_watching(session: Session, kept_id: int, gone_id: int) -> None:
    """Marks and looks are one person's; what both wait for they are told once."""
    _join_favourites(session, kept_id, gone_id)
    _join_looks(session, kept_id, gone_id)
    _join_watches(session, kept_id, gone_id)


def _join_favourites(session: Session, kept_id: int, gone_id: int) -> None:
    of_kept = select(Favourite.product_id).where(Favourite.customer_id == kept_id)
    of_gone = col(Favourite.customer_id) == gone_id
    twice = delete(Favourite).where(of_gone, col(Favourite.product_id).in_(of_kept))
    affected_rows(session, twice)
    affected_rows(session, update(Favourite).where(of_gone).values(customer_id=kept_id))


def _join_looks(session: Session, kept_id: int, gone_id: int) -> None:
    rows = session.exec(
        select(ProductLookedAt)
        .where(col(ProductLookedAt.customer_id).in_((kept_id, gone_id)))
        .execution_options(populate_existing=True)
    ).all()
    kept = {row.product_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.product_id)
        if same is None:
            fields = gone.model_dump() | {"customer_id": kept_id}
            session.add(ProductLookedAt(**fields))
        else:
            same.times += gone.times
            if same.at < gone.at:
                same.at, same.category_id = gone.at, gone.category_id
            session.add(same)
        session.delete(gone)
    session.flush()
    forget_oldest(session, kept_id)


def _join_watches(session: Session, kept_id: int, gone_id: int) -> None:
    """Of two that wait for the same one stays, with the price that is undercut first."""
    live = (
        select(ProductWatch)
        .where(
            col(ProductWatch.customer_id).in_((kept_id, gone_id)),
            col(ProductWatch.told_at).is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    kept: dict[tuple[int, str], ProductWatch] = {}
    for watch in sorted(session.exec(live).all(), key=lambda each: each.customer_id != kept_id):
        same = kept.setdefault((watch.product_id, watch.kind), watch)
        if same is not watch:
            same.price = max(same.price, watch.price)
            same.asked_at = min(same.asked_at, watch.asked_at)
            session.add(same)
            session.delete(watch)
    session.flush()
    moved = update(ProductWatch).where(col(ProductWatch.customer_id) == gone_id)
    affected_rows(session, moved.values(customer_id=kept_id))
