"""Which stream is on, which come next, and what stands behind a number."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.seeds import LIVE_FILE
from commerce.catalogue.tables import Variant
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.live import schedule
from commerce.live.entering import LiveDraft, enter, read_lives, seed_lives
from commerce.live.tables import LiveSession
from tests.commerce.live.streams import stream
from tests.commerce.shop import NOW, put_on_sale

HOUR = timedelta(hours=1)


def product_of(session: Session, variant_id: int) -> int:
    return session.get_one(Variant, variant_id).product_id


def test_the_stream_that_is_on_runs_from_its_first_moment_until_just_before_its_last(
    session: Session,
) -> None:
    live = stream(session, NOW, hours=2)

    def running(after: timedelta) -> LiveSession | None:
        return schedule.find_running(session, NOW + after)

    assert running(-timedelta(seconds=1)) is None
    assert running(timedelta()) == running(2 * HOUR - timedelta(seconds=1)) == live
    assert running(2 * HOUR) is None


def test_what_is_over_or_taken_off_is_on_no_list(session: Session) -> None:
    over = stream(session, NOW - 3 * HOUR, hours=3)
    off = stream(session, NOW + HOUR, title="取消的一场")
    off.is_on = False
    later, sooner = stream(session, NOW + 9 * HOUR), stream(session, NOW + 5 * HOUR)

    assert list(schedule.list_coming(session, NOW)) == [sooner, later]
    assert schedule.find_next(session, NOW) == sooner
    assert schedule.find_live(session, id_of(off)) is None
    assert schedule.find_live(session, id_of(over)) == over


def test_a_number_leads_to_its_product_as_long_as_that_is_on_sale(session: Session) -> None:
    shown = put_on_sale(session, "云朵拖鞋")
    gone = put_on_sale(session, "停售的杯子", on_sale=False)
    products = tuple(product_of(session, each) for each in (gone, shown))
    live = stream(session, NOW, products=products)

    assert schedule.list_positions(session, id_of(live)) == dict(enumerate(products, 1))
    assert {
        position: product.title
        for position, product in schedule.list_shown(session, id_of(live)).items()
    } == {2: "云朵拖鞋"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"ends_at": NOW}, "ends_at"),
        ({"products": (7, 7)}, "products"),
    ],
)
def test_what_cannot_be_a_stream_is_refused(
    session: Session, changes: dict[str, object], field: str
) -> None:
    whole = {"title": "晚间好物", "starts_at": NOW, "ends_at": NOW + HOUR, "products": ()}

    with pytest.raises(InvalidInput) as refused:
        enter(session, LiveDraft(**{**whole, **changes}))  # type: ignore[arg-type]

    assert refused.value.details["field"] == field


def test_a_file_is_read_onto_its_days_and_read_again_changes_nothing(
    session: Session, tmp_path: Path
) -> None:
    skus = [session.get_one(Variant, put_on_sale(session, name)).sku for name in ("杯子", "拖鞋")]
    file = tmp_path / "live.toml"
    file.write_text(
        f'[[live]]\ntitle = "早场"\nweekdays = [3, 6]\nfrom = "10:00"\nuntil = "11:30"\n'
        f"weeks = 2\nskus = {skus}\n"
    )

    assert seed_lives(session, read_lives(session, file, NOW)) == 4
    assert seed_lives(session, read_lives(session, file, NOW + HOUR)) == 0

    lives = session.exec(select(LiveSession).order_by(LiveSession.starts_at)).all()  # type: ignore[arg-type]
    begun = [each.starts_at.strftime("%a %d %H:%M") for each in lives]
    assert begun == ["Wed 11 02:00", "Sat 14 02:00", "Wed 18 02:00", "Sat 21 02:00"]
    assert all(len(schedule.list_shown(session, id_of(each))) == 2 for each in lives)


def test_a_file_that_names_unknown_goods_or_lacks_a_word_says_so(
    session: Session, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="没有商品"):
        read_lives(session, LIVE_FILE, NOW)
    file = tmp_path / "live.toml"
    file.write_text('[[live]]\ntitle = "早场"\nskus = []\n')
    with pytest.raises(InvalidInput, match="from"):
        read_lives(session, file, NOW)
