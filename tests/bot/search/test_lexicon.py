"""The catalogue's words, and jieba taught by them."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.database import Database
from bot.lexicon import extend_lexicon, read_lexicon, write_lexicon
from bot.search import ShopSearch
from bot.tokenise import ChineseTokeniser
from commerce.catalogue.words import fold, needed
from tests.bot.search.conftest import Stocking

LINES = (
    "A,木白 云朵拖鞋 居家防滑,鞋靴箱包,木白,39,4,颜色=奶油白;尺码=37;材质=EVA、软木,",
    "B,讯禾 入耳式蓝牙耳机 运动,数码家电,讯禾,99,4,颜色=小麦色;功能=主动降噪,",
    "C,汀白 洗面奶男士 控油,美妆护肤,汀白,59,4,净含量=100g;规格=6包,",
)


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    return tmp_path / "lexicon" / "catalogue.txt"


@pytest.fixture
def taught(tmp_path_factory: pytest.TempPathFactory, lexicon: Path) -> ChineseTokeniser:
    return ChineseTokeniser(tmp_path_factory.mktemp("jieba"), lexicon)


def test_the_lexicon_holds_the_words_of_the_catalogue_with_their_kinds(
    database: Database, stock_shop: Stocking, taught: ChineseTokeniser, lexicon: Path
) -> None:
    stock_shop(*LINES)

    with database.reading() as session:
        count = write_lexicon(session, lexicon, taught)
    words = read_lexicon(lexicon)

    assert count == len(words)
    assert words.items() >= {
        ("木白", "brand"),
        ("云朵拖鞋", "product"),
        ("蓝牙耳机", "product"),
        ("洗面奶", "product"),
        ("奶油白", "color"),
        ("小麦色", "color"),
        ("100g", "size"),
        ("主动降噪", "attribute"),
        ("软木", "attribute"),
    }
    assert not {"小麦", "37", "6包", "入耳式蓝牙耳机"} & words.keys()


def test_writing_it_again_gives_the_same_file(
    database: Database, stock_shop: Stocking, taught: ChineseTokeniser, lexicon: Path
) -> None:
    stock_shop(*LINES)
    with database.reading() as session:
        write_lexicon(session, lexicon, taught)
        first = lexicon.read_text(encoding="utf-8")
        taught.refresh()
        write_lexicon(session, lexicon, taught)

    assert lexicon.read_text(encoding="utf-8") == first


def test_a_new_product_is_known_as_one_word_without_a_restart(
    database: Database, stock_shop: Stocking, taught: ChineseTokeniser, lexicon: Path
) -> None:
    stock_shop(LINES[1])
    with database.reading() as session:
        write_lexicon(session, lexicon, taught)
    assert "云朵拖鞋" not in taught("想买云朵拖鞋")

    stock_shop(LINES[0])
    with database.reading() as session:
        new = extend_lexicon(session, lexicon, taught, [2])
        none = extend_lexicon(session, lexicon, taught, [2])

    assert "云朵拖鞋" in taught("想买云朵拖鞋")
    assert (new > 0, none) == (True, 0)
    assert read_lexicon(lexicon).items() >= {("蓝牙耳机", "product"), ("云朵拖鞋", "product")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("蓝牙耳机", ["蓝牙", "耳机"]),
        ("T恤", ["t恤"]),
        ("iPhone15手机壳", ["iphone", "15", "手机", "壳"]),
        ("WH-1000XM5", ["wh", "1000", "xm", "5"]),
        ("1.8m床", ["1.8", "m", "床"]),
        ("５００ｍｌ　保温杯", ["500", "ml", "保温杯"]),
        ("！？。", []),
    ],
)
def test_a_text_is_cut_into_what_is_needed_to_find_it(
    tokenise: ChineseTokeniser, text: str, words: list[str]
) -> None:
    assert needed(tokenise(fold(text))) == words


def test_cutting_is_the_same_before_and_after_teaching_for_what_must_match(
    database: Database, search: ShopSearch, stock_shop: Stocking, lexicon: Path
) -> None:
    stock_shop(*LINES)
    with database.reading() as session:
        write_lexicon(session, lexicon, search.tokenise)
        taught = ShopSearch(search.index.folder.parent.parent, lexicon)
        for words in ("云朵拖鞋", "拖鞋", "蓝牙耳机", "耳机", "洗面奶"):
            plain = search.search(session, search.wish_from({"product": words}), 3)
            after = taught.search(session, taught.wish_from({"product": words}), 3)
            assert after.is_strict
            assert [each.id for each in after.products] == [each.id for each in plain.products]


def test_jieba_prints_nothing_and_keeps_its_cache_in_its_folder(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from bot.tokenise import ChineseTokeniser;"
        f"ChineseTokeniser(Path({str(tmp_path)!r}))('连衣裙')"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )

    assert (done.stdout, done.stderr) == ("", "")
    assert [each.name for each in tmp_path.iterdir()] == ["jieba.cache"]
