"""What a colour and a size are, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.catalogue.traits import (
    color_key,
    color_keys,
    colors_of,
    size_key,
    size_keys,
    sizes_of,
)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("红色", "红"),
        ("红", "酒红色"),
        ("红色", "红色碎花"),
        ("红", "红黑拼色"),
        ("蓝色", "藏青色"),
        ("橘色", "橙色"),
        ("棕色", "咖啡色"),
        ("白", "黑色/白色"),
        ("酒红", "酒红色"),
        ("粉色", "粉红色"),
    ],
)
def test_a_colour_is_found_by_its_name_and_by_its_hue(asked: str, offered: str) -> None:
    assert color_key(asked) in color_keys(offered)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [("红色", "粉红色"), ("红色", "蓝色"), ("酒红", "红色"), ("红", "橘红色"), ("黑", "白色")],
)
def test_a_colour_is_not_found_by_another(asked: str, offered: str) -> None:
    assert color_key(asked) not in color_keys(offered)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("xl码", "XL"),
        ("ＸＸＬ", "2XL"),
        ("42", "42码"),
        ("37码", "37"),
        ("500毫升", "500ml"),
        ("500ML", "500ml×2瓶"),
        ("1公斤", "1kg"),
        ("256G", "8GB+256GB"),
        ("1.8m", "1.8米床"),
        ("均码", "均码"),
    ],
)
def test_a_size_is_found_however_it_is_written(asked: str, offered: str) -> None:
    assert size_key(asked) in size_keys(offered)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [("L", "XL"), ("XL", "2XL"), ("50ml", "150ml"), ("4", "42"), ("1l", "1ml")],
)
def test_a_size_is_not_found_by_a_part_of_it(asked: str, offered: str) -> None:
    assert size_key(asked) not in size_keys(offered)


def test_the_title_speaks_where_no_attribute_does() -> None:
    title = "红色保温杯 500毫升"

    assert colors_of({}, title) == {"红"}
    assert sizes_of({}, title) == {"500ml"}
    assert colors_of({"颜色": "蓝色"}, title) == {"蓝"}
    assert sizes_of({"容量": "1L"}, title) == {"1l"}


@given(st.text(max_size=20))
def test_whatever_is_written_is_found_by_itself(written: str) -> None:
    if size_key(written):
        assert size_key(written) in size_keys(written)
    assert all(" " not in key for key in color_keys(written) | size_keys(written))
