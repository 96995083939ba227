"""Two customers who bargained prove to be one person."""

import pytest
from sqlmodel import Session, select

from commerce import customers
from commerce.bargains import cutting
from commerce.bargains.tables import BargainHelp
from commerce.errors import IllegalMove
from tests.commerce.bargains.bargaining import FLOOR, bargains_on, buy, help_in
from tests.commerce.shop import NOW, new_customer, put_on_sale


def test_both_helps_of_one_person_stay_taken_off_as_one(session: Session) -> None:
    activity = bargains_on(session, put_on_sale(session))
    owner, kept, gone = (new_customer(session) for _ in range(3))
    bargain = cutting.start(session, owner, activity, NOW)
    for each in (kept, gone):
        help_in(session, bargain, each)

    customers.merge(session, kept, gone, NOW)

    (help_,) = session.exec(select(BargainHelp)).all()
    assert (help_.customer_id, help_.cut) == (kept, bargain.start_price - bargain.price)
    with pytest.raises(IllegalMove, match="已经帮过"):
        help_in(session, bargain, gone)
    assert help_in(session, bargain).is_reached


def test_a_bargain_goes_with_its_owner_even_to_a_friend_who_helped(session: Session) -> None:
    activity = bargains_on(session, put_on_sale(session), helpers=2)
    kept, gone = new_customer(session), new_customer(session)
    bargain = cutting.start(session, gone, activity, NOW)
    help_in(session, bargain, kept)

    customers.merge(session, kept, gone, NOW)
    session.refresh(bargain)
    with pytest.raises(IllegalMove, match="自己"):
        help_in(session, bargain, kept)
    help_in(session, bargain)

    assert buy(session, bargain).payable == FLOOR
