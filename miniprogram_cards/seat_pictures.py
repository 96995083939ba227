"""The picture of a group: a circle a seat, with the initial of who sits there.

Its file name says all that is on it, so it is drawn where it is sent, whenever that is, by nobody
but the name; no file is kept, nobody's picture is asked for, and the name does not say which group
it is. A change of the group is another name.
"""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

SIZE: Final = (520, 416)
"""Width and height in pixels: 5:4, the shape of a card's cover."""
MOST_CIRCLES: Final = 10
"""With more seats the last circle says how many are not shown."""
_SCALE: Final = 2  # Drawn twice as large and reduced: Pillow does not smooth edges itself.
_A_ROW: Final = 5
_RADIUS: Final = 40
_GAP: Final = 14
_GROUND, _TAKEN, _FREE, _LETTER = "#fff6ee", "#e8542f", "#e9b79f", "#ffffff"
_NAME: Final = re.compile(r"seats-([0-9]{1,4})-([0-9]{1,4})((?:-[0-9a-f]{2,5})*)\.png")

type Font = Callable[[int], ImageFont.FreeTypeFont | None]
"""The font for Chinese in so many pixels; None on a machine that has none."""


@dataclass(frozen=True, slots=True)
class Seats:
    """What a picture shows: `paid` of `seats` are taken; initials of the first of them."""

    seats: int
    paid: int
    initials: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The picture's file name."""
        letters = "".join(f"-{ord(each[0]):x}" for each in self.initials[:MOST_CIRCLES] if each)
        return f"seats-{self.seats}-{self.paid}{letters}.png"


def picture_of(seats: int, paid: int, initials: Sequence[str] = ()) -> str:
    """The file name of a group's picture.

    >>> picture_of(3, 1, ["王"])
    'seats-3-1-738b.png'
    """
    return Seats(seats, paid, tuple(initials)).name


def read_name(name: str) -> Seats | None:
    """What a picture shows by its name; None for any other picture."""
    said = _NAME.fullmatch(name)
    if said is None or int(said[2]) > int(said[1]):
        return None
    letters = tuple(chr(int(each, 16)) for each in said[3].split("-") if each)
    return Seats(int(said[1]), int(said[2]), letters)


def draw(picture: Seats, font: Font) -> bytes:
    """The picture as PNG. Where no font writes Chinese, a taken seat has no letter.

    The same seats give the same bytes on the same machine.
    """
    width, height = (each * _SCALE for each in SIZE)
    canvas = Image.new("RGB", (width, height), _GROUND)
    pen = ImageDraw.Draw(canvas)
    shown = min(picture.seats, MOST_CIRCLES)
    rows = [range(first, min(first + _A_ROW, shown)) for first in range(0, shown, _A_ROW)]
    step = (2 * _RADIUS + _GAP) * _SCALE
    top = (height - (len(rows) - 1) * step) // 2
    for row, seats in enumerate(rows):
        left = (width - (len(seats) - 1) * step) // 2
        for column, seat in enumerate(seats):
            _draw_seat(pen, picture, seat, (left + column * step, top + row * step), font)
    written = io.BytesIO()
    canvas.resize(SIZE, Image.Resampling.BOX).save(written, "PNG")
    return written.getvalue()


def _draw_seat(
    pen: ImageDraw.ImageDraw, picture: Seats, seat: int, centre: tuple[int, int], font: Font
) -> None:
    radius, (x, y) = _RADIUS * _SCALE, centre
    box = (x - radius, y - radius, x + radius, y + radius)
    is_taken = seat < picture.paid
    hidden = picture.seats - MOST_CIRCLES + 1
    letter = picture.initials[seat] if is_taken and seat < len(picture.initials) else ""
    if hidden > 1 and seat == MOST_CIRCLES - 1:
        is_taken, letter = False, f"+{hidden}"
    if is_taken:
        pen.ellipse(box, fill=_TAKEN)
    else:
        pen.ellipse(box, outline=_FREE, width=3 * _SCALE)
    face = font(radius) if letter else None
    if face is not None:
        pen.text(centre, letter, font=face, fill=_LETTER if is_taken else _FREE, anchor="mm")
