"""Serves the page and its files, and passes the mini-program's calls on to the shop."""

from pathlib import Path

import jinja2
from aiohttp import ClientError, ClientTimeout, web

from bot.sandbox.platform import HTTP, PLATFORM
from bot.sandbox.rules import Grant, Rule, all_rules

_PACKAGE = Path(__file__).parent.parent
_PASSED_ON = ("Authorization", "Idempotency-Key", "Content-Type", "Accept")
_API_SECONDS = 15.0
_MINUTE = 60
# Our own scripts and styles only; pictures come from the shop, wherever it is.
_POLICY = "default-src 'self'; img-src * data:; object-src 'none'; base-uri 'none'"

_pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_PACKAGE / "templates"), autoescape=True, trim_blocks=True
)


def add_page_routes(app: web.Application) -> None:
    """The page, its files, the rule table, and the way to the shop's mini-program API."""
    app.router.add_get("", _to_page)
    app.router.add_get("/", _page)
    app.router.add_get("/rules", _rules)
    app.router.add_get("/wecom-phones", _wecom)
    app.router.add_static("/static", _PACKAGE / "static")
    app.router.add_route("*", "/mini/api/{path:.*}", _pass_on)


async def _to_page(request: web.Request) -> web.Response:
    raise web.HTTPFound(f"{request.path}/")


async def _page(request: web.Request) -> web.Response:
    settings = request.app[PLATFORM].settings
    return _html("page.html", account=settings.official_account, mini=settings.mini_program)


async def _wecom(_: web.Request) -> web.Response:
    return _html("wecom.html")


async def _rules(_: web.Request) -> web.Response:
    rows = [(rule, _shown(rule)) for rule in all_rules()]
    return _html("rules.html", rows=rows)


def _html(template: str, **values: object) -> web.Response:
    return web.Response(
        text=_pages.get_template(template).render(**values),
        content_type="text/html",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": _POLICY},
    )


def _shown(rule: Rule[object]) -> list[str]:
    """A rule's value for people, a line each."""
    value = rule.value
    if isinstance(value, Grant):
        return [f"{value.messages} 条，{_span(value.seconds)}"]
    if isinstance(value, dict):
        return [f"{name}：{_listed(each, rule.unit)}" for name, each in value.items()]
    if isinstance(value, tuple):
        return [" · ".join(_span(seconds) for seconds in value)]
    if isinstance(value, int):
        return [_span(value) if rule.unit == "秒" and value >= _MINUTE else f"{value:,}"]
    return [str(value)]


def _listed(entry: object, unit: str) -> str:
    """Words and numbers as they are; quotas (calls, seconds and a code) as a sentence."""
    if isinstance(entry, int):
        return _span(entry) if unit == "秒" else f"{entry:,}"
    if isinstance(entry, dict):
        return "，".join(f"{name} {_listed(each, unit)}" for name, each in entry.items())
    if not isinstance(entry, tuple):
        return str(entry)
    return (
        "，".join(_quota(each) if isinstance(each, tuple) else str(each) for each in entry) or "—"
    )


def _quota(quota: tuple[int, int, int]) -> str:
    calls, seconds, _ = quota
    return f"每 {_span(seconds)} {calls:,} 次"


def _span(seconds: int) -> str:
    """Seconds in the largest unit that divides them."""
    for length, unit in ((86_400, "天"), (3_600, "小时"), (_MINUTE, "分钟")):
        if seconds % length == 0 and (unit != "天" or seconds > 2 * length):
            return f"{seconds // length} {unit}"
    return f"{seconds} 秒"


async def _pass_on(request: web.Request) -> web.Response:
    """One call of the mini-program, to the shop and back: two processes need no CORS."""
    platform = request.app[PLATFORM]
    _, _, path = request.raw_path.partition("/mini/api/")
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    try:
        async with request.app[HTTP].request(
            request.method,
            f"{platform.settings.callback_url}/api/mini/v1/{path}",
            data=request.content if request.can_read_body else None,
            headers=headers,
            timeout=ClientTimeout(total=_API_SECONDS),
            allow_redirects=False,
        ) as answer:
            return web.Response(
                status=answer.status,
                body=await answer.read(),
                content_type=answer.content_type,
            )
    except (ClientError, TimeoutError):
        return web.json_response(
            {"error": {"code": "unreachable", "message": "网络不给力，请稍后再试"}}, status=502
        )
