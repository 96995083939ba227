"""Codes with a scene, to be printed: the official account's and the mini-program's."""

from datetime import timedelta
from typing import Any, Final

from wechatpy.client.api.base import BaseWeChatAPI

from wecom.errors import OutcomeUnknown

SHOW_QR_CODE: Final = "/cgi-bin/showqrcode"
"""Gives the picture of a ticket to everybody (WeChat docs 生成带参数的二维码)."""
MINI_PROGRAM_CODE: Final = "/wxa/getwxacodeunlimit"
LARGEST: Final = 2 * 1024 * 1024
"""Bytes of a picture that are taken."""
LONGEST_LIFE: Final = timedelta(days=30)
"""Of a temporary QR code."""
NO_MORE_PERMANENT: Final = 45029
"""An account has 100,000 permanent QR codes; then comes this code."""


class SceneCodes(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped
    """WeChat docs 生成带参数的二维码 and 获取不限制的小程序码. Asking again does no harm."""

    async def permanent(self, scene: str) -> bytes:
        """The picture of a QR code that never lapses; `scene` has 64 characters at most.

        Raises Refused with the code NO_MORE_PERMANENT when the account has too many.
        """
        return await self._qr_code({"action_name": "QR_LIMIT_STR_SCENE"}, scene)

    async def temporary(self, scene: str, life: timedelta = LONGEST_LIFE) -> bytes:
        """The picture of a QR code that lapses."""
        seconds = int(life.total_seconds())
        return await self._qr_code(
            {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}, scene
        )

    async def of_mini_program(self, scene: str, page: str) -> bytes:
        """The picture of a code that opens a published page, for ever.

        `scene` has 32 visible characters at most, and reaches the page as its query's `scene`.
        """
        content = {"scene": scene, "page": page, "check_path": True}
        picture: bytes = await self._client.fetch(
            MINI_PROGRAM_CODE, content=content, largest=LARGEST
        )
        return picture

    async def _qr_code(self, kind: dict[str, Any], scene: str) -> bytes:
        wanted = {**kind, "action_info": {"scene": {"scene_str": scene}}}
        answer = await self._client.qrcode.create(wanted)
        ticket = answer.get("ticket")
        if not ticket:
            raise OutcomeUnknown("/cgi-bin/qrcode/create: answer without a ticket")
        picture: bytes = await self._client.fetch(
            SHOW_QR_CODE, params={"ticket": ticket}, largest=LARGEST
        )
        return picture
