"""Byte limits of the platform, kept without breaking a character that a person sees as one."""

import unicodedata
from collections.abc import Iterator
from typing import Final

TITLE_BYTES: Final = 64
"""Of a card's title in UTF-8: the tightest of our channels (WeCom 小程序 attachment docs)."""
ELLIPSIS: Final = "…"

_JOINER: Final = "\u200d"
_MARKS: Final = frozenset({"Mn", "Mc", "Me"})


def cut_to_bytes(text: str, limit: int = TITLE_BYTES, *, keep_end: str = "") -> str:
    """The text followed by `keep_end`, in at most `limit` bytes of UTF-8.

    What is too long loses its tail, on the edge of a visible character, and ends in `…`; the
    end that is kept is never cut. Raises ValueError when the limit has no room for it.

    >>> cut_to_bytes("云朵拖鞋居家防滑", 18, keep_end=" ¥39")
    '云朵拖… ¥39'
    """
    plain = _one_line(text)
    if len((plain + keep_end).encode()) <= limit:
        return plain + keep_end
    room = limit - len((ELLIPSIS + keep_end).encode())
    if room < 0:
        raise ValueError(f"{limit} bytes have no room for {ELLIPSIS + keep_end!r}")
    kept = ""
    for character in visible_characters(plain):
        room -= len(character.encode())
        if room < 0:
            break
        kept += character
    return kept.rstrip() + ELLIPSIS + keep_end


def visible_characters(text: str) -> Iterator[str]:
    """The text in pieces that a person sees as one: a letter with its accents, a family emoji.

    The common part of Unicode's extended grapheme clusters (UAX #29): marks, variation
    selectors, skin tones, joined emoji, flags and keycaps.
    """
    piece = ""
    for character in text:
        if piece and not _continues(piece, character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _continues(piece: str, character: str) -> bool:
    if character == _JOINER or piece.endswith(_JOINER):
        return True
    if unicodedata.category(character) in _MARKS or _is_modifier(character):
        return True
    return len(piece) == 1 and _is_flag_half(piece) and _is_flag_half(character)


def _is_modifier(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _one_line(text: str) -> str:
    # Half a surrogate pair cannot be sent, and a title has no lines.
    return " ".join(text.encode("utf-8", "ignore").decode().split())
