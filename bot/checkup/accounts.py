"""The accounts at WeChat, WeCom and WeChat Pay, asked with harmless questions."""

from collections.abc import Awaitable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp

from bot.checkup.advice import APP_PLACE, MINI_PROGRAM, OFFICIAL_ACCOUNT, WECOM, told_by
from bot.checkup.check import Checkup, Unwell
from bot.clock import real_now
from bot.platform import Platform
from bot.settings import Settings
from wecom.client import AsyncWeComClient
from wecom.errors import WeChatError
from wecom.transport import AsyncWeChatClient

OFFICIAL, MINI, CORP, APP = "公众号", "小程序", "企业微信", "企业微信应用"
MOST_DRIFT: Final = timedelta(seconds=60)
NOBODY: Final = "CHECKUP0000000000000000000000000"
"""A number of a payment that never was."""
LINKED: Final = "接口查不到，请到公众平台 › 广告与服务 › 小程序管理 看一眼：没有关联就发不出卡片"

UNPROVEN: Final = (
    "这样查不到，请到商户平台 › 账户中心 › API安全 核对 SHOP_PAY_PUBLIC_KEY_ID、"
    "SHOP_PAY_PUBLIC_KEY_FILE 和 SHOP_PAY_API_V3_KEY，再买一件一分钱的商品试试"
)
"""An answer about an unknown payment is an error, whose signature nobody checks; and with the
APIv3 key only notices are sealed."""


async def look_at_accounts(checkup: Checkup, settings: Settings, platform: Platform) -> None:
    """Tokens first: whatever else is asked needs them."""
    await checkup.run(OFFICIAL, lambda: _official_account(platform.official_account))
    await checkup.run(MINI, lambda: _token(platform.mini_program, MINI_PROGRAM))
    checkup.skip("公众号关联小程序", LINKED)
    await checkup.run("微信支付", lambda: _pay(platform))
    checkup.skip("微信支付公钥和APIv3密钥", UNPROVEN)
    await checkup.run("服务器时钟", lambda: _clock(platform, settings))
    if platform.wecom is None:
        checkup.skip(CORP, "没有接入（SHOP_WECOM_CORP_ID 空着）")
        return
    client = platform.wecom
    await checkup.run(CORP, lambda: _corp(client))
    await checkup.run(APP, lambda: _app(client, settings), needs=[CORP])
    await checkup.run("微信客服", lambda: _kf(client, settings), needs=[CORP])
    await checkup.run("客户联系", lambda: _contacts(client), needs=[CORP])


async def _official_account(client: AsyncWeChatClient) -> str:
    said = await _token(client, OFFICIAL_ACCOUNT)
    # Needs no permission that a service account could lack, and says whether the IP is let in.
    await _asked(client.menu.get_menu_info(), OFFICIAL_ACCOUNT)
    return said


async def _token(client: AsyncWeChatClient, table: Mapping[int, str]) -> str:
    """Asked of the platform: the token that a running shop keeps outlives its secret by hours.

    The same one comes back while it is valid (获取稳定版接口调用凭据): the shop's stays good.
    """
    return _lasting(await _asked(client.stable_token.fetch(), table))


async def _corp(client: AsyncWeComClient) -> str:
    """As `_token`; WeCom too gives the same one while it is valid (获取access_token)."""
    return _lasting(await _asked(client.corp_token.fetch(), WECOM))


def _lasting(answer: Mapping[str, object]) -> str:
    seconds = answer.get("expires_in")
    if not answer.get("access_token") or not isinstance(seconds, int):
        raise Unwell("平台的回答里没有 access_token：检查接口地址的设置")
    return f"拿得到 access_token，还能用{seconds // 60}分钟"


