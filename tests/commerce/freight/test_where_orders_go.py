"""Nobody has goods sent for less than sending there costs, whatever they write as the region."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from commerce.aftersale.address_changes import NotSentThere, change_address
from commerce.customers.addresses import AddressInput
from commerce.customers.regions import read_region
from commerce.errors import InvalidInput, PriceChanged
from commerce.freight.tables import ChargedBy
from commerce.freight.tariffs import Tariff
from commerce.freight.templates import save_template, set_policy
from commerce.freight.terms import RegionRate, Template
from commerce.inserting import id_of
from commerce.ordering.orders import read_address
from commerce.ordering.tables import Order
from commerce.promotions.tables import RewardActivity, RewardRung
from tests.commerce.shop import ADDRESS, NOW, SEALER, begin_to_pay, new_customer, pay, place
from tests.commerce.shop import put_on_sale as stocked

NEAR, ISLAND = 800, 2000
TO_LHASA = AddressInput("王小明", "13800138000", "西藏自治区 拉萨市 城关区", "北京中路 1 号")
TO_ISLAND = AddressInput("王小明", "13800138000", "浙江省 舟山市 定海区", "解放路 1 号")


def open_shop(session: Session) -> int:
    """8 yuan everywhere, 20 to 舟山, nothing to 西藏; the id of a thing that costs 39."""
    island, highland = read_region("浙江省 舟山市"), read_region("西藏自治区")
    assert island is not None
    assert highland is not None
    template = Template(
        "默认",
        ChargedBy.PIECE,
        Tariff(1, NEAR, 1, 0),
        rates=(RegionRate((island,), Tariff(1, ISLAND, 1, 0)),),
        no_delivery=(highland,),
    )
    row = save_template(session, template, NOW)
    set_policy(session, default_template_id=id_of(row), free_over=None)
    return stocked(session, price=3900, pieces=10)


def order_to(session: Session, address: AddressInput = ADDRESS, freight: int = NEAR) -> Order:
    variant = open_shop(session)
    customer = new_customer(session)
    return place(session, customer, {variant: 1}, address=address, expected_payable=3900 + freight)


def send_elsewhere(session: Session, order: Order, address: AddressInput) -> tuple[str, ...]:
    return change_address(
        session,
        SEALER,
        order.customer_id,
        order.order_no,
        address,
        actor=f"customer:{order.customer_id}",
        now=NOW,
    )


@pytest.mark.parametrize("region", ["中国 西藏自治区 拉萨市", "火星", "西蔵 拉萨"])
def test_a_region_that_nobody_can_read_is_not_sent_to(session: Session, region: str) -> None:
    with pytest.raises(InvalidInput, match="认不出来") as refusal:
        order_to(session, replace(TO_LHASA, region=region))

    assert refusal.value.details["field"] == "address.region"


def test_a_city_written_into_the_street_costs_what_the_city_costs(session: Session) -> None:
    hidden = replace(TO_ISLAND, region="浙江省", detail="舟山市 定海区 解放路 1 号")

    with pytest.raises(PriceChanged):
        order_to(session, hidden)

    assert order_to_again(session, hidden).freight == ISLAND


def order_to_again(session: Session, address: AddressInput) -> Order:
    """What the customer does who is told of the price: the same once more, at that price."""
    variant = stocked(session, price=3900, pieces=1)
    return place(
        session, new_customer(session), {variant: 1}, address=address,
        expected_payable=3900 + ISLAND,
    )  # fmt: skip


@pytest.mark.parametrize("is_paid", [False, True])
@pytest.mark.parametrize(("elsewhere", "why"), [(TO_LHASA, "不送到"), (TO_ISLAND, "¥12")])
def test_an_order_does_not_move_to_where_sending_costs_more(
    session: Session, elsewhere: AddressInput, why: str, is_paid: bool
) -> None:
    order = order_to(session)
    if is_paid:
        pay(session, begin_to_pay(session, order))

    with pytest.raises(NotSentThere, match=why):
        send_elsewhere(session, order, elsewhere)

    assert read_address(SEALER, order) == ADDRESS


def test_an_order_moves_to_where_sending_costs_as_much_or_less(session: Session) -> None:
    order = order_to(session, TO_ISLAND, ISLAND)

    assert send_elsewhere(session, order, replace(TO_ISLAND, detail="人民路 2 号")) == ("detail",)
    assert send_elsewhere(session, order, ADDRESS) == ("region", "detail")
    assert read_address(SEALER, order).region == ADDRESS.region


def test_what_a_promotion_sends_for_nothing_may_go_where_it_is_sent(session: Session) -> None:
    activity = RewardActivity(key="free", name="包邮周", updated_at=NOW)
    session.add(activity)
    session.flush()
    session.add(RewardRung(activity_id=id_of(activity), fen=1000, frees_freight=True))
    order = order_to(session, freight=0)

    assert send_elsewhere(session, order, TO_ISLAND) == ("region", "detail")
    with pytest.raises(NotSentThere):
        send_elsewhere(session, order, TO_LHASA)
