"""What can go wrong when calling WeChat, and what each error code asks of us.

Three things can happen to a call that did not succeed, and only they decide whether it may be
repeated: it never left (`NotSent`), the platform refused it (`Refused`), or nobody knows
(`OutcomeUnknown`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Platform(StrEnum):
    """The two families that give the same numbers different meanings."""

    OFFICIAL_ACCOUNT = "official_account"
    """Official accounts and mini-programs, api.weixin.qq.com."""
    WECOM = "wecom"
    """qyapi.weixin.qq.com."""


class Reaction(StrEnum):
    """What the caller should do about a refused call."""

    RETRY = "retry"
    """The platform is busy. Repeat with a pause, but only what carries its own key."""
    BACK_OFF = "back_off"
    """Too fast: wait `Rule.seconds`."""
    PAUSE_API = "pause_api"
    """The quota of this API is used up: wait for its window to end and tell an operator."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  (no password)
    """The access token is no longer good. The transport has already tried a new one."""
    REFRESH_MEDIA = "refresh_media"
    """The media id has lapsed: upload again, then repeat once."""
    RESYNC = "resync"
    """Our idea of the platform's state is wrong: read it and adopt it."""
    NEXT_SERVICER = "next_servicer"
    """This agent cannot take the conversation: offer it to the next one."""
    ALERT = "alert"
    """Our set-up is wrong. The same call will succeed once an operator has mended it."""
    DISABLE = "disable"
    """The account may not use this feature."""
    STOP_ALL = "stop_all"
    """The platform has banned us. Nothing more goes out until a person has looked."""
    DROP_RECIPIENT = "drop_recipient"
    """This person cannot be reached."""
    WINDOW_CLOSED = "window_closed"
    """The time in which the customer may be answered is over; the next message opens it."""
    QUOTA_USED = "quota_used"
    """The number of answers to the customer is used up; the next message renews it."""
    CREDIT_GONE = "credit_gone"
    """The customer refused subscription messages or has no acceptance left."""
    IN_REVIEW = "in_review"
    """The platform holds the message for review. Sending it again does not help."""
    DENY_LOGIN = "deny_login"
    """The login code is wrong, used or belongs to a blocked person."""
    FINISHED = "finished"
    """There is nothing left to do; not an error for the customer or for us."""
    SUCCESS_DUPLICATE = "success_duplicate"
    """The platform has this very message already: count it as sent."""
    BUG = "bug"
    """We built a wrong request."""
    UNLISTED = "unlisted"
    """A code that the table does not know; nobody can say that a repetition helps."""