async def _app(client: AsyncWeComClient, settings: Settings) -> str:
    """The token knows its own app alone: another's number is refused (获取指定的应用详情)."""
    if not settings.wecom_agent_id.isdecimal():
        raise Unwell(
            f"SHOP_WECOM_AGENT_ID 要是一串数字：到 {APP_PLACE} 打开这个应用，抄上面的 AgentId"
        )
    app = await _asked(client.agent.get(settings.wecom_agent_id), WECOM)
    if app.get("close"):
        raise Unwell(f"应用停用了：到 {APP_PLACE} 打开这个应用，点启用")
    if not any(_allowed(app)):
        raise Unwell(
            f"谁都看不到这个应用，收不到接待卡片：到 {APP_PLACE} › 可见范围 加上接待的同事"
        )
    return f"AgentId 和 Secret 对得上，是“{app.get('name', '')}”"


def _allowed(app: Mapping[str, Any]) -> Iterator[object]:
    """The people, departments and tags that see the app."""
    groups = {"allow_userinfos": "user", "allow_partys": "partyid", "allow_tags": "tagid"}
    for group, of in groups.items():
        yield from (app.get(group) or {}).get(of) or []


async def _kf(client: AsyncWeComClient, settings: Settings) -> str:
    accounts = await _asked(client.kf.accounts(), WECOM)
    names = {str(each.get("open_kfid")): str(each.get("name", "")) for each in accounts}
    listed = "、".join(f"{name}（{open_kfid}）" for open_kfid, name in names.items())
    if not settings.open_kfids:
        raise Unwell(f"SHOP_WECOM_OPEN_KFIDS 空着；这个应用能用的客服账号：{listed or '没有'}")
    missing = [each for each in settings.open_kfids if each not in names]
    if missing:
        raise Unwell(
            f"SHOP_WECOM_OPEN_KFIDS 里的 {'、'.join(missing)} 这个应用管不了："
            "到企业微信管理后台 › 应用管理 › 微信客服 › API 把账号交给它；"
            f"现在能用的：{listed or '没有'}"
        )
    receiving = 0
    for open_kfid in settings.open_kfids:
        servicers = await _asked(client.kf.servicers(open_kfid), WECOM)
        receiving += sum(each.is_receiving for each in servicers)
    return f"{len(settings.open_kfids)}个账号，{receiving}位同事接待中"


async def _contacts(client: AsyncWeComClient) -> str:
    people = await _asked(client.contacts.follow_users(), WECOM)
    if not people:
        raise Unwell(
            "没有人能加顾客好友："
            "到企业微信管理后台 › 客户与上下游 › 客户联系 › 权限配置 › 使用范围 加上"
        )
    return f"{len(people)}位同事可以加顾客好友"


async def _pay(platform: Platform) -> str:
    if await platform.pay.query(NOBODY) is not None:
        raise Unwell("微信支付对一个不存在的订单号有回答：请核对 SHOP_PAY_MCH_ID")
    return "商户号、私钥和证书序列号对得上"


async def _clock(platform: Platform, settings: Settings) -> str:
    """Signatures are refused when the clock is off by five minutes; ours warns at one."""
    async with platform.http.get(
        settings.wechat_api_url,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=5),
    ) as response:
        written = response.headers.get("Date", "")
    if not written:
        raise Unwell("微信的回答里没有时间，没法比较")
    drift = abs(real_now() - _moment(written))
    if drift > MOST_DRIFT:
        raise Unwell(
            f"服务器的时钟差了{drift.total_seconds():.0f}秒："
            "打开自动对时（timedatectl set-ntp true）"
        )
    return f"和微信相差{drift.total_seconds():.0f}秒"


def _moment(written: str) -> datetime:
    try:
        return parsedate_to_datetime(written)
    except ValueError as error:
        raise Unwell(f"微信回答的时间看不懂：{written[:40]}") from error


async def _asked[T](asking: Awaitable[T], table: Mapping[int, str]) -> T:
    """The answer. Raises Unwell with the advice for what the platform refused it with."""
    try:
        return await asking
    except WeChatError as error:
        raise Unwell(told_by(table, error)) from error
