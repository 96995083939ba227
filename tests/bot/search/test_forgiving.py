"""Customers misspell, call things by other names, and name an occasion instead of a thing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
import pytest

from bot.database import Database
from bot.search import ShopSearch
from bot.sounds import pronounce
from bot.tokenise import ChineseTokeniser
from commerce.catalogue.meaning import Vectors
from commerce.catalogue.sounds import SYLLABLES
from commerce.catalogue.wish import ProductWish
from tests.bot.search.conftest import Stocking
from tests.bot.search.shop import SHOP, shown, skus

MORE = (
    "F1,汀白 洗面奶 温和,美妆护肤,汀白,59,9,适用肤质=敏感肌,",
    "F2,汀白 洁面乳 清爽,美妆护肤,汀白,49,9,适用肤质=油皮,",
    "G1,奈鹿 哑光口红,美妆护肤,奈鹿,99,9,包装=礼盒,",
    "G2,疾鹭 鱼竿 碳素,运动户外,疾鹭,99,9,,",
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("连依裙", "R1"),
        ("lianyiqun", "R1"),
        ("lian衣裙", "R1"),
        ("红色连依群", "R1"),
        ("蓝芽儿机", "E1"),
        ("pingdiguo", "P1"),
        ("唐瓷杯", "W1"),
        ("手几壳", "M2"),
        ("lyq", "R1"),
    ],
)
def test_what_is_misspelt_or_typed_as_pinyin_is_found(
    search: ShopSearch, database: Database, stock_shop: Stocking, written: str, meant: str
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, product=[written])

    assert page.is_strict
    assert meant in skus(page)


@pytest.mark.parametrize("written", ["鱼缸", "冰箱", "macbook", "洗碗机"])
def test_a_word_that_exists_is_not_bent_into_what_is_sold(
    search: ShopSearch, database: Database, stock_shop: Stocking, written: str
) -> None:
    stock_shop(*SHOP, *MORE)

    assert skus(shown(search, database, product=[written])) == []


def test_another_name_is_found_after_the_written_one(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*MORE)

    assert skus(shown(search, database, product=["洁面乳"])) == ["F2", "F1"]
    assert skus(shown(search, database, product=["洗面奶"])) == ["F1", "F2"]
    assert skus(shown(search, database, product=["敏感皮肤能用的洗面奶"]))[0] == "F1"


def test_an_occasion_finds_what_fits_it(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP, *MORE)

    assert skus(shown(search, database, product=["送女朋友的礼物"])) == ["G1"]
    assert skus(shown(search, database, product=["连衣裙"], attribute=["送女朋友"]))[0] != "G1"


def test_a_wide_search_shows_what_fits_first_and_how_much_that_is(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    with database.reading() as session:
        wish = ProductWish(text="丝绒连衣裙")
        narrow = search.search(session, wish, 10)
        wide = search.search(session, wish, 10, is_wide=True)

    assert skus(narrow) == ["R4"]
    assert skus(wide)[0] == "R4"
    assert (wide.fitting, wide.is_strict, wide.total) == (1, True, 5)


def test_the_merchants_own_synonyms_are_read_when_they_change(
    database: Database, stock_shop: Stocking, search: ShopSearch, tmp_path: Path
) -> None:
    stock_shop(*SHOP)
    folder = search.index.folder.parent.parent
    own = ShopSearch(folder, tmp_path / "catalogue.txt", search.tokenise)
    assert skus(shown(own, database, product=["茶缸"])) == []

    (tmp_path / "synonyms.txt").write_text("茶缸 搪瓷杯\n", encoding="utf-8")

    assert skus(shown(own, database, product=["茶缸"])) == ["W1"]


def test_every_character_sounds_like_a_syllable_that_can_be_typed() -> None:
    words = ["连衣裙", "绿茶", "女鞋", "长裤", "儿童", "洗发水"]

    assert {syllable for word in words for syllable in pronounce(word)} <= SYLLABLES


class TwoMeanings:
    """An embedder that knows of one thing: 喝水的 means 搪瓷杯."""

    name = "two-meanings"

    def embed(
        self,
        texts: Sequence[str],
        kind: Literal["query", "passage"] = "query",  # noqa: ARG002 - the protocol has it
    ) -> Vectors:
        """Equal texts alike, others not at all."""
        rows = np.stack([self._row("搪瓷杯" if text == "喝水的" else text) for text in texts])
        return np.asarray(rows, dtype=np.float32)

    def _row(self, text: str) -> Vectors:
        row = np.random.default_rng(crc32(text.encode())).normal(size=64)
        return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def test_what_words_do_not_find_is_found_by_what_they_mean(
    database: Database, stock_shop: Stocking, search: ShopSearch, tokenise: ChineseTokeniser
) -> None:
    stock_shop(*SHOP)
    folder = search.index.folder.parent.parent
    meaning = ShopSearch(folder, tokenise=tokenise, embedder=TwoMeanings())
    assert skus(shown(meaning, database, product=["喝水的"])) == []

    learnt = 0
    while count := meaning.index.learn_names(5):
        learnt += count

    page = shown(meaning, database, product=["喝水的"])
    assert learnt > 10
    assert skus(page)[0] == "W1"
    assert not page.is_strict
