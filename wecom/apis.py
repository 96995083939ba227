"""API classes that wechatpy 1.8.18 lacks. They return awaitables, like wechatpy's own do here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wechatpy.client.api.base import BaseWeChatAPI

from wecom.errors import OutcomeUnknown

_ROOT = "https://api.weixin.qq.com/"


class StableToken(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped
    """POST /cgi-bin/stable_token (WeChat docs 获取稳定版接口调用凭据)."""

    async def fetch(self, *, force_refresh: bool = False) -> dict[str, Any]:
        """`{"access_token", "expires_in"}`, the latter in seconds.

        The same token comes back while it is valid, so that several processes do not invalidate
        each other's. `force_refresh` revokes it for everybody and is allowed 20 times a day: it is
        for an operator who has lost a token, and nothing here calls it.
        """
        answer: dict[str, Any] = await self._post(
            "stable_token",
            data={
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self.secret,
                "force_refresh": force_refresh,
            },
            needs_token=False,
        )
        return answer


@dataclass(frozen=True, slots=True)
class MiniProgramSession:
    """Who opened the mini-program. `session_key` stays on the server (WeChat docs 小程序登录)."""

    openid: str
    session_key: str = field(repr=False)
    unionid: str | None = None


class MiniProgramLogin(BaseWeChatAPI):  # type: ignore[misc]
    """GET /sns/jscode2session (WeChat docs 小程序登录)."""

    API_BASE_URL = _ROOT

    async def code_to_session(self, code: str) -> MiniProgramSession:
        """Exchange a login code, good once within five minutes, for the person's openid.

        Raises Refused with `Reaction.DENY_LOGIN` for a code that is wrong, used or blocked.
        No access token is fetched for it, unlike in wechatpy's own method.
        """
        answer = await self._get(
            "sns/jscode2session",
            params={
                "appid": self.appid,
                "secret": self.secret,
                "js_code": code,
                "grant_type": "authorization_code",
            },
            needs_token=False,
        )
        openid, session_key = answer.get("openid"), answer.get("session_key")
        if not openid or not session_key:
            raise OutcomeUnknown("/sns/jscode2session: answer without an openid")
        return MiniProgramSession(openid, session_key, answer.get("unionid") or None)


class Subscriptions(BaseWeChatAPI):  # type: ignore[misc]
    """Messages that a customer has allowed, one by one."""

    API_BASE_URL = _ROOT

    async def send(self, channel: str, body: Mapping[str, Any]) -> None:
        """Send one from a `mini_program` (WeChat docs 发送订阅消息) or an `official_account`
        (发送订阅通知).

        Raises Refused with CREDIT_GONE when the customer refuses or nothing is left.
        """
        verb = "send" if channel == "mini_program" else "bizsend"
        await self._post(f"cgi-bin/message/subscribe/{verb}", data=dict(body))

    async def send_template(self, body: Mapping[str, Any]) -> int:
        """Send a template message (WeChat docs 发送模板消息) to a follower; its `msgid`.

        The same `client_msg_id` to one openid is sent once within ten minutes.
        """
        answer = await self._post("cgi-bin/message/template/send", data=dict(body))
        return int(answer["msgid"])


class ShippingInfo(BaseWeChatAPI):  # type: ignore[misc]
    """A mini-program's 发货信息管理服务 (WeChat docs 发货信息录入, 查询订单发货状态)."""

    API_BASE_URL = _ROOT

    async def upload(self, body: Mapping[str, Any]) -> None:
        """Tell of a payment's parcels; what WeChat knows already counts as told.

        A payment that was told of whole may be told of once more, never twice.
        """
        await self._post("wxa/sec/order/upload_shipping_info", data=dict(body))

    async def has(self, body: Mapping[str, Any]) -> bool:
        """Whether WeChat knows the parcels that `body` would tell of, and that they are all."""
        number = body["order_key"]["transaction_id"]
        answer = await self._post("wxa/sec/order/get_order", data={"transaction_id": number})
        known = (answer.get("order") or {}).get("shipping") or {}
        is_whole = bool(body.get("is_all_delivered", True))
        return is_whole == bool(known.get("finish_shipping")) and _numbers(body) == _numbers(known)


def _numbers(shipping: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {
        (str(each.get("express_company") or ""), str(each.get("tracking_no") or ""))
        for each in shipping.get("shipping_list") or []
    }