_TEMPORARY: Final = frozenset(
    {
        Reaction.RETRY,
        Reaction.BACK_OFF,
        Reaction.PAUSE_API,
        Reaction.REFRESH_TOKEN,
        Reaction.REFRESH_MEDIA,
        Reaction.RESYNC,
        Reaction.NEXT_SERVICER,
        Reaction.ALERT,
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One code's meaning on one platform. `seconds` is the pause that BACK_OFF asks for."""

    reaction: Reaction
    meaning: str
    seconds: int = 0

    @property
    def permanent(self) -> bool:
        """Whether sending the same thing again is pointless."""
        return self.reaction not in _TEMPORARY


class WireError(Exception):
    """Base of what a callback's envelope and XML are refused for; its words are safe to log."""


class WeChatError(Exception):
    """A call to WeChat that gave no result.

    `permanent`: the same call will never succeed. `may_have_arrived`: the platform may have acted
    on it, so that repeating a call without a key could do it twice. Messages name the endpoint
    only; they never hold a token, a secret or what was sent.
    """

    permanent: bool = False
    may_have_arrived: bool = False
    code: int | None = None


class NotSent(WeChatError):
    """The request surely never reached the platform: safe to repeat."""


class TokenUnavailable(NotSent):
    """There is no usable access token, so the call was not made."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class OutcomeUnknown(WeChatError):
    """The request left, and no answer tells what became of it."""

    may_have_arrived = True


class Refused(WeChatError):
    """The platform answered with an error code, or a gateway before it with a 3xx or 4xx."""

    def __init__(
        self, endpoint: str, rule: Rule, *, code: int | None, message: str, status: int = 200
    ) -> None:
        reason = f"errcode {code}" if code is not None else f"HTTP {status}"
        super().__init__(f"{endpoint}: {reason} ({rule.meaning}): {message}")
        self.code = code
        self.rule = rule
        self.reaction = rule.reaction
        self.permanent = rule.permanent
        # "System busy" does not say at which point the platform gave up.
        self.may_have_arrived = rule.reaction is Reaction.RETRY


def rule_for(platform: Platform, code: int) -> Rule:
    """What the code means there; an unknown code is `UNLISTED`, and permanent."""
    return RULES[platform].get(code, _UNLISTED)


_UNLISTED: Final = Rule(Reaction.UNLISTED, "unknown code")
_BUSY: Final = Rule(Reaction.RETRY, "platform busy")
_TOKEN: Final = Rule(Reaction.REFRESH_TOKEN, "token invalid or expired")
_MEDIA: Final = Rule(Reaction.REFRESH_MEDIA, "media id invalid or lapsed")
_API_QUOTA: Final = Rule(Reaction.PAUSE_API, "daily quota of the API used")

# Sources: WeChat docs 全局返回码 (official account, mini-program), 客服消息, 发货信息录入;
# WeCom docs 全局错误码 and 微信客服.
_OFFICIAL_ACCOUNT: Final[Mapping[int, Rule]] = MappingProxyType(
    {
        -1: _BUSY,
        40001: _TOKEN,
        40014: _TOKEN,
        42001: _TOKEN,
        40002: Rule(Reaction.BUG, "wrong grant type"),
        40003: Rule(Reaction.DROP_RECIPIENT, "openid wrong or not a follower"),
        40004: Rule(Reaction.BUG, "wrong media type"),
        40005: Rule(Reaction.BUG, "wrong file type"),
        40006: Rule(Reaction.BUG, "wrong file size"),
        40007: _MEDIA,
        40008: Rule(Reaction.BUG, "wrong message type"),
        40009: Rule(Reaction.BUG, "picture too big"),
        40013: Rule(Reaction.ALERT, "wrong app id"),
        40029: Rule(Reaction.DENY_LOGIN, "login code invalid"),
        40033: Rule(Reaction.BUG, "request holds \\uxxxx escapes"),
        40035: Rule(Reaction.BUG, "wrong parameter"),
        40037: Rule(Reaction.BUG, "wrong template id"),
        40052: Rule(Reaction.BUG, "wrong kind of QR code"),
        40053: Rule(Reaction.BUG, "wrong scene of a QR code"),
        40125: Rule(Reaction.ALERT, "wrong app secret"),
        40129: Rule(Reaction.BUG, "scene with other than visible letters"),
        40163: Rule(Reaction.DENY_LOGIN, "login code used"),
        40164: Rule(Reaction.ALERT, "our address is not on the account's list"),
        40165: Rule(Reaction.BUG, "page of the mini-program does not exist"),
        40169: Rule(Reaction.BUG, "scene too long"),
        40226: Rule(Reaction.DENY_LOGIN, "person blocked for risk"),
        40243: Rule(Reaction.ALERT, "app secret frozen"),
        40252: Rule(Reaction.IN_REVIEW, "template content under review"),
        41030: Rule(Reaction.BUG, "wrong page"),
        43004: Rule(Reaction.DROP_RECIPIENT, "recipient does not follow"),
        43101: Rule(Reaction.CREDIT_GONE, "subscription refused or used"),
        44002: Rule(Reaction.BUG, "empty body"),
        44003: Rule(Reaction.BUG, "empty article"),
        44004: Rule(Reaction.BUG, "empty text"),
        45001: Rule(Reaction.BUG, "file too big"),
        45002: Rule(Reaction.BUG, "content too long"),
        45003: Rule(Reaction.BUG, "title too long"),
        45004: Rule(Reaction.BUG, "description too long"),
        45008: Rule(Reaction.BUG, "too many articles"),
        45009: _API_QUOTA,
        45011: Rule(Reaction.BACK_OFF, "called too often", seconds=60),
        45015: Rule(Reaction.WINDOW_CLOSED, "reply window over"),
        45029: Rule(Reaction.FINISHED, "no more permanent QR codes"),
        45047: Rule(Reaction.QUOTA_USED, "reply count used"),
        45065: Rule(Reaction.SUCCESS_DUPLICATE, "mass message sent before"),
        45066: Rule(Reaction.BACK_OFF, "mass message repeated too soon", seconds=60),
        45067: Rule(Reaction.BUG, "mass message key too long"),
        45072: Rule(Reaction.BUG, "wrong typing command"),
        45080: Rule(Reaction.FINISHED, "no conversation to type into"),
        45081: Rule(Reaction.FINISHED, "already typing"),
        47001: Rule(Reaction.BUG, "body is not JSON"),
        47003: Rule(Reaction.BUG, "template value breaks its rule"),
        48001: Rule(Reaction.DISABLE, "API not granted to the account"),
        48002: Rule(Reaction.DROP_RECIPIENT, "follower refuses messages"),
        48004: Rule(Reaction.STOP_ALL, "API banned"),
        50002: Rule(Reaction.DROP_RECIPIENT, "person restricted"),
        10060001: Rule(Reaction.BUG, "no such payment"),
        10060002: Rule(Reaction.FINISHED, "shipping was told whole"),
        10060003: Rule(Reaction.FINISHED, "shipping was put right once"),
        10060004: Rule(Reaction.FINISHED, "payment cannot be shipped"),
        10060009: Rule(Reaction.BUG, "description too long"),
        10060012: _BUSY,
        10060019: _BUSY,
        10060023: Rule(Reaction.SUCCESS_DUPLICATE, "shipping told before"),
        10060024: Rule(Reaction.BUG, "too many parcels"),
        10060031: Rule(Reaction.BUG, "payment of another person"),
    }
)
_WECOM: Final[Mapping[int, Rule]] = MappingProxyType(
    {
        -1: _BUSY,
        40001: Rule(Reaction.ALERT, "wrong secret"),
        40003: Rule(Reaction.DROP_RECIPIENT, "wrong user id"),
        40007: _MEDIA,
        40013: Rule(Reaction.ALERT, "wrong corp id"),
        40014: _TOKEN,
        42001: _TOKEN,
        40050: Rule(Reaction.FINISHED, "no such customer group"),
        40056: Rule(Reaction.ALERT, "wrong agent id"),
        40058: Rule(Reaction.BUG, "wrong parameter or length"),
        40096: Rule(Reaction.DROP_RECIPIENT, "wrong external user id"),
        41044: Rule(Reaction.FINISHED, "no such join code"),
        41046: Rule(Reaction.BUG, "message id missing"),
        41047: Rule(Reaction.BUG, "message id wrong"),
        41048: Rule(Reaction.FINISHED, "no customer to send to"),
        41050: Rule(Reaction.FINISHED, "welcome code lapsed"),
        41051: Rule(Reaction.FINISHED, "conversation already open"),
        41055: Rule(Reaction.FINISHED, "as many welcomes of groups as there may be"),
        41059: Rule(Reaction.BUG, "moment id missing"),
        41060: Rule(Reaction.BUG, "moment id wrong"),
        41061: Rule(Reaction.DROP_RECIPIENT, "not a sender of the moment"),
        41062: Rule(Reaction.FINISHED, "moment not published by that person"),
        41063: Rule(Reaction.BACK_OFF, "mass task still being handed out", seconds=60),
        41064: Rule(Reaction.BUG, "too many attachments"),
        41065: Rule(Reaction.BUG, "wrong attachment"),
        41093: Rule(Reaction.FINISHED, "mass task cancelled"),
        41094: Rule(Reaction.FINISHED, "reminder limit reached"),
        41096: Rule(Reaction.FINISHED, "welcome message in progress"),
        43004: Rule(Reaction.DROP_RECIPIENT, "user not bound to WeChat"),
        45009: _API_QUOTA,
        45033: Rule(Reaction.BACK_OFF, "too many calls at once", seconds=1),
        48002: Rule(Reaction.ALERT, "no permission for the API"),
        48004: Rule(Reaction.STOP_ALL, "authorisation invalid"),
        49008: Rule(Reaction.FINISHED, "customer group dissolved"),
        50002: Rule(Reaction.ALERT, "member outside the app's scope"),
        50100: Rule(Reaction.RESYNC, "page cursor wrong or lapsed"),
        60011: Rule(Reaction.ALERT, "no permission"),
        60020: Rule(Reaction.ALERT, "our address is not trusted"),
        60111: Rule(Reaction.DROP_RECIPIENT, "no such user"),
        81013: Rule(Reaction.DROP_RECIPIENT, "no valid recipient"),
        81017: Rule(Reaction.BUG, "owners are needed for so wide a list"),
        84061: Rule(Reaction.DROP_RECIPIENT, "not an external contact"),
        95000: Rule(Reaction.ALERT, "service account invalid"),
        95001: Rule(Reaction.QUOTA_USED, "reply count used"),
        95002: Rule(Reaction.WINDOW_CLOSED, "reply window over"),
        95004: Rule(Reaction.ALERT, "service account gone"),
        95007: Rule(Reaction.RESYNC, "message token lapsed"),
        95008: Rule(Reaction.BUG, "menu too long"),
        95009: Rule(Reaction.BUG, "wrong menu type"),
        95011: Rule(Reaction.ALERT, "service account in the other mode"),
        95012: Rule(Reaction.ALERT, "service account in the other mode"),
        95013: Rule(Reaction.RESYNC, "conversation ended"),
        95014: Rule(Reaction.NEXT_SERVICER, "not a servicer"),
        95016: Rule(Reaction.RESYNC, "change of state not allowed"),
        95017: Rule(Reaction.ALERT, "API switched off"),
        95018: Rule(Reaction.RESYNC, "state forbids sending"),
        95019: Rule(Reaction.NEXT_SERVICER, "servicer has stopped taking customers"),
        95023: Rule(Reaction.ALERT, "service account given to another app"),
        95031: Rule(Reaction.DROP_RECIPIENT, "customer has not written in 48 hours"),
        301002: Rule(Reaction.ALERT, "another app's secret"),
    }
)
RULES: Final[Mapping[Platform, Mapping[int, Rule]]] = MappingProxyType(
    {Platform.OFFICIAL_ACCOUNT: _OFFICIAL_ACCOUNT, Platform.WECOM: _WECOM}
)
