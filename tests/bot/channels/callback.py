"""The callback over HTTP, from WeChat's end."""

from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from aiohttp.test_utils import TestClient
from yarl import URL

from tests.bot.channels.platform_side import PlatformSide, message

PLATFORM = PlatformSide()
PATH = "/wechat/official-account"

type Client = TestClient[Any, Any]
type Answer = tuple[int, str]


def text(content: str, number: int = 1) -> str:
    return message("text", f"<Content><![CDATA[{content}]]></Content><MsgId>{number}</MsgId>")


async def post(client: Client, request: tuple[dict[str, str], Any], **more: Any) -> Answer:
    """Deliver a request, however odd its query is."""
    query, body = request
    pairs = (f"{name}={quote(value, errors='surrogatepass')}" for name, value in query.items())
    url = URL(f"{PATH}?{'&'.join(pairs)}", encoded=True)
    async with client.post(url, data=body, **more) as response:
        return response.status, await response.text()


def opened(answer: Answer) -> dict[str, str]:
    """The passive reply as the platform reads it: signature checked, decrypted."""
    status, sealed = answer
    assert status == 200
    envelope = {each.tag: each.text or "" for each in ET.fromstring(sealed)}  # noqa: S314
    signed = (envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"])
    assert envelope["MsgSignature"] == PLATFORM.sign(*signed)
    xml, app_id = PLATFORM.decrypt(envelope["Encrypt"])
    assert app_id == PLATFORM.app_id
    return {each.tag: each.text or "" for each in ET.fromstring(xml)}  # noqa: S314
