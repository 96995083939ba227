"""A group's picture is all in its name, and is drawn from nothing else."""

import io

import pytest
from PIL import Image

from bot.seeds.lettering import chinese_font
from miniprogram_cards.seat_pictures import SIZE, Seats, draw, picture_of, read_name

TAKEN, FREE_INSIDE = (232, 84, 47), (255, 246, 238)


def test_the_name_says_all_that_is_drawn() -> None:
    name = picture_of(5, 2, ["王", "李"])

    assert name == "seats-5-2-738b-674e.png"
    assert read_name(name) == Seats(5, 2, ("王", "李"))


@pytest.mark.parametrize(
    "name", ["7.jpg", "seats-2-3.png", "seats-5-2-zz.png", "seats-5.png", "x-seats-5-2.png"]
)
def test_other_pictures_are_files(name: str) -> None:
    assert read_name(name) is None


@pytest.mark.parametrize(("seats", "paid"), [(3, 1), (3, 3), (20, 12)])
def test_taken_seats_are_filled_and_free_ones_are_not(seats: int, paid: int) -> None:
    picture = Image.open(io.BytesIO(draw(Seats(seats, paid, ("王",)), lambda _pixels: None)))

    assert picture.size == SIZE
    counted = picture.convert("RGB").getcolors(SIZE[0] * SIZE[1])
    assert counted is not None
    filled = {color: pixels for pixels, color in counted}[TAKEN]
    a_seat = 3.14159 * 40**2
    assert filled / a_seat == pytest.approx(min(paid, 9 if seats > 10 else seats), rel=0.05)


def test_the_initial_is_written_where_a_font_is_found() -> None:
    seats = Seats(2, 1, ("王",))
    is_written = draw(seats, chinese_font) != draw(seats, lambda _pixels: None)

    assert is_written == (chinese_font(20) is not None)
    assert draw(seats, chinese_font) == draw(seats, chinese_font)
