"""What two customers had of flash sales, when they prove to be one person."""

from sqlmodel import Session, col, select

from commerce.flash_sales.tables import FlashHolding, FlashReminder


def join_flash_sales(session: Session, kept_id: int, gone_id: int) -> None:
    """Count what both have ordered as one person's, and remind once of what both wanted."""
    _join_holdings(session, kept_id, gone_id)
    _join_reminders(session, kept_id, gone_id)


def _join_holdings(session: Session, kept_id: int, gone_id: int) -> None:
    """Above the limit it stays what it is: an order that closes takes its own part off again."""
    of_both = (
        select(FlashHolding)
        .where(col(FlashHolding.customer_id).in_((kept_id, gone_id)))
        .order_by(col(FlashHolding.item_id), col(FlashHolding.customer_id))
        .with_for_update(key_share=True)  # An order of theirs may be closing.
        .execution_options(populate_existing=True)
    )
    rows = session.exec(of_both).all()
    kept = {row.item_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.item_id)
        pieces = gone.pieces + (same.pieces if same else 0)
        most = max(gone.most, pieces)
        if same is None:
            session.add(
                FlashHolding(item_id=gone.item_id, customer_id=kept_id, pieces=pieces, most=most)
            )
        else:
            same.pieces, same.most = pieces, most
            session.add(same)
        session.delete(gone)
    session.flush()


def _join_reminders(session: Session, kept_id: int, gone_id: int) -> None:
    of_both = (
        select(FlashReminder)
        .where(col(FlashReminder.customer_id).in_((kept_id, gone_id)))
        .execution_options(populate_existing=True)
    )
    rows = session.exec(of_both).all()
    kept = {row.sale_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.sale_id)
        if same is None:
            same = FlashReminder(sale_id=gone.sale_id, customer_id=kept_id, asked_at=gone.asked_at)
        same.sent_at = same.sent_at or gone.sent_at
        session.add(same)
        session.delete(gone)
    session.flush()
