"""The `errcode` answers of qyapi.weixin.qq.com that the sandbox gives (企业微信 全局错误码)."""

from bot.sandbox.errors import WeChatError

WECOM_ERRORS: dict[int, str] = {
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40050: "chatid not exist",
    40056: "invalid agentid",
    40058: "invalid Request Parameter",
    40068: "invalid tagid",
    40071: "already has same tag name",
    40096: "invalid external userid",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41005: "media data missing",
    41044: "invalid config_id",
    41046: "missing group msgid",
    41047: "invalid group msgid",
    41048: "no customer to send",
    41050: "welcome code is invalid or expired",
    41051: "external user has started chatting",
    41055: "group welcome template count out of limit",
    41059: "missing moment_id",
    41060: "invalid moment_id",
    41061: "invalid moment sender userid",
    41062: "moment is not published by the userid",
    41063: "group msg is being dispatched, try later",
    41064: "too many attachments",
    41065: "invalid attachments",
    41093: "group msg has been cancelled",
    41094: "remind count out of limit",
    41096: "welcome msg is being distributed",
    42001: "access_token expired",
    43002: "require POST method",
    44002: "empty post data",
    45009: "api freq out of limit",
    47001: "data format error",
    49008: "chat has been dismissed",
    50100: "invalid cursor",
    81013: "user & party & tag all invalid",
    81017: "too many members in scope, owner_filter is needed",
    84061: "not external contact",
    95000: "invalid open_kfid",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95007: "invalid msg token",
    95008: "menu items out of limit",
    95009: "invalid menu item type",
    95013: "session is closed",
    95014: "userid is not a servicer",
    95016: "session state transition not allowed",
    95018: "send msg session status invalid",
    95019: "servicer is not receiving",
    95031: "no enquiry within 48 hours",
}


class WeComError(WeChatError):
    """An `errcode` answer of qyapi.weixin.qq.com; it travels with HTTP status 200."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code, detail)
        self.message = f"{WECOM_ERRORS[code]} {detail}".strip()
