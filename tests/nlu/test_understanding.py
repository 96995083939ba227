"""The contract's JSON, to the letter."""

import json

from nlu.findings import Finding
from nlu.understanding import CUSTOMER_INTENTS, Understanding

TEXT = "有没有200块以内的蓝牙耳机"


def understood() -> Understanding:
    findings = [Finding(3, 6, "price_max", 200), Finding(10, 14, "product", "蓝牙耳机")]
    return Understanding.from_findings(TEXT, "search_product", 0.98, findings, "rasa")


def test_prints_the_object_of_the_contract() -> None:
    # Key order is part of what people see; the entity order inside follows the text.
    assert understood().to_json() == {
        "intent": "search_product",
        "confidence": 0.98,
        "entities": {"product": ["蓝牙耳机"], "price_max": 200},
        "spans": [{"entity": "product", "start": 10, "end": 14}],
        "source": "rasa",
    }
    assert list(understood().to_json()) == ["intent", "confidence", "entities", "spans", "source"]


def test_is_json_without_further_ado() -> None:
    assert json.loads(json.dumps(understood().to_json()))["entities"]["price_max"] == 200


def test_numbers_are_scalars_strings_and_ordinals_are_lists() -> None:
    findings = [
        Finding(0, 3, "ordinal", 1),
        Finding(4, 7, "ordinal", 3),
        Finding(8, 10, "color", "红色"),
        Finding(11, 13, "quantity", 2),
        Finding(14, 16, "quantity", 5),
    ]
    entities = Understanding.from_findings("x" * 20, "add_to_cart", 1, findings, "rasa").entities

    assert dict(entities) == {"ordinal": [1, 3], "color": ["红色"], "quantity": 2}


def test_a_value_said_twice_is_listed_once_and_spanned_twice() -> None:
    findings = [Finding(0, 2, "color", "红色"), Finding(3, 5, "color", "红色")]
    said = Understanding.from_findings("红色要红色", "refine_search", 1, findings, "rasa")

    assert said.strings("color") == ["红色"]
    assert len(said.spans) == 2


def test_first_gives_scalars_and_heads_of_lists_alike() -> None:
    said = understood()

    assert (said.first("price_max"), said.first("product"), said.first("brand")) == (
        200,
        "蓝牙耳机",
        None,
    )
    assert said.strings("price_max") == []


def test_a_fallback_remembers_what_it_leaned_to() -> None:
    unsure = understood().as_fallback()

    assert (unsure.intent, unsure.guess) == ("nlu_fallback", "search_product")
    assert unsure.entities == understood().entities


def test_there_are_thirty_five_things_a_customer_may_want() -> None:
    assert len(CUSTOMER_INTENTS) == 35
