"""The path of https://dysmsapi.aliyuncs.com, below `/sms`."""

from aiohttp import web

from bot.sandbox.platform import PLATFORM
from bot.sandbox.sms.dysms import SmsRefusal

_API = "sms/send"


def add_sms_routes(app: web.Application, prefix: str = "/sms") -> None:
    """Add SendSms, which is an RPC at the root."""

    async def send(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        platform.counters.add(f"calls:{_API}")

        async def run() -> web.StreamResponse:
            headers = {name.lower(): value for name, value in request.headers.items()}
            query = request.rel_url.raw_query_string
            try:
                body = platform.sms.send(request.method, request.rel_url.raw_path, query, headers)
            except SmsRefusal as refusal:
                return _refused(request, refusal.code, refusal.status)
            platform.counters.add(f"accepted:{_API}")
            return web.json_response(body)

        def fail(code: str) -> web.StreamResponse:
            return _refused(request, code, 200)

        return await platform.faults.answer(_API, request, run, fail)

    app.router.add_post(f"{prefix}/", send)


def _refused(request: web.Request, code: str, status: int) -> web.Response:
    request.app[PLATFORM].counters.add(f"errors:{_API}:{code}")
    body = {"Code": code, "Message": "sandbox", "RequestId": "sandbox"}
    return web.json_response(body, status=status)
