"""The other duties: the index follows, coupons lapse, birthdays are served, nothing is due."""

from datetime import timedelta

from sqlmodel import func, select
from structlog.testing import capture_logs

from bot.clock import FrozenClock
from bot.database import Database
from bot.duties import Duties, a_few_at_once
from bot.turn import Shop
from commerce.catalogue.tables import ProductToIndex
from commerce.membership.birthdays import SERVED_AT_ONCE, set_birthday
from commerce.membership.tables import BirthdayReward
from commerce.promotions.tables import Coupon, CouponState
from tests.bot.payments.pay_platform import PayPlatform
from tests.commerce import shop
from tests.commerce.promotions.coupons import own


async def test_one_payment_that_cannot_be_written_down_does_not_stop_the_others() -> None:
    done: list[int] = []

    async def write_down(number: int) -> None:
        if number == 3:
            raise ValueError(number)
        done.append(number)

    with capture_logs() as lines:
        await a_few_at_once(write_down, range(20))

    assert done == [each for each in range(20) if each != 3]
    assert [line["event"] for line in lines] == ["duty failed"]


async def test_a_new_product_is_found_once_the_index_has_followed(
    duties: Duties, database: Database, own_shop: Shop
) -> None:
    await duties.build_index()
    with database.writing() as session:
        shop.put_on_sale(session, "木白 搪瓷杯 怀旧")
        changes = session.exec(select(func.count()).select_from(ProductToIndex)).one()
    assert changes >= 1

    await duties.index_changes()

    with database.reading() as session:
        page = own_shop.search.search(session, own_shop.search.wish_from({}, "搪瓷杯"), limit=5)
        assert [product.title for product in page.products] == ["木白 搪瓷杯 怀旧"]
        assert session.exec(select(func.count()).select_from(ProductToIndex)).one() == 0


async def test_every_duty_can_be_done_when_nothing_is_due(
    duties: Duties, wechat_pay: PayPlatform
) -> None:
    for job in duties.jobs():
        assert job.every >= timedelta(seconds=1)
        await job.run()

    assert wechat_pay.calls == []
    names = [job.name for job in duties.jobs()]
    assert len(set(names)) == len(names)


async def test_coupons_whose_time_is_up_lapse(
    duties: Duties, database: Database, clock: FrozenClock
) -> None:
    with database.writing() as session:
        customer = shop.new_customer(session)
        over, later = (own(session, customer, lasts_days=days) for days in (1, 9))
    clock.advance(seconds=timedelta(days=3).total_seconds())

    await duties.let_coupons_lapse()

    with database.reading() as session:
        states = [session.get_one(Coupon, each).state for each in (over, later)]
    assert states == [CouponState.EXPIRED, CouponState.UNUSED]


async def test_all_whose_birthday_it_is_are_served_once(duties: Duties, database: Database) -> None:
    with database.writing() as session:
        for _ in range(SERVED_AT_ONCE + 3):
            customer, noon = shop.new_customer(session), shop.NOW
            set_birthday(session, customer, noon.month, noon.day, noon)

    for _ in range(2):
        await duties.serve_birthdays()

    with database.reading() as session:
        count = select(func.count()).select_from(BirthdayReward)
        assert session.exec(count).one() == SERVED_AT_ONCE + 3
