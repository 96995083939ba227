"""Codes with a scene: the official account's QR codes and the mini-program's round codes.

The pictures are only stand-ins: squares that differ from scene to scene, which nothing can read.
"""

import hashlib
import re
import secrets
import struct
import zlib
from typing import Any
from urllib.parse import quote

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import (
    MINI_PROGRAM_PAGES,
    QR_PERMANENT,
    QR_SCENE_CHARACTERS,
    QR_SECONDS,
    WXACODE_SCENE,
    WXACODE_WIDTH,
)

type Body = dict[str, Any]

_TEMPORARY = ("QR_SCENE", "QR_STR_SCENE")
_PERMANENT = ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")
_VISIBLE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
_CELLS, _WIDTH = 25, 430


class QrCodes:
    """POST /cgi-bin/qrcode/create, and GET /cgi-bin/showqrcode of mp.weixin.qq.com."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock

    def create(self, body: Body) -> Body:
        """A ticket for a scene; raises 40052, 40053, 40035 or 45029."""
        action = body.get("action_name")
        if action not in _TEMPORARY + _PERMANENT:
            raise WeChatError(40052)
        scene = self._scene(body)
        seconds = body.get("expire_seconds", 60)
        if action in _PERMANENT:
            seconds = None
            self._count_permanent()
        elif not isinstance(seconds, int) or not 1 <= seconds <= QR_SECONDS.value:
            raise WeChatError(40035, "expire_seconds")
        ticket = "gQ" + secrets.token_urlsafe(60)
        expires_at = None if seconds is None else self._clock.timestamp() + seconds
        self._store.run(
            "INSERT INTO qr_codes (ticket, scene, expires_at) VALUES (?, ?, ?)",
            ticket,
            scene,
            expires_at,
        )
        answer: Body = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{quote(ticket[:24])}"}
        return answer if seconds is None else {**answer, "expire_seconds": seconds}

    def picture(self, ticket: str) -> bytes | None:
        """The picture of a ticket as a PNG; None for a ticket that was never given."""
        row = self._store.find("SELECT scene FROM qr_codes WHERE ticket = ?", ticket)
        return None if row is None else _squares(f"qr {row['scene']}", _WIDTH)

    def _count_permanent(self) -> None:
        row = self._store.find("SELECT count(*) AS n FROM qr_codes WHERE expires_at IS NULL")
        if row is not None and row["n"] >= QR_PERMANENT.value:
            raise WeChatError(45029)

    def _scene(self, body: Body) -> str:
        try:
            scene = body["action_info"]["scene"]
            value = scene["scene_str"] if "STR" in body["action_name"] else scene["scene_id"]
        except (KeyError, TypeError) as error:
            raise WeChatError(40053) from error
        text = str(value)
        if not 1 <= len(text) <= QR_SCENE_CHARACTERS.value:
            raise WeChatError(40053)
        return text


def mini_program_code(body: Body) -> bytes:
    """POST /wxa/getwxacodeunlimit: a picture as a PNG; raises 40169, 40129, 41030 or 40035."""
    scene, page = body.get("scene"), body.get("page", MINI_PROGRAM_PAGES[0])
    if not isinstance(scene, str) or not 1 <= len(scene) <= WXACODE_SCENE.value:
        raise WeChatError(40169)
    if _VISIBLE.fullmatch(scene) is None:
        raise WeChatError(40129)
    is_checked = body.get("check_path", True) is not False
    if not isinstance(page, str) or page.startswith("/") or "?" in page:
        raise WeChatError(41030)
    if is_checked and page not in MINI_PROGRAM_PAGES:
        raise WeChatError(41030)
    narrowest, widest = WXACODE_WIDTH.value
    width = body.get("width", _WIDTH)
    if not isinstance(width, int) or not narrowest <= width <= widest:
        raise WeChatError(40035, "width")
    return _squares(f"mini {scene} {page}", width)


def _squares(text: str, width: int) -> bytes:
    """A black and white PNG whose squares are the bits of the text's digest."""
    bits = hashlib.shake_256(text.encode()).digest(_CELLS * _CELLS)
    rows = []
    for y in range(width):
        line = bits[y * _CELLS // width * _CELLS :][:_CELLS]
        rows.append(b"\0" + bytes(255 * (line[x * _CELLS // width] & 1) for x in range(width)))

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, width, 8, 0, 0, 0, 0)
    image = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + image + chunk(b"IEND", b"")
