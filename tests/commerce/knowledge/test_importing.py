"""Files of entries and facts: what is wrong is named by file, entry and field."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from commerce.errors import InvalidInput
from commerce.knowledge.importing import read_entries, read_facts

GOOD = """
category = "运费"
intent = "ask_shipping"

[[entry]]
key = "freight"
title = "包邮吗？"
questions = ["运费多少"]
keywords = ["包邮"]
answer = "{运费规则}。"

[[entry]]
key = "festival"
intent = "ask_promotion"
title = "过年有活动吗？"
answer = "有，看首页。"
priority = 2
valid_until = 2027-02-20T00:00:00+08:00
"""


def write(folder: Path, content: str) -> Path:
    file = folder / "delivery.toml"
    file.write_text(content, encoding="utf-8")
    return file


def test_entries_share_what_stands_above_them(tmp_path: Path) -> None:
    freight, festival = read_entries([write(tmp_path, GOOD)])

    assert (freight.category, freight.intent) == ("运费", "ask_shipping")
    assert freight.ways_to_ask == ("包邮吗？", "运费多少")
    assert (festival.category, festival.intent, festival.priority) == ("运费", "ask_promotion", 2)
    assert festival.valid_until is not None
    assert festival.valid_until.astimezone(UTC) == datetime(2027, 2, 19, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "包邮吗？"', "", r"delivery.toml 第1条（freight）：缺title"),
        ('"{运费规则}。"', '"{运费}。"', r"第1条（freight）：答案里的“{运费}”不认识"),
        ("priority = 2", 'priority = "高"', r"第2条（festival）：priority写的类型不对"),
        ("priority = 2", "rank = 2", r"第2条（festival）：没有“rank”这一项"),
        ('key = "festival"', 'key = "freight"', r"第2条（freight）：这个key前面用过了"),
        ("[[entry]]", "[[entry", r"delivery.toml 读不出来"),
    ],
)
def test_a_fault_is_named_by_file_entry_and_field(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_entries([write(tmp_path, GOOD.replace(old, new, 1))])


def test_facts_are_checked(tmp_path: Path) -> None:
    assert read_facts(write(tmp_path, '"联系电话" = "400"\n"发货时限" = 48')) == {
        "联系电话": "400",
        "发货时限": "48",
    }
    with pytest.raises(InvalidInput, match=r"delivery.toml：“营业时间”写的是“早”"):
        read_facts(write(tmp_path, '"营业时间" = "早"'))
