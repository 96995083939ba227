"""The floor: aiohttp and wechatpy alone, decrypting a text and answering it encrypted."""

import os
import sys

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply


def main(port: int) -> None:
    """Serve until killed."""
    crypto = WeChatCrypto(
        os.environ["SHOP_OFFICIAL_ACCOUNT_TOKEN"],
        os.environ["SHOP_OFFICIAL_ACCOUNT_AES_KEY"],
        os.environ["SHOP_OFFICIAL_ACCOUNT_APP_ID"],
    )

    async def echo(request: web.Request) -> web.Response:
        query = request.query
        xml = crypto.decrypt_message(
            await request.read(), query["msg_signature"], query["timestamp"], query["nonce"]
        )
        message = parse_message(xml)
        reply = TextReply(content=message.content, message=message).render()
        sealed = crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
        return web.Response(text=sealed, content_type="application/xml")

    app = web.Application()
    app.add_routes([web.post("/wechat/official-account", echo)])
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
