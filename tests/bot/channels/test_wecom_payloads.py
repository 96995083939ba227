"""Replies within the byte limits of WeCom's customer service."""

import pytest

from bot.channels.wecom_payloads import menu_body, text_body
from bot.messages import Choices
from miniprogram_cards.cards import CardContent
from miniprogram_cards.payloads import customer_service_card


def test_a_text_has_2048_bytes_at_most_and_no_broken_character() -> None:
    content = text_body("字" * 1000)["text"]["content"]

    assert content == "字" * 682


@pytest.mark.parametrize("count", [1, 10, 11, 25])
def test_a_menu_has_ten_options_at_most_and_names_the_others(count: int) -> None:
    options = tuple(f"第{n}项" for n in range(count))

    menu = menu_body(Choices("选哪个？", options, "点一个"))["msgmenu"]

    shown = [each["click"]["content"] for each in menu["list"]]
    assert shown == list(options[:10])
    assert all(each in menu["tail_content"] for each in options[10:])
    assert menu["tail_content"].startswith("点一个")


def test_a_menus_parts_keep_their_limits() -> None:
    menu = menu_body(Choices("头" * 500, ("选" * 100,), "尾" * 500))["msgmenu"]

    assert len(menu["head_content"].encode()) <= 1024
    assert len(menu["tail_content"].encode()) <= 1024
    assert len(menu["list"][0]["click"]["content"].encode()) <= 128
    assert 1 <= len(menu["list"][0]["click"]["id"]) <= 64


def test_a_card_names_the_mini_program_and_its_thumb() -> None:
    card = customer_service_card(CardContent("拖鞋 ¥39", "pages/a?b=1", "a.png"), "wx-mini", "M")

    assert card == {
        "appid": "wx-mini",
        "title": "拖鞋 ¥39",
        "thumb_media_id": "M",
        "pagepath": "pages/a?b=1",
    }
