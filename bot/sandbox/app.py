"""The sandbox as an aiohttp application, to be mounted at `/sandbox`."""

from aiohttp import web

from bot.sandbox.carriers.api import add_kuaidi100_routes
from bot.sandbox.control.api import add_control_routes
from bot.sandbox.page.views import add_page_routes
from bot.sandbox.pay.api import add_pay_routes
from bot.sandbox.platform import PLATFORM, Platform, run_platform
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.sms.api import add_sms_routes
from bot.sandbox.wechat.api import add_wechat_routes
from bot.sandbox.wecom.api import add_wecom_routes

MOUNT = "/sandbox"


def create_app(settings: SandboxSettings) -> web.Application:
    """The whole platform; the caller adds it as a sub-application at `MOUNT`.

    Raises SandboxRefused in production. Its routes: the page at `/`, `/wechat/…` for
    api.weixin.qq.com, `/wecom/…` for qyapi.weixin.qq.com, `/pay/…` for api.mch.weixin.qq.com,
    `/control/…` for tests and the page.
    """
    settings.refuse_production()
    app = web.Application()
    app[PLATFORM] = platform = Platform(settings)
    app.cleanup_ctx.append(run_platform)

    async def release_pages(_: web.Application) -> None:
        platform.feed.close()

    app.on_shutdown.append(release_pages)
    add_wechat_routes(app)
    add_wecom_routes(app)
    add_pay_routes(app)
    add_kuaidi100_routes(app)
    add_sms_routes(app)
    add_control_routes(app)
    add_page_routes(app)
    return app
