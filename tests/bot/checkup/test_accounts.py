"""What the platforms answer, told as what to change and where."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.checkup.accounts import look_at_accounts
from bot.checkup.check import Check, Checkup, State
from bot.clock import real_now
from bot.payments.errors import PayRefused
from bot.platform import Platform
from bot.settings import Settings
from wecom.client import AsyncWeComClient
from wecom.tokens import MemoryTokenStore
from wecom.transport import AsyncWeChatClient, open_http

AGENT = "1000002"
GOOD: dict[str, Any] = {
    "/cgi-bin/stable_token": {"access_token": "t", "expires_in": 7200},
    "/cgi-bin/gettoken": {"access_token": "t", "expires_in": 7200},
    "/cgi-bin/agent/get": {"name": "掌柜", "close": 0, "allow_partys": {"partyid": [1]}},
    "/cgi-bin/kf/account/list": {"account_list": [{"open_kfid": "wk-1", "name": "小店客服"}]},
    "/cgi-bin/kf/servicer/list": {"servicer_list": [{"userid": "wang", "status": 0}]},
    "/cgi-bin/externalcontact/get_follow_user_list": {"follow_user": ["wang", "li"]},
}


class NoPay:
    """WeChat Pay, which knows the number of no payment, or refuses to say."""

    def __init__(self, refusal: PayRefused | None = None) -> None:
        self.refusal = refusal

    async def query(self, _number: str) -> None:
        if self.refusal is not None:
            raise self.refusal


@asynccontextmanager
async def platforms(
    answers: dict[str, Any], *, drift: timedelta = timedelta(), pay: NoPay | None = None
) -> AsyncIterator[tuple[Settings, Platform]]:
    """Both platforms as one far end, whose clock is off by `drift`."""

    async def answer(request: web.Request) -> web.Response:
        told = {"errcode": 0, **GOOD, **answers}.get(request.path, {"errcode": 0})
        if request.query.get("agentid", AGENT) != AGENT:
            told = {"errcode": 40056, "errmsg": "invalid agentid"}
        headers = {"Date": format_datetime(real_now() + drift, usegmt=True)}
        return web.json_response(told, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server, open_http() as http:
        url = str(server.make_url("/"))
        common: dict[str, Any] = {"http": http, "now": real_now, "base_url": url}
        official, mini, corp = (
            made("id", "secret", token_store=MemoryTokenStore(), **common)
            for made in (AsyncWeChatClient, AsyncWeChatClient, AsyncWeComClient)
        )
        chosen = Settings(
            _env_file=None,
            wechat_api_url=url,
            wecom_corp_id="ww1",
            wecom_agent_id=AGENT,
            wecom_secret=SecretStr("s"),
            wecom_token=SecretStr("t"),
            wecom_aes_key=SecretStr("k"),
            wecom_open_kfids="wk-1",
        )
        parts = SimpleNamespace(
            http=http, official_account=official, mini_program=mini, wecom=corp, pay=pay or NoPay()
        )
        yield chosen, parts  # type: ignore[misc]
        for client in (official, mini, corp):
            await client.close()


async def look(answers: dict[str, Any], **more: Any) -> dict[str, Check]:
    checkup = Checkup()
    async with platforms(answers, **more) as (settings, platform):
        await look_at_accounts(checkup, settings, platform)
    return {check.name: check for check in checkup.checks}


async def test_accounts_that_are_set_up_rightly_are_well() -> None:
    found = await look({})

    assert {name for name, check in found.items() if check.state is State.WELL} == {
        "公众号",
        "小程序",
        "微信支付",
        "服务器时钟",
        "企业微信",
        "企业微信应用",
        "微信客服",
        "客户联系",
    }
    assert found["微信客服"].finding == "1个账号，1位同事接待中"


@pytest.mark.parametrize(
    ("path", "code", "name", "advice"),
    [
        ("/cgi-bin/stable_token", 40164, "公众号", "IP白名单"),
        ("/cgi-bin/stable_token", 40125, "公众号", "SHOP_OFFICIAL_ACCOUNT_SECRET"),
        ("/cgi-bin/stable_token", 40013, "小程序", "SHOP_MINI_PROGRAM_APP_ID"),
        ("/cgi-bin/get_current_selfmenu_info", 48001, "公众号", "接口权限"),
        ("/cgi-bin/gettoken", 40001, "企业微信", "SHOP_WECOM_SECRET"),
        ("/cgi-bin/gettoken", 40013, "企业微信", "SHOP_WECOM_CORP_ID"),
        ("/cgi-bin/gettoken", 60020, "企业微信", "企业可信IP"),
        ("/cgi-bin/agent/get", 40056, "企业微信应用", "SHOP_WECOM_AGENT_ID"),
        ("/cgi-bin/agent/get", 301002, "企业微信应用", "不是同一个应用"),
        ("/cgi-bin/kf/account/list", 48002, "微信客服", "可调用接口的应用"),
        ("/cgi-bin/kf/account/list", 95017, "微信客服", "微信客服 › API"),
        ("/cgi-bin/externalcontact/get_follow_user_list", 60011, "客户联系", "可见范围"),
    ],
)
async def test_a_refusal_says_what_to_change_and_where(
    path: str, code: int, name: str, advice: str
) -> None:
    found = await look({path: {"errcode": code, "errmsg": "no"}})

    assert found[name].is_fault
    assert advice in found[name].finding


@pytest.mark.parametrize(
    ("app", "advice"),
    [
        ({"name": "掌柜", "close": 1, "allow_partys": {"partyid": [1]}}, "启用"),
        ({"name": "掌柜", "close": 0, "allow_userinfos": {"user": []}}, "可见范围"),
    ],
)
async def test_an_app_that_nobody_can_use_is_a_fault(app: dict[str, Any], advice: str) -> None:
    found = await look({"/cgi-bin/agent/get": app})

    assert found["企业微信应用"].is_fault
    assert advice in found["企业微信应用"].finding


@pytest.mark.parametrize(("agent_id", "advice"), [("ww1", "一串数字"), ("1000003", "打开这个应用")])
async def test_an_agent_id_that_is_not_the_app_s_is_a_fault(agent_id: str, advice: str) -> None:
    checkup = Checkup()
    async with platforms({}) as (settings, platform):
        wrong = settings.model_copy(update={"wecom_agent_id": agent_id})
        await look_at_accounts(checkup, wrong, platform)
    found = {check.name: check for check in checkup.checks}

    assert found["企业微信应用"].is_fault
    assert advice in found["企业微信应用"].finding


async def test_a_token_in_hand_hides_no_refusal() -> None:
    answers: dict[str, Any] = {}
    checkup = Checkup()
    async with platforms(answers) as (settings, platform):
        assert platform.wecom is not None
        for client in (platform.official_account, platform.mini_program, platform.wecom):
            await client.tokens.current()
        answers["/cgi-bin/stable_token"] = {"errcode": 40164, "errmsg": "no"}
        answers["/cgi-bin/gettoken"] = {"errcode": 60020, "errmsg": "no"}
        await look_at_accounts(checkup, settings, platform)
    found = {check.name: check.finding for check in checkup.checks}

    assert "IP白名单" in found["公众号"]
    assert "IP白名单" in found["小程序"]
    assert "企业可信IP" in found["企业微信"]


async def test_what_the_pay_query_cannot_prove_is_not_called_well() -> None:
    found = await look({})

    assert "公钥" not in found["微信支付"].finding
    assert found["微信支付公钥和APIv3密钥"].state is State.SKIPPED
    assert "SHOP_PAY_PUBLIC_KEY_FILE" in found["微信支付公钥和APIv3密钥"].finding


async def test_what_needs_the_corp_is_skipped_without_its_token() -> None:
    found = await look({"/cgi-bin/gettoken": {"errcode": 60020, "errmsg": "no"}})

    names = ("企业微信应用", "微信客服", "客户联系")
    assert {found[name].state for name in names} == {State.SKIPPED}


async def test_an_account_that_the_app_may_not_use_is_named_with_those_it_may() -> None:
    accounts = {"account_list": [{"open_kfid": "wk-2", "name": "另一个"}]}
    found = await look({"/cgi-bin/kf/account/list": accounts})

    assert "wk-1" in found["微信客服"].finding
    assert "另一个（wk-2）" in found["微信客服"].finding


async def test_nobody_who_may_have_contacts_is_a_fault() -> None:
    found = await look({"/cgi-bin/externalcontact/get_follow_user_list": {"follow_user": []}})

    assert "使用范围" in found["客户联系"].finding


@pytest.mark.parametrize(
    ("drift", "is_fault"), [(timedelta(seconds=30), False), (timedelta(minutes=-3), True)]
)
async def test_a_clock_that_is_off_by_more_than_a_minute_is_a_fault(
    drift: timedelta, is_fault: bool
) -> None:
    assert (await look({}, drift=drift))["服务器时钟"].is_fault == is_fault


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (401, "SIGN_ERROR", "SHOP_PAY_CERT_SERIAL"),
        (401, "", "SHOP_PAY_PRIVATE_KEY_FILE"),
        (403, "NO_AUTH", "JSAPI支付"),
        (404, "MCH_NOT_EXISTS", "SHOP_PAY_MCH_ID"),
    ],
)
async def test_wechat_pay_s_refusals_name_the_key(status: int, code: str, advice: str) -> None:
    found = await look({}, pay=NoPay(PayRefused("query", status, code, "no")))

    assert advice in found["微信支付"].finding
