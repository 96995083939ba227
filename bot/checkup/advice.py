"""What to change and where, for what the platforms answer.

Places are those of the back offices as of 2026: 公众平台 (mp.weixin.qq.com), 企业微信管理后台
(work.weixin.qq.com), 商户平台 (pay.weixin.qq.com).
"""

from collections.abc import Mapping
from typing import Final

from bot.payments.errors import PayRefused
from wecom.errors import NotSent, OutcomeUnknown, Refused, TokenUnavailable, WeChatError

_ACCOUNT: Final = "公众平台 › 设置与开发 › 基本配置"
APP_PLACE: Final = "企业微信管理后台 › 应用管理 › 自建应用"
OFFICIAL_ACCOUNT: Final[Mapping[int, str]] = {
    40001: f"AppSecret 不对：到 {_ACCOUNT} 重置，填到 SHOP_OFFICIAL_ACCOUNT_SECRET",
    40013: f"AppID 不对：到 {_ACCOUNT} 核对 SHOP_OFFICIAL_ACCOUNT_APP_ID",
    40125: f"AppSecret 不对：到 {_ACCOUNT} 重置，填到 SHOP_OFFICIAL_ACCOUNT_SECRET",
    40164: f"这台服务器的IP不在白名单里：到 {_ACCOUNT} › IP白名单 加上",
    40243: f"AppSecret 被冻结：到 {_ACCOUNT} 解冻",
    45009: "今天的调用次数用完了：明天恢复，或到公众平台 › 接口权限 清零",
    48001: "账号没有这个接口的权限：要已认证的服务号，到公众平台 › 设置与开发 › 接口权限 看",
    48004: "接口被封了：到公众平台 › 通知中心 看原因",
}
MINI_PROGRAM: Final[Mapping[int, str]] = {
    40001: "AppSecret 不对：到小程序后台 › 开发管理 › 开发设置 重置，填到 SHOP_MINI_PROGRAM_SECRET",
    40013: "AppID 不对：到小程序后台 › 开发管理 › 开发设置 核对 SHOP_MINI_PROGRAM_APP_ID",
    40125: "AppSecret 不对：到小程序后台 › 开发管理 › 开发设置 重置，填到 SHOP_MINI_PROGRAM_SECRET",
    40164: "这台服务器的IP不在白名单里：到小程序后台 › 开发管理 › 开发设置 › IP白名单 加上",
    40243: "AppSecret 被冻结：到小程序后台 › 开发管理 › 开发设置 解冻",
}
WECOM: Final[Mapping[int, str]] = {
    40001: f"Secret 不对：到 {APP_PLACE} 看 Secret，填到 SHOP_WECOM_SECRET",
    40013: "企业ID不对：到企业微信管理后台 › 我的企业 › 企业信息 核对 SHOP_WECOM_CORP_ID",
    40056: f"AgentId 不对：到 {APP_PLACE} 打开这个应用，把上面的 AgentId 填到 SHOP_WECOM_AGENT_ID",
    45009: "调用太频繁，被限制了：过一会儿自动恢复",
    48002: "应用没有这个接口的权限：到企业微信管理后台 › 微信客服（或客户联系）› API"
    " › 可调用接口的应用 勾上",
    50002: "成员不在可见范围里：到企业微信管理后台 › 应用管理 › 自建应用 › 可见范围 加上",
    60011: "没有权限：到企业微信管理后台 › 应用管理 › 自建应用 › 可见范围 加上接待的同事",
    60020: f"这台服务器的IP不可信：到 {APP_PLACE} › 企业可信IP 加上",
    95000: "客服账号不对：核对 SHOP_WECOM_OPEN_KFIDS",
    95004: "客服账号已经没有了：核对 SHOP_WECOM_OPEN_KFIDS",
    95017: "微信客服没有开放API：到企业微信管理后台 › 微信客服 › API 打开",
    301002: f"AgentId 和 Secret 不是同一个应用的：到 {APP_PLACE} 打开要用的应用，"
    "把它的 AgentId 和 Secret 一起填到 SHOP_WECOM_AGENT_ID、SHOP_WECOM_SECRET",
    95023: "客服账号给了别的应用：到企业微信管理后台 › 微信客服 › API 改给这个应用",
}
PAY: Final[Mapping[str, str]] = {
    "SIGN_ERROR": "签名不对：私钥和证书序列号要是一对。到商户平台 › 账户中心 › API安全 核对"
    " SHOP_PAY_PRIVATE_KEY_FILE 和 SHOP_PAY_CERT_SERIAL",
    "NO_AUTH": "商户号没有这个权限：到商户平台 › 产品中心 开通 JSAPI支付",
    "MCH_NOT_EXISTS": "商户号不存在：核对 SHOP_PAY_MCH_ID",
    "APPID_MCHID_NOT_MATCH": "小程序没有和商户号关联：到商户平台 › 产品中心 › AppID账号管理 关联",
}


def advice_for(error: BaseException) -> str:
    """What to change and where; empty for what nobody knows better than the error itself."""
    match error:
        case PayRefused():
            said = PAY.get(error.pay_code.upper(), "")
            if not said and error.status == 401:
                said = PAY["SIGN_ERROR"]
            return said or f"微信支付回答：{error}"
        case TokenUnavailable() if error.code is None:
            return "拿不到 access_token：服务器访问不了微信的接口，检查DNS和防火墙"
        case NotSent() if error.code is None:
            return "连不上：检查服务器的DNS、防火墙和接口地址的设置"
        case OutcomeUnknown():
            return f"没有得到回答：{error}"
        case Refused() | WeChatError():
            return f"平台回答：{error}"
    return ""


def told_by(table: Mapping[int, str], error: WeChatError) -> str:
    """The advice of that table for the code of an error, or what is known of any."""
    return table.get(error.code or 0) or advice_for(error)
