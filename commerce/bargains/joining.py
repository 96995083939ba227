"""What two customers had of bargains, when they prove to be one person."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from commerce.bargains.tables import Bargain, BargainHelp
from commerce.inserting import affected_rows


def join_bargains(session: Session, kept_id: int, gone_id: int) -> None:
    """All bargains and helps are one person's; where both have helped, it is one help.

    What that took off stays, also where one of them was the owner of the bargain.
    """
    of_gone = col(Bargain.customer_id) == gone_id
    affected_rows(session, update(Bargain).where(of_gone).values(customer_id=kept_id))
    of_both = (
        select(BargainHelp)
        .where(col(BargainHelp.customer_id).in_((kept_id, gone_id)))
        .execution_options(populate_existing=True)
    )
    rows = session.exec(of_both).all()
    kept = {row.bargain_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.bargain_id)
        if same is None:
            same = BargainHelp(bargain_id=gone.bargain_id, customer_id=kept_id, cut=0, at=gone.at)
        same.cut += gone.cut
        session.add(same)
        session.delete(gone)
    session.flush()
