"""The customer's parcel back: by which carrier, under which number."""

from datetime import datetime

from sqlmodel import Session

from commerce.aftersale.states import STATE_NAMES, awaits_goods, get_own, move, record_move
from commerce.aftersale.tables import AfterSale, RequestState
from commerce.errors import IllegalMove, InvalidInput
from commerce.parcels.carriers import CARRIERS, clean


def send_back(
    session: Session,
    customer_id: int,
    request_no: str,
    *,
    carrier: str,
    tracking_no: str,
    now: datetime,
) -> AfterSale:
    """Note that the goods are on their way back; a number told again corrects the earlier one.

    Raises NotFound, IllegalMove unless the shop waits for a parcel, and InvalidInput.
    """
    number = clean(tracking_no)
    if carrier not in CARRIERS:
        raise InvalidInput("没有这家快递公司", field="carrier")
    if number is None:
        raise InvalidInput("运单号应为8到30位字母或数字", field="tracking_no")
    request = get_own(session, customer_id, request_no)
    state = RequestState(request.state)
    if not awaits_goods(request):
        raise IllegalMove(f"申请{STATE_NAMES[state]}，现在不用寄回", state=state)
    told = {"return_carrier": carrier, "return_tracking_no": number}
    reason, actor = f"{CARRIERS[carrier].name} {number}", f"customer:{customer_id}"
    if state == RequestState.AGREED:
        return move(
            session,
            request,
            RequestState.RETURNING,
            actor=actor,
            reason=reason,
            now=now,
            columns=told,
        )
    if (request.return_carrier, request.return_tracking_no) != (carrier, number):
        request.return_carrier, request.return_tracking_no = carrier, number
        record_move(session, request, state, state, actor=actor, reason=reason, now=now)
        session.add(request)
        session.flush()
    return request
