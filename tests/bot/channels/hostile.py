"""Requests that no honest platform sends, as hypothesis strategies for codec and HTTP tests.

A request is cooked from a handful of drawn bytes. That is an order of magnitude faster than
composing strategies, shrinks as well, and can be fed by any other fuzzer.
"""

import string
import time
from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from tests.bot.channels.platform_side import PlatformSide, event, message

Request = tuple[dict[str, str], bytes]

_TAGS = ("xml", "Encrypt", "MsgType", "FromUserName", "CreateTime", "Content", "MsgId", "Event")
_WORDS = (
    "",
    "text",
    "event",
    "oUser",
    "1794398400",
    "AAAA",
    "]]>",
    "<",
    "&lt;",
    "&a;",
    "\x00",
    "\ud800",
    "中文",
    "\u202e",
)
_PIECES = ("<{0}>{1}</{0}>", "<{0}><![CDATA[{1}]]></{0}>", "<{0}>{1}", "{1}")

HANDMADE = [
    "",
    "<xml/>",
    "<xml></xml>",
    "xml",
    "<xml>",
    "<xml><Encrypt/></xml>",
    "<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "<xml><Encrypt><b>c</b></Encrypt></xml>",
    "<html><body>hello</body></html>",
    '{"Encrypt":"x"}',
    '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
    '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Encrypt>a</Encrypt></xml>',
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><xml/>',
    "<xml>&undeclared;</xml>",
    "<xml><Encrypt>\x00</Encrypt></xml>",
    '<?xml version="1.0" encoding="utf-16"?><xml><Encrypt>a</Encrypt></xml>',
    '<?xml version="1.0" encoding="no-such"?><xml><Encrypt>a</Encrypt></xml>',
    "<a>" * 21_000,
    "<xml>" + "<a>" * 10_000 + "</a>" * 10_000 + "</xml>",
    "<xml>" + "<a/>" * 16_000 + "</xml>",
    "<xml>" + "&lt;" * 16_000 + "</xml>",
    "<xml " + " ".join(f'a{n}="1"' for n in range(7_000)) + "/>",
    "<xml><Encrypt>" + "A" * 65_000 + "</Encrypt></xml>",
    "x" * 70_000,
    message("text"),
    message("text", "<Content>a</Content><Content>b</Content>"),
    message("text", "<MsgType>image</MsgType>"),
    message("", ""),
    message("text", sender=""),
    message("text", sender="o\n<script>"),
    message("event"),
    event("CLICK", "<EventKey><a>b</a></EventKey>"),
    event("CLICK", "<Event>SCAN</Event>"),
    "<xml><MsgType>text</MsgType><FromUserName>o</FromUserName><CreateTime>x</CreateTime></xml>",
    "<xml><MsgType>text</MsgType><FromUserName>o</FromUserName></xml>",
    "<xml><MsgType>text</MsgType><CreateTime>1794398400</CreateTime></xml>",
]
"""Bodies that have hurt parsers, ours or others'."""


class _Recipe:
    """Drawn bytes, used up one after the other; zeros when there are none left."""

    def __init__(self, drawn: bytes) -> None:
        self.rest = drawn

    def below(self, limit: int) -> int:
        taken, self.rest = self.rest[:2], self.rest[2:]
        return int.from_bytes(taken, "little") % limit

    def one_of(self, choices: tuple[str, ...] | list[str]) -> str:
        return choices[self.below(len(choices))]


def _body(recipe: _Recipe) -> bytes:
    match recipe.below(3):
        case 0:
            text = recipe.one_of(HANDMADE)
        case 1:
            pieces = []
            while recipe.rest:
                piece = recipe.one_of(_PIECES)
                pieces.append(piece.format(recipe.one_of(_TAGS), recipe.one_of(_WORDS)))
            text = f"<xml>{''.join(pieces)}</xml>"
        case _:
            return recipe.rest
    return text.encode(errors="surrogatepass")


def _from_a_stranger(platform: PlatformSide, recipe: _Recipe) -> Request:
    """A query with some parameters genuine, some nonsense, some missing."""
    genuine, _ = platform.deliver(message("text"))
    query = {}
    for name in (*genuine, "echostr"):
        match recipe.below(3):
            case 0:
                query[name] = genuine.get(name, "")
            case 1:
                query[name] = recipe.one_of(_WORDS)
    return query, _body(recipe)


def _mutated(platform: PlatformSide, recipe: _Recipe) -> Request:
    """A genuine request in which one byte has been changed into another."""
    query, raw = platform.deliver(message("text", "<Content>我要退款</Content><MsgId>7</MsgId>"))
    if recipe.below(2):
        name = recipe.one_of(("timestamp", "nonce", "msg_signature"))
        value = query[name]
        position = recipe.below(len(value))
        others = (string.hexdigits[:16] + "gxyz-_ \n").replace(value[position], "")
        letter = others[recipe.below(len(others))]
        query[name] = value[:position] + letter + value[position + 1 :]
        return query, raw
    first = raw.index(b"<Encrypt>") + len(b"<Encrypt><![CDATA[")
    last = raw.index(b"]]></Encrypt>")
    position = first + recipe.below(last - first)
    byte = (raw[position] + 1 + recipe.below(255)) % 256
    return query, raw[:position] + bytes([byte]) + raw[position + 1 :]


def _hostile(platform: PlatformSide, drawn: bytes) -> Request:
    recipe = _Recipe(drawn)
    match recipe.below(4):
        case 0:
            return _from_a_stranger(platform, recipe)
        case 1:
            return _mutated(platform, recipe)
        case 2:  # Rightly signed and encrypted, with a hostile content.
            return platform.deliver(_body(recipe))
        case _:  # Rightly signed, but what was encrypted lacks length, padding and all.
            blocks = _body(recipe)
            return platform.deliver_encrypted(
                platform.encrypt_raw(blocks + bytes(-len(blocks) % 16))
            )


def mutations(platform: PlatformSide) -> st.SearchStrategy[Request]:
    """Genuine requests with one byte changed, never into itself."""
    return st.binary(max_size=8).map(lambda drawn: _mutated(platform, _Recipe(drawn)))


def hostile_requests(platform: PlatformSide) -> st.SearchStrategy[Request]:
    """(query, body) pairs: strangers', mutated, and rightly signed with a hostile content."""
    return st.binary(min_size=2, max_size=40).map(partial(_hostile, platform))


def seconds_at_best(answer: Callable[[], object]) -> float:
    """How long an answer takes, at the best of three: the machine may be busy."""
    fastest = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        answer()
        fastest = min(fastest, time.perf_counter() - began)
    return fastest
