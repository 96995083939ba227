"""The editor's form, as a browser sends it, and what stands in one that came back."""

import re
from html.parser import HTMLParser
from typing import Final

_WRONG: Final = re.compile(r'class="form__wrong" role="alert" data-place="([^"]*)">([^<]*)<')

ONCE: Final = {
    "kind": "once",
    "audience": "customers",
    "version": "",
    "name": "周末上新",
    "purpose": "marketing",
    "segment_id": "",
    "plan.at": "2030-06-01T10:00",
    "routes": "official_account",
    "nodes.0.id": "s1",
    "nodes.0.kind": "send",
    "nodes.0.arms.0.name": "A",
    "nodes.0.arms.0.weight": "100",
    "nodes.0.arms.0.text": "{称呼}，周末上新了\n不想再收到，回复退订",
    "attribution_days": "7",
    "holdout_percent": "10",
}
JOURNEY: Final = {
    **{name: value for name, value in ONCE.items() if name != "plan.at"},
    "kind": "journey",
    "name": "加购没买",
    "plan.trigger": "cart_left",
    "plan.after": "2",
    "plan.after_unit": "hours",
    "plan.ends_by": "purchase",
    "nodes.1.id": "s2",
    "nodes.1.kind": "wait",
    "nodes.1.wait": "1",
    "nodes.1.wait_unit": "days",
    "nodes.2.id": "s3",
    "nodes.2.kind": "condition",
    "nodes.2.segment": "1",
    "nodes.new1.id": "s4",
    "nodes.new1.kind": "send",
    "nodes.new1.arms.0.name": "A",
    "nodes.new1.arms.0.weight": "100",
    "nodes.new1.arms.0.text": "购物车里的还在，回复退订不再打扰",
}
GROUP_SOP: Final = {
    "kind": "sop",
    "audience": "groups",
    "name": "新群七天",
    "plan.from_day": "2030-06-01",
    "plan.from_each": "no",
    "groups.tags": "老客",
    "routes": "mass",
    **{
        f"nodes.{number}.{name}": value
        for number, day in ((0, "0"), (1, "3"))
        for name, value in {
            "id": f"s{number}",
            "kind": "send",
            "at.day": day,
            "at.time": "10:00",
            "arms.0.name": "A",
            "arms.0.weight": "100",
            "arms.0.text": "群里的朋友好",
        }.items()
    },
}


def with_fields(form: dict[str, str], **changed: str | None) -> dict[str, str]:
    """The form with some fields otherwise (`__` for a dot), or without them."""
    named = {name.replace("__", "."): value for name, value in changed.items()}
    merged: dict[str, str | None] = {**form, **named}
    return {name: value for name, value in merged.items() if value is not None}


def fields_of(html: str) -> set[tuple[str, str]]:
    """Names and values that the page's form would send, without what its rows begin with."""
    reader = _Fields()
    reader.feed(html.partition("<template")[0])
    return reader.found


def wrong_in(html: str) -> dict[str, str]:
    """What the page says beside its fields, by their names."""
    return dict(_WRONG.findall(html.partition("<template")[0]))


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self._select = self._textarea = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "select":
            self._select = "" if "disabled" in given else name
        elif tag == "option" and "selected" in given and self._select:
            self.found.add((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._textarea, self._text = name, []
        elif tag == "input" and name and "disabled" not in given:
            is_ticked = given.get("type") != "checkbox" or "checked" in given
            self.found |= {(name, given.get("value", ""))} if is_ticked else set()

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            self.found.add((self._textarea, "".join(self._text).removeprefix("\n")))
            self._textarea = ""
