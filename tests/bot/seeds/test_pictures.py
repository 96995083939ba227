"""Pictures of the demo shop are whole, alike on every run, and painted only once."""

import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.seeds import PRODUCTS_CSV, lettering, pictures
from bot.seeds.palettes import palette_for
from bot.seeds.pictures import (
    PictureBrief,
    generate_pictures,
    paint_picture,
    read_picture_briefs,
)
from bot.seeds.sketching import find_sketch, read_marks

RED_DRESS = PictureBrief("dress.jpg", "棠里 法式方领连衣裙 通勤约会", "棠里", "女装", "红色")
EARPHONES = PictureBrief("ear.jpg", "声域 轻薄降噪蓝牙耳机 半入耳式", "声域", "数码家电", "黑色")
UNHEARD_OF = PictureBrief("thing.png", "无名 来历不明的东西", "无名", "没有的类目")


def test_pictures_are_five_by_four_and_readable(tmp_path: Path) -> None:
    assert generate_pictures([RED_DRESS, EARPHONES, UNHEARD_OF], tmp_path) == 3

    for brief in (RED_DRESS, EARPHONES, UNHEARD_OF):
        with Image.open(tmp_path / brief.image) as picture:
            picture.load()
            assert picture.size == (520, 416)


def test_the_same_brief_gives_the_same_bytes(tmp_path: Path) -> None:
    generate_pictures([RED_DRESS, EARPHONES], tmp_path / "one")
    generate_pictures([EARPHONES, RED_DRESS], tmp_path / "other")

    for brief in (RED_DRESS, EARPHONES):
        one, other = (tmp_path / folder / brief.image for folder in ("one", "other"))
        assert one.read_bytes() == other.read_bytes()


def test_a_picture_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dress.jpg").write_bytes(b"the shop's own photograph")

    assert generate_pictures([RED_DRESS, EARPHONES], tmp_path) == 1
    assert (tmp_path / "dress.jpg").read_bytes() == b"the shop's own photograph"


def test_nothing_unfinished_stays_behind(tmp_path: Path) -> None:
    generate_pictures([RED_DRESS], tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["dress.jpg"]


@pytest.mark.parametrize("image", ["../dress.jpg", "folder/dress.jpg", "dress.svg", ""])
def test_a_picture_is_never_written_outside_its_folder(tmp_path: Path, image: str) -> None:
    brief = PictureBrief(image, RED_DRESS.title, "棠里", "女装")

    with pytest.raises(ValueError, match="bare"):
        generate_pictures([brief], tmp_path / "pictures")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_machine_without_a_chinese_font_still_gets_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_text = paint_picture(EARPHONES)
    monkeypatch.setattr(pictures, "chinese_font", lambda _pixels: None)

    picture = paint_picture(EARPHONES)

    assert picture.size == (520, 416)
    if lettering.find_font() is not None:
        assert ImageChops.difference(with_text, picture).getbbox() is not None


def test_the_colour_of_the_variant_is_the_colour_of_the_picture() -> None:
    black = PictureBrief("dress.jpg", RED_DRESS.title, "棠里", "女装", "黑色")

    assert ImageChops.difference(paint_picture(RED_DRESS), paint_picture(black)).getbbox()
    assert palette_for("女装", "酒红色", 0).main != palette_for("女装", "红色", 0).main


@pytest.mark.parametrize(
    ("title", "noun"),
    [
        ("缓震跑鞋男 马拉松竞速", "跑鞋"),
        ("卡通小狗手机壳 防摔保护套", "手机壳"),
        ("旅行收纳袋套装 行李箱整理袋", "收纳袋"),
        ("家用烧水壶 不锈钢电热水壶", "烧水壶"),
    ],
)
def test_a_product_is_drawn_as_the_head_of_its_title(title: str, noun: str) -> None:
    sketch = find_sketch(title)

    assert sketch is not None
    assert sketch.noun == noun


def test_a_title_with_no_known_word_has_no_sketch() -> None:
    assert find_sketch("来历不明的东西") is None


def test_a_mirrored_mark_is_painted_on_both_sides() -> None:
    left, right = read_marks("ink oval~ 30 40 5 6")

    assert left.numbers == (30, 40, 5, 6)
    assert right.numbers == (70, 40, 5, 6)
    assert read_marks("ink box~ 10 20 30 40 5")[1].numbers == (60, 20, 30, 40, 5)


def test_every_product_of_the_demo_shop_has_a_sketch_of_its_kind() -> None:
    briefs = read_picture_briefs(PRODUCTS_CSV)

    assert len(briefs) >= 240
    assert [brief.title for brief in briefs if find_sketch(brief.title) is None] == []


@pytest.mark.slow
def test_the_whole_shop_is_painted_while_one_waits(tmp_path: Path) -> None:
    briefs = read_picture_briefs(PRODUCTS_CSV)
    started = time.perf_counter()

    assert generate_pictures(briefs, tmp_path) == len(briefs)
    assert time.perf_counter() - started < 60
    assert generate_pictures(briefs, tmp_path) == 0
