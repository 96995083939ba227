"""The lexicon: longest words first, whole Latin words only, and new words without a restart."""

import os
from pathlib import Path

import pytest

from nlu.dictionary import LEXICON_FOLDER, Dictionary
from nlu.keyword_parser import KeywordParser
from nlu.text import fold


def found(dictionary: Dictionary, text: str) -> list[tuple[str, str]]:
    return [(each.entity, str(each.value)) for each in dictionary.find(text, fold(text))]


def write(lexicon: Path, *lines: str) -> None:
    """As the bot does it: beside, then renamed."""
    beside = lexicon.with_suffix(".new")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(lexicon)


def test_the_longest_word_wins(dictionary: Dictionary) -> None:
    assert found(dictionary, "蓝牙耳机") == [("product", "蓝牙耳机")]


def test_the_value_is_the_surface_as_written(dictionary: Dictionary) -> None:
    assert found(dictionary, "藍牙耳機和Ｔ恤") == [("product", "藍牙耳機"), ("product", "Ｔ恤")]


def test_a_latin_word_is_matched_whole_or_not_at_all(lexicon: Path) -> None:
    write(lexicon, "tee\tbrand")

    assert found(Dictionary(lexicon), "我要tee") == [("brand", "tee")]
    assert found(Dictionary(lexicon), "coffee teens") == []


def test_a_new_product_is_known_without_a_restart(keyword: KeywordParser, lexicon: Path) -> None:
    assert keyword.parse("有嘟噜噜吗").strings("brand") == []

    write(lexicon, "嘟噜噜\tbrand")

    assert keyword.parse("有嘟噜噜吗").strings("brand") == ["嘟噜噜"]


def test_a_word_that_left_the_catalogue_is_forgotten(lexicon: Path) -> None:
    write(lexicon, "嘟噜噜\tbrand")
    dictionary = Dictionary(lexicon)
    write(lexicon, "哒啦啦啦\tbrand")

    assert dictionary.refresh()
    assert found(dictionary, "嘟噜噜哒啦啦啦") == [("brand", "哒啦啦啦")]


def test_a_catalogue_that_vanished_leaves_the_base_words(lexicon: Path) -> None:
    write(lexicon, "嘟噜噜\tbrand")
    dictionary = Dictionary(lexicon)
    lexicon.unlink()

    assert dictionary.refresh()
    assert found(dictionary, "嘟噜噜耳机") == [("product", "耳机")]


def test_an_unchanged_file_is_not_read_again(lexicon: Path) -> None:
    write(lexicon, "嘟噜噜\tbrand")
    dictionary = Dictionary(lexicon)
    version = dictionary.version

    assert not dictionary.refresh()
    assert dictionary.version == version


def test_broken_lines_cost_only_themselves(lexicon: Path) -> None:
    write(lexicon, "没有种类", "嘟噜噜\tbrand", "怪\t怪物", "", "# 注释\tbrand", "\tproduct")

    assert found(Dictionary(lexicon), "没有种类嘟噜噜怪") == [("brand", "嘟噜噜")]


def test_bytes_that_are_no_text_leave_the_words_known_before(lexicon: Path) -> None:
    write(lexicon, "嘟噜噜\tbrand")
    dictionary = Dictionary(lexicon)
    lexicon.write_bytes(b"\xff\xfe\x00half")

    dictionary.refresh()

    assert found(dictionary, "嘟噜噜") == [("brand", "嘟噜噜")]


def test_a_file_put_in_place_is_seen_though_time_and_size_are_the_same(lexicon: Path) -> None:
    write(lexicon, "嘟噜噜\tbrand")
    dictionary = Dictionary(lexicon)
    before = lexicon.stat()
    other = lexicon.with_name("other.txt")
    write(other, "啪嗒嗒\tbrand")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(lexicon)

    dictionary.refresh()

    assert found(dictionary, "啪嗒嗒") == [("brand", "啪嗒嗒")]


def test_the_path_comes_from_the_environment(
    lexicon: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lexicon, "嘟噜噜\tbrand")
    monkeypatch.setenv("SHOP_LEXICON_FILE", os.fspath(lexicon))

    assert found(Dictionary(), "嘟噜噜") == [("brand", "嘟噜噜")]


def test_no_base_word_is_listed_under_two_kinds() -> None:
    seen: dict[str, str] = {}
    for path in LEXICON_FOLDER.glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for word in line.partition("#")[0].split():
                assert seen.setdefault(word, path.stem) == path.stem, word
