"""Messages as XML: written the way WeChat writes them, read with entities forbidden."""

from collections.abc import Mapping
from typing import cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.sandbox.errors import ReplyRefused

type Field = str | int | float | Mapping[str, "Field"] | tuple["Field", ...]
"""A tuple stands for its elements, each under the same name."""


def render(fields: Mapping[str, Field], *, root: str = "xml") -> str:
    """XML of nested fields: text as CDATA, numbers bare."""
    inner = "".join(_field(name, value) for name, value in fields.items())
    return f"<{root}>{inner}</{root}>"


def _field(name: str, value: Field) -> str:
    if isinstance(value, Mapping):
        return render(value, root=name)
    if isinstance(value, tuple):
        return "".join(_field(name, each) for each in value)
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    safe = value.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"


def parse(text: bytes) -> Element:
    """The root element `<xml>`; ReplyRefused for anything else."""
    try:
        root = cast("Element", fromstring(text, forbid_dtd=True))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ReplyRefused(f"not well-formed XML: {type(error).__name__}") from error
    if root.tag != "xml":
        raise ReplyRefused("the root element is not <xml>")
    return root


def text_of(parent: Element, name: str) -> str:
    """The text of exactly one child; ReplyRefused when it is missing, doubled or nested."""
    children = parent.findall(name)
    if len(children) != 1:
        raise ReplyRefused(f"{name} occurs {len(children)} times")
    if len(children[0]):
        raise ReplyRefused(f"{name} holds elements instead of text")
    return children[0].text or ""
