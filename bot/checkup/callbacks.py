"""Whether the platforms reach us, and with which keys: we knock at our own door as they would."""

import secrets
from collections.abc import Mapping
from typing import Final

import aiohttp

from bot.checkup.check import Checkup, Unwell
from bot.clock import real_now
from bot.settings import Settings
from wecom.crypto import EnvelopeKeys

SECONDS: Final = 5.0
OFFICIAL, MINI, CORP = "/wechat/official-account", "/wechat/mini-program", "/wecom/callback"
WHERE: Final[Mapping[str, str]] = {
    OFFICIAL: "公众平台 › 设置与开发 › 基本配置 › 服务器配置",
    MINI: "小程序后台 › 开发管理 › 开发设置 › 消息推送",
    CORP: "企业微信管理后台 › 应用管理 › 自建应用 › 接收消息",
}


async def look_at_callbacks(
    checkup: Checkup, settings: Settings, http: aiohttp.ClientSession
) -> None:
    """Each callback that is set up. They are answered by the shop that runs, if one does."""
    if not settings.public_url:
        checkup.skip("回调地址", "没有设置 SHOP_PUBLIC_URL")
        return
    await checkup.run("公众号回调", lambda: _knock_as_wechat(http, settings, OFFICIAL))
    if settings.is_set("mini_program_token"):
        await checkup.run("小程序回调", lambda: _knock_as_wechat(http, settings, MINI))
    if settings.has_wecom:
        await checkup.run("企业微信回调", lambda: _knock_as_wecom(http, settings))


async def _knock_as_wechat(http: aiohttp.ClientSession, settings: Settings, path: str) -> str:
    """WeChat signs token, time and nonce, and wants its echo back as it is (接入指南)."""
    keys = _keys(settings, "official_account" if path == OFFICIAL else "mini_program")
    stamp, nonce, echo = _stamp(), secrets.token_hex(8), str(secrets.randbelow(10**18))
    query = {
        "signature": keys.signature(stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "echostr": echo,
    }
    return await _knock(http, settings, path, query, echo)


async def _knock_as_wecom(http: aiohttp.ClientSession, settings: Settings) -> str:
    """WeCom seals its echo, and wants what is inside (接收消息与事件)."""
    keys = _keys(settings, "wecom")
    stamp, nonce, echo = _stamp(), secrets.token_hex(8), str(secrets.randbelow(10**18))
    sealed = keys.encrypt(echo)
    query = {
        "msg_signature": keys.signature(stamp, nonce, sealed),
        "timestamp": stamp,
        "nonce": nonce,
        "echostr": sealed,
    }
    return await _knock(http, settings, CORP, query, echo)


async def _knock(
    http: aiohttp.ClientSession,
    settings: Settings,
    path: str,
    query: Mapping[str, str],
    echo: str,
) -> str:
    address = f"{settings.public_url.rstrip('/')}{path}"
    try:
        async with http.get(
            address,
            params=query,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as response:
            status, answer = (
                response.status,
                (await response.content.read(2048)).decode(errors="replace"),
            )
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unwell(
            f"{address} 打不开（{type(error).__name__}）：检查域名解析、HTTPS证书、反向代理，"
            "以及 python -m bot serve 有没有在运行"
        ) from error
    if status == 200 and answer == echo:
        return f"{address} 应答正确；{WHERE[path]} 里填的要和它一样"
    if status == 403:
        raise Unwell(
            f"{address} 不认这里的密钥：改过 .env 以后要重启 serve；"
            f"{WHERE[path]} 里的 Token 和 EncodingAESKey 也要一样"
        )
    if status == 404:
        raise Unwell(f"{address} 没有这个页面：反向代理要把整个路径原样转给 serve")
    raise Unwell(f"{address} 回答了HTTP {status}：检查反向代理有没有改动请求或跳转")


def _keys(settings: Settings, account: str) -> EnvelopeKeys:
    names = {"wecom": "wecom_corp_id"}
    app_id: str = getattr(settings, names.get(account, f"{account}_app_id"))
    token, aes_key = (
        getattr(settings, f"{account}_{each}").get_secret_value() for each in ("token", "aes_key")
    )
    try:
        return EnvelopeKeys(app_id, token, aes_key)
    except ValueError as error:
        prefix = f"SHOP_{account.upper()}"
        raise Unwell(
            f"{prefix}_TOKEN 空着，或 {prefix}_AES_KEY 不是43位：从后台整段复制"
        ) from error


def _stamp() -> str:
    return str(int(real_now().timestamp()))
