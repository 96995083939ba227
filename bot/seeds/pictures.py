"""Product pictures of the demo shop, painted at set-up so that none has to be shipped."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from PIL import Image, ImageDraw

from bot.seeds.lettering import chinese_font
from bot.seeds.palettes import Palette, palette_for
from bot.seeds.sketching import Easel, Sketch, find_sketch, paint

SIZE = (520, 416)
"""Width and height in pixels: 5:4, the shape of a mini-program card's cover."""

_SCALE = 2  # Painted twice as large and reduced: Pillow does not smooth edges itself.
_QUALITY = 88
_PARCEL = "礼盒"
_TEXT_LEFT, _TEXT_WIDTH = 32, 166


@dataclass(frozen=True)
class PictureBrief:
    """What the painter is told about one product.

    `image` is a bare file name ending in .jpg or .png; `color` is the shop's own word
    for the colour of the variant to show, or empty.
    """

    image: str
    title: str
    brand: str
    category: str
    color: str = ""


def read_picture_briefs(products_csv: Path) -> list[PictureBrief]:
    """Return one brief a picture from a catalogue file, each shown as its first variant."""
    briefs: dict[str, PictureBrief] = {}
    with products_csv.open(encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            pairs = (pair.partition("=") for pair in row["attributes"].split(";"))
            color = {name: value for name, _, value in pairs}.get("颜色", "")
            brief = PictureBrief(row["image"], row["title"], row["brand"], row["category"], color)
            briefs.setdefault(brief.image, brief)
    return list(briefs.values())


def generate_pictures(products: Iterable[PictureBrief], folder: Path) -> int:
    """Paint the pictures that `folder` does not have yet; return how many were painted.

    The same brief gives the same bytes on the same machine. A picture appears whole or
    not at all, so a run that was cut off is taken up by the next one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    painted = 0
    for brief in products:
        target = folder / _checked_name(brief.image)
        if target.exists():
            continue
        part = target.with_name(f".part-{target.name}")
        paint_picture(brief).save(part, quality=_QUALITY)
        part.replace(target)
        painted += 1
    return painted


def paint_picture(brief: PictureBrief) -> Image.Image:
    """Return the picture of one product, `SIZE` large."""
    choice = _choice(brief.image)
    palette = palette_for(brief.category, brief.color, choice)
    known = find_sketch(brief.title.removeprefix(brief.brand))
    sketch = known or find_sketch(_PARCEL)
    with_text = chinese_font(12) is not None

    canvas = _ground(palette, choice % 3, with_text).copy()
    draw = ImageDraw.Draw(canvas, "RGBA")
    left = 212 if with_text else 112
    easel = Easel(draw, palette, left * _SCALE, 62 * _SCALE, 2.92 * _SCALE)
    _scatter(easel, choice)
    if sketch is not None:
        paint(sketch, easel, brief.brand, lambda height: chinese_font(round(height)))
    if with_text:
        _write(draw, palette, brief, known)
    return canvas.reduce(_SCALE)


def _choice(image: str) -> int:
    """Return a number that is always the same for a picture and unlike its neighbours'."""
    return int.from_bytes(blake2b(image.encode(), digest_size=4).digest())


def _checked_name(image: str) -> str:
    if Path(image).name != image or not image.endswith((".jpg", ".png")):
        raise ValueError(f"{image!r} is not a bare .jpg or .png file name")
    return image


@lru_cache(maxsize=64)
def _ground(palette: Palette, composition: int, with_text: bool) -> Image.Image:
    """Return the wall, the spot on it and the shadow that the product will stand on."""
    size = (SIZE[0] * _SCALE, SIZE[1] * _SCALE)
    ramp = Image.linear_gradient("L").resize(size)
    top = Image.new("RGB", size, palette.ground_top)
    bottom = Image.new("RGB", size, palette.ground_bottom)
    ground = Image.composite(bottom, top, ramp)
    draw = ImageDraw.Draw(ground, "RGBA")
    shift = 0 if with_text else -100
    left, right = (212 + shift) * _SCALE, (504 + shift) * _SCALE
    spot = (*palette.spot, 255)
    if composition == 0:
        draw.ellipse((left - 16, 50 * _SCALE, right + 16, 358 * _SCALE), fill=spot)
    elif composition == 1:
        corners = (True, True, False, False)
        draw.rounded_rectangle(
            (left, 36 * _SCALE, right, size[1]), 146 * _SCALE, fill=spot, corners=corners
        )
    else:
        draw.rounded_rectangle(
            (left - 10, 44 * _SCALE, right + 10, 366 * _SCALE), 44 * _SCALE, fill=spot
        )
    middle = (left + right) / 2
    for reach in (112, 98, 84):
        across, down = reach * _SCALE, reach * _SCALE // 9
        floor = 328 * _SCALE
        draw.ellipse(
            (middle - across, floor - down, middle + across, floor + down), fill=(40, 30, 40, 16)
        )
    return ground


def _scatter(easel: Easel, choice: int) -> None:
    """Put a few specks around the product, differently for every picture."""
    corners = ((2, 8), (94, 6), (99, 30), (-1, 34), (97, 66), (4, 80))
    for place, (x, y) in enumerate(corners):
        kind = choice >> (place * 3) & 7
        centre = easel.place(x + kind % 3, y + kind % 4)
        radius = (1.1 + kind * 0.22) * easel.unit
        tone = "accent" if kind % 2 else "white"
        box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
        if kind < 3:
            easel.draw.ellipse(box, outline=easel.palette.ink(tone), width=round(easel.unit * 0.7))
        elif kind < 6:
            easel.draw.ellipse(box, fill=easel.palette.ink(tone))


def _write(
    draw: ImageDraw.ImageDraw, palette: Palette, brief: PictureBrief, known: Sketch | None
) -> None:
    """Write brand, head noun and one selling point beside the product."""
    noun = known.noun if known else brief.category
    words = brief.title.removeprefix(brief.brand).split()
    selling_point = next((word for word in words[1:] if len(word) <= 9), "")
    ink = palette.ink("ink")
    _write_line(draw, brief.brand, 44, 24, palette.ink("signal"))
    _write_line(draw, noun, 196, 50, ink)
    draw.rounded_rectangle(
        tuple(value * _SCALE for value in (_TEXT_LEFT, 236, _TEXT_LEFT + 40, 241)),
        2.5 * _SCALE,
        fill=palette.ink("signal"),
    )
    _write_line(draw, selling_point, 270, 21, (*ink[:3], 190))


def _write_line(
    draw: ImageDraw.ImageDraw, text: str, middle: int, height: int, ink: tuple[int, int, int, int]
) -> None:
    fitting = min(height, _TEXT_WIDTH // max(1, len(text)))
    font = chinese_font(fitting * _SCALE)
    if font is not None:
        draw.text((_TEXT_LEFT * _SCALE, middle * _SCALE), text, font=font, fill=ink, anchor="lm")
