"""The list of region words knows every region that the shop's table of addresses holds."""

from commerce.customers.regions import list_regions, short_name
from nlu.extractors.regions import find_regions
from nlu.text import fold

NAMED = [each for each in list_regions() if each.level < 3]
OTHER_WORDS = frozenset(
    {
        "兴安", "阿里", "海北", "黄南", "海西", "万宁", "临高", "白沙", "昌江", "双河",
        "昆玉", "新星", "白杨", "新北", "桃园", "云林", "五指山", "北屯", "铁门关",
    }
)  # fmt: skip
"""What means something else without its kind: 阿里巴巴, 新星."""


def first_found(text: str) -> str:
    return next((str(each.value) for each in find_regions(text, fold(text))), "")


def test_every_province_and_prefecture_is_found_by_its_full_name() -> None:
    names = {each.city or each.province for each in NAMED}

    assert {name for name in names if not name.startswith(first_found(name) or "?")} == set()


def test_and_by_its_name_behind_its_province_unless_that_is_another_word() -> None:
    pairs = {(short_name(each.province), short_name(each.city)) for each in NAMED if each.city}
    spoken = {pair for pair in pairs if pair[0] != pair[1] and pair[1] not in OTHER_WORDS}

    missing = {
        pair
        for pair in spoken
        if list(pair) != [str(each.value) for each in find_regions("".join(pair), "".join(pair))]
    }

    assert missing == set()
