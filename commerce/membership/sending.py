"""What operators do with a thing that was had for points: send it, or call it off."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import affected_rows
from commerce.ledger.posting import reverse
from commerce.membership.mall import REDEEMED
from commerce.membership.tables import MallItem, Redemption, RedemptionState


def list_waiting(session: Session, *, limit: int = 50) -> list[Redemption]:
    """Things to be sent, the oldest first."""
    return list(
        session.exec(
            select(Redemption)
            .where(Redemption.state == RedemptionState.WAITING)
            .order_by(col(Redemption.id))
            .limit(limit)
        )
    )


def mark_sent(
    session: Session, redemption_no: str, tracking_no: str, *, actor: str, now: datetime
) -> Redemption:
    """The thing is on its way. Announces `redemption_sent`. Raises NotFound, IllegalMove."""
    sent = {"state": RedemptionState.DONE, "tracking_no": tracking_no}
    redemption = _end(session, redemption_no, sent, actor, now)
    _announce(session, "redemption_sent", redemption, now)
    return redemption


def call_off(session: Session, redemption_no: str, *, actor: str, now: datetime) -> Redemption:
    """The thing cannot be sent: points and piece go back. Raises NotFound, IllegalMove.

    Announces `redemption_called_off`.
    """
    called_off = {"state": RedemptionState.CALLED_OFF}
    redemption = _end(session, redemption_no, called_off, actor, now)
    memo = f"退回兑换{redemption.title}的积分"
    reverse(session, REDEEMED, redemption_no, actor=actor, memo=memo, now=now)
    back = update(MallItem).where(col(MallItem.id) == redemption.item_id)
    affected_rows(
        session,
        back.values(stock=col(MallItem.stock) + 1, redeemed=col(MallItem.redeemed) - 1),
    )
    _announce(session, "redemption_called_off", redemption, now)
    return redemption


def get_redemption(session: Session, redemption_no: str) -> Redemption:
    """A redemption by its number. Raises NotFound."""
    found = session.exec(
        select(Redemption)
        .where(Redemption.redemption_no == redemption_no)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("没有这笔兑换", redemption_no=redemption_no)
    return found


def _end(
    session: Session, redemption_no: str, outcome: dict[str, Any], actor: str, now: datetime
) -> Redemption:
    waiting = (
        update(Redemption)
        .where(
            col(Redemption.redemption_no) == redemption_no,
            col(Redemption.state) == RedemptionState.WAITING,
        )
        .values(**outcome, finished_at=now, finished_by=actor)
    )
    done = affected_rows(session, waiting)
    redemption = get_redemption(session, redemption_no)
    if done != 1:
        raise IllegalMove("这笔兑换已经处理过了", state=redemption.state)
    return redemption


def _announce(session: Session, kind: str, redemption: Redemption, now: datetime) -> None:
    announce(
        session,
        kind,
        now=now,
        customer_id=redemption.customer_id,
        redemption_no=redemption.redemption_no,
        title=redemption.title,
        points=redemption.points,
        tracking_no=redemption.tracking_no,
    )
