"""WeChat's XML: a reader that hostile input cannot hurt, and a writer that input cannot break."""

import re
from typing import Any, Final, Never
from xml.parsers import expat

from wecom.errors import WireError

JSON = str | list[Any] | dict[str, Any]

BODY_LIMIT: Final = 64 * 1024
"""Bytes. WeChat's own messages stay under 10 KiB."""
DEPTH_LIMIT: Final = 5
"""The root counts; SendPicsInfo/PicList/item/PicMd5Sum is the deepest that WeChat sends."""
CHILD_LIMIT: Final = 520
"""Of one element: a customer group has 500 members, who may all be named as having joined."""
_LISTS: Final = frozenset({"Item", "item", "List", "SelectedItem", "OptionId"})
"""Elements that may repeat: always a list, so that one and two have the same shape."""


class BadXml(WireError):
    """Not a message: the reason is a short code, never a piece of the input."""


def read_xml(raw: bytes | str) -> dict[str, JSON]:
    """The children of the `<xml>` root by name: text, a list or a further dict.

    Parsing stops at the first sign of trouble: a DOCTYPE (so that no entity can be declared; the
    word inside CDATA is plain text), an element deeper than `DEPTH_LIMIT`, more than
    `CHILD_LIMIT` children. Raises BadXml, and nothing else.
    """
    try:
        content = raw if isinstance(raw, bytes) else raw.encode()
        content.decode()  # expat names no reason of its own for bytes that are not UTF-8.
    except UnicodeError as error:
        raise BadXml("not_utf8") from error
    if len(content) > BODY_LIMIT:
        raise BadXml("too_large")
    builder = _Builder()
    try:
        builder.parse(content)
    except expat.ExpatError as error:
        raise BadXml("not_xml") from error
    return builder.fields()


class _Builder:
    """Collects elements while expat reads. Iterative: depth costs no stack."""

    def __init__(self) -> None:
        self._open: list[dict[str, JSON]] = [{}]
        self._counts: list[int] = [0]
        self._words: list[str] = []

    def parse(self, content: bytes) -> None:
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words.append
        parser.Parse(content, True)

    def fields(self) -> dict[str, JSON]:
        root = self._open[0].get("xml")
        if root == "":
            return {}
        if not isinstance(root, dict):
            raise BadXml("wrong_root")
        return root

    def _refuse_doctype(self, *_declaration: object) -> Never:
        raise BadXml("doctype")

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) > DEPTH_LIMIT:
            raise BadXml("too_deep")
        self._counts[-1] += 1
        if self._counts[-1] > CHILD_LIMIT:
            raise BadXml("too_many_elements")
        self._open.append({})
        self._counts.append(0)
        self._words.clear()

    def _end(self, name: str) -> None:
        children = self._open.pop()
        self._counts.pop()
        value: JSON = children or "".join(self._words)
        self._words.clear()
        siblings = self._open[-1]
        earlier = siblings.get(name)
        if isinstance(earlier, list):
            earlier.append(value)
        elif earlier is not None:
            siblings[name] = [earlier, value]
        else:
            siblings[name] = [value] if name in _LISTS else value


_UNPRINTABLE: Final = re.compile(
    # What XML 1.0 forbids, other control characters, and those that turn the reading direction.
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_BARE_HOST: Final = re.compile(r"\b(www)\.", re.IGNORECASE)


def printable(text: str) -> str:
    """The text without control characters and direction marks; line ends become `\\n`."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def harmless(text: str) -> str:
    """What a customer wrote, fit to be repeated in our own message.

    WeChat turns `<a href>`, `weixin://bizmsgmenu` and web addresses into something to tap; with
    full-width `＜`, `：//` and `．` they stay readable and dead.
    """
    text = printable(text).replace("<", "＜").replace("://", "：//")
    return _BARE_HOST.sub(r"\1．", text)


def cut(text: str, limit: int) -> str:
    """As much of the text as fits into `limit` bytes of UTF-8, whole characters only."""
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[:limit].decode(errors="ignore")


def cdata(text: str) -> str:
    """The text as CDATA that it cannot leave: `]]>` is split over two sections."""
    return f"<![CDATA[{printable(text).replace(']]>', ']]]]><![CDATA[>')}]]>"
