"""The table of regions, and places read from it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.customers.regions import Region, find_region, list_regions, read_region, short_name

BY_LEVEL = {level: [each for each in list_regions() if each.level == level] for level in (1, 2, 3)}
UNDER_NO_PREFECTURE = 1 + 4 + 15 + 12
"""济源; 仙桃, 潜江, 天门, 神农架; Hainan's counties; the towns of 新疆's 兵团."""


def test_the_table_is_whole() -> None:
    assert len(BY_LEVEL[1]) == 34
    of_mainland = [each for each in BY_LEVEL[2] if each.province != "台湾省"]
    own_prefecture = [each for each in of_mainland if each.province == each.city]
    assert len(own_prefecture) == 6
    assert len(of_mainland) - len(own_prefecture) - UNDER_NO_PREFECTURE == 333
    assert len(BY_LEVEL[3]) > 2800
    assert [each for each, count in Counter(list_regions()).items() if count > 1] == []


def test_kinds_of_prefectures_are_as_many_as_there_are() -> None:
    ends = Counter(
        kind
        for each in BY_LEVEL[2]
        for kind in ("自治州", "地区", "盟")
        if each.city.endswith(kind)
    )

    assert ends == {"自治州": 30, "地区": 7, "盟": 3}


@pytest.mark.parametrize("municipality", ["北京市", "天津市", "上海市", "重庆市"])
def test_municipalities_have_their_districts(municipality: str) -> None:
    counties = [each for each in BY_LEVEL[3] if each.province == municipality]

    assert len(counties) == {"北京市": 16, "天津市": 16, "上海市": 16, "重庆市": 38}[municipality]


@given(st.sampled_from(list_regions()))
def test_every_region_is_read_from_what_addresses_write(region: Region) -> None:
    found = read_region(str(region))

    assert found is not None
    assert str(found) == str(region)
    assert region.contains(found)


def test_every_prefecture_is_known_by_its_name_alone() -> None:
    assert {each.city for each in BY_LEVEL[2] if read_region(each.city) is None} == set()


WRITTEN: list[tuple[str, Region | None]] = [
    ("新疆维吾尔自治区乌鲁木齐市", Region("新疆维吾尔自治区", "乌鲁木齐市")),
    ("新疆乌鲁木齐", Region("新疆维吾尔自治区", "乌鲁木齐市")),
    ("上海市浦东新区", Region("上海市", "上海市", "浦东新区")),
    ("广东深圳南山", Region("广东省", "深圳市", "南山区")),
    ("广东深圳南山大道", Region("广东省", "深圳市")),
    ("广东省深圳市深圳市南山区", Region("广东省", "深圳市", "南山区")),
    ("吉林市", Region("吉林省", "吉林市")),
    ("吉林", Region("吉林省")),
    ("吉林船营区", Region("吉林省", "吉林市", "船营区")),
    ("辽宁朝阳", Region("辽宁省", "朝阳市")),
    ("辽宁朝阳县", Region("辽宁省", "朝阳市", "朝阳县")),
    ("北京朝阳", Region("北京市", "北京市", "朝阳区")),
    ("天津河北区", Region("天津市", "天津市", "河北区")),
    ("海南海口", Region("海南省", "海口市")),
    ("海南州", Region("青海省", "海南藏族自治州")),
    ("海南藏族自治州", Region("青海省", "海南藏族自治州")),
    ("河南蒙古族自治县", Region("青海省", "黄南藏族自治州", "河南蒙古族自治县")),
    ("恩施州利川", Region("湖北省", "恩施土家族苗族自治州", "利川市")),
    ("西藏那曲地区", Region("西藏自治区", "那曲市")),
    ("景宁县", Region("浙江省", "丽水市", "景宁畲族自治县")),
    ("台州路桥区", Region("浙江省", "台州市", "路桥区")),
    ("长沙县", Region("湖南省", "长沙市", "长沙县")),
    ("安徽黄山区", Region("安徽省", "黄山市", "黄山区")),
    ("昆山", Region("江苏省", "苏州市", "昆山市")),
    ("湖北省 省直辖县级行政区划 仙桃市", Region("湖北省", "仙桃市")),
    ("新疆 自治区直辖县级行政区划 石河子市", Region("新疆维吾尔自治区", "石河子市")),
    ("重庆市 县 城口县", Region("重庆市", "重庆市", "城口县")),
    ("北京市 市辖区 东城区", Region("北京市", "北京市", "东城区")),
    ("香港特别行政区 香港岛 中西区", Region("香港特别行政区", "香港特别行政区", "中西区")),
    ("台湾 台北市", Region("台湾省", "台北市")),
    ("鼓楼区", None),
    ("朝阳区", None),
    ("南京东路100号", None),
    ("火星", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "region"), WRITTEN, ids=[each[0] for each in WRITTEN])
def test_places_are_read_as_people_write_them(text: str, region: Region | None) -> None:
    found = find_region(text)

    assert (found and found.region) == region


@given(st.text(alphabet="北京上海市朝阳区南新疆州县省 东路吉林", max_size=30))
def test_what_is_found_stands_where_it_is_said_to(text: str) -> None:
    found = find_region(text)

    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert read_region(text[found.start : found.end]) is not None


def test_a_region_contains_what_lies_in_it_and_nothing_else() -> None:
    hangzhou = Region("浙江省", "杭州市")

    assert Region("浙江省").contains(hangzhou)
    assert hangzhou.contains(Region("浙江省", "杭州市", "西湖区"))
    assert not hangzhou.contains(Region("浙江省"))
    assert not hangzhou.contains(Region("江西省", "南昌市", "西湖区"))


@pytest.mark.parametrize(
    ("name", "short"),
    [("新疆维吾尔自治区", "新疆"), ("长白朝鲜族自治县", "长白"), ("兴安盟", "兴安"),
     ("克孜勒苏柯尔克孜自治州", "克孜勒苏"), ("大同市", "大同"), ("神农架林区", "神农架"),
     ("香港特别行政区", "香港"), ("赵县", "赵县")],
)  # fmt: skip
def test_a_name_without_its_kind_is_what_people_say(name: str, short: str) -> None:
    assert short_name(name) == short
