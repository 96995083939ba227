"""What makes a campaign whole: rules over its fields, each error with the field and the fix."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from campaigns import placeholders
from campaigns.composer import (
    LINK_TITLE_BYTES,
    TEXT_BYTES,
    Link,
    Marks,
    links_bytes,
    with_marks,
)
from campaigns.ports import CHATS, SERVICE_ONLY, Route
from campaigns.shapes import (
    AttachmentKind,
    Condition,
    Content,
    EarlyEnd,
    JourneyPlan,
    Node,
    Send,
    SopPlan,
    Wait,
)
from campaigns.tables import Audience, CampaignKind, Purpose
from commerce.errors import InvalidInput

if TYPE_CHECKING:
    from campaigns.drafts import Draft

IN_A_CHAT: Final = 2
"""Attachments beside words in a chat: three messages at a time, as for every answer."""
WHOLE: Final = 100
IN_TEMPLATES: Final = (Route.SUBSCRIPTION, Route.TEMPLATE, Route.SMS)
"""Routes that say a few words in a template."""
NOTICE_VALUES: Final = ("title", "note")
ROUTE_NAMES: Final[Mapping[Route, str]] = {
    Route.OFFICIAL_ACCOUNT: "公众号客服消息",
    Route.MINI_PROGRAM: "小程序客服消息",
    Route.KF: "微信客服",
    Route.SUBSCRIPTION: "订阅消息",
    Route.TEMPLATE: "模板消息",
    Route.SMS: "短信",
    Route.MASS: "企业微信群发",
}
"""As operators read them."""


def check(draft: "Draft") -> None:
    """Raise InvalidInput for the first rule that a draft breaks."""
    for rule in _RULES:
        rule(draft)


def in_chinese(error: Mapping[str, Any]) -> str:
    """A finding of pydantic as an operator reads it."""
    context = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return "这一项没有填"
        case "string_too_short" | "too_short":
            return "这一项不能为空"
        case "string_too_long":
            return f"最多{context['max_length']}个字"
        case "too_long":
            return f"最多{context['max_length']}项"
        case "greater_than_equal" | "greater_than":
            return f"不能小于{context.get('ge', context.get('gt'))}"
        case "less_than_equal" | "less_than":
            return f"不能大于{context.get('le', context.get('lt'))}"
        case "extra_forbidden":
            return "没有这一项，请检查写法"
        case "value_error":
            return str(context["error"])
    return "这一项的写法不对，请检查"


def _plan_fits(draft: "Draft") -> None:
    if draft.plan.kind != draft.kind:
        raise InvalidInput("发送计划和活动类型对不上，请重新选择", field="plan.kind")
    allowed = _AUDIENCES[draft.kind]
    if draft.audience not in allowed:
        raise InvalidInput("这种活动不能发给所选的对象", field="audience")
    plan = draft.plan
    if isinstance(plan, JourneyPlan | SopPlan):
        _ends_fit(plan)


def _ends_fit(plan: JourneyPlan | SopPlan) -> None:
    if EarlyEnd.TAG in plan.ends_by and plan.end_tag_id is None:
        raise InvalidInput("选了打上标签时提前结束，请选哪个标签", field="plan.end_tag_id")


def _routes_fit(draft: "Draft") -> None:
    if len(set(draft.routes)) != len(draft.routes):
        raise InvalidInput("同一个渠道选了两次", field="routes")
    if draft.audience != Audience.CUSTOMERS and draft.routes != [Route.MASS]:
        raise InvalidInput("客户群和朋友圈只能用企业微信群发", field="routes")
    for route in draft.routes:
        if route in SERVICE_ONLY and draft.purpose != Purpose.SERVICE:
            name = ROUTE_NAMES[route]
            raise InvalidInput(f"{name}只能发服务通知，不能发营销内容，请去掉", field="routes")


def _choice_fits(draft: "Draft") -> None:
    is_groups = draft.audience == Audience.GROUPS
    chosen = draft.groups.chat_ids or draft.groups.tags or draft.groups.owners
    if chosen and not is_groups:
        raise InvalidInput("发给顾客的活动不用选客户群", field="groups")
    if is_groups and draft.segment_id is not None:
        raise InvalidInput("发到客户群的活动不用选人群", field="segment_id")
    if draft.holdout_percent and draft.audience != Audience.CUSTOMERS:
        raise InvalidInput("只有发给顾客的活动才能留对照组", field="holdout_percent")
    if draft.holdout_percent and draft.purpose == Purpose.SERVICE:
        raise InvalidInput("服务通知要发给每一位顾客，不能留对照组", field="holdout_percent")


def _nodes_fit(draft: "Draft") -> None:
    ids = [node.id for node in draft.nodes]
    if len(set(ids)) != len(ids):
        raise InvalidInput("步骤的编号重复了", field="nodes")
    sends = [node for node in draft.nodes if isinstance(node, Send)]
    if not sends:
        raise InvalidInput("至少要有一步是发消息", field="nodes")
    if draft.kind in _SINGLE and (len(draft.nodes) != 1):
        raise InvalidInput("这种活动只有一条消息，要分几步请用旅程或SOP", field="nodes")
    if draft.kind == CampaignKind.SOP:
        for node in draft.nodes:
            if not isinstance(node, Send) or node.at is None:
                raise InvalidInput("SOP的每一步都要写明第几天几点发", field=f"nodes.{node.id}.at")
            if (node.at.day is None) == (node.at.on is None):
                raise InvalidInput("写第几天，或者写日期，二选一", field=f"nodes.{node.id}.at")
        return
    _refuse_circles({node.id: node for node in draft.nodes}, ids[0])


def _refuse_circles(nodes: Mapping[str, Node], first: str) -> None:
    """Every way from the first node ends, and every node is on one."""
    done: set[str] = set()

    def walk(node_id: str, above: tuple[str, ...]) -> None:
        if node_id in above:
            raise InvalidInput("步骤绕成了圈，顾客会一直走不出来", field=f"nodes.{node_id}")
        if node_id in done:
            return
        if node_id not in nodes:
            raise InvalidInput(f"没有编号为“{node_id}”的步骤", field=f"nodes.{above[-1]}")
        for following in ways_of(nodes[node_id]):
            walk(following, (*above, node_id))
        done.add(node_id)

    walk(first, ())
    if lonely := set(nodes) - done:
        raise InvalidInput("这一步前面没有接上任何步骤", field=f"nodes.{min(lonely)}")


def ways_of(node: Node) -> Sequence[str]:
    """The nodes that may follow a node; ends are left out."""
    match node:
        case Send() | Wait():
            ways: tuple[str, ...] = (node.next,)
        case Condition():
            ways = (node.yes, node.no)
    return [each for each in ways if each]


def _arms_fit(draft: "Draft") -> None:
    several = False
    for send in draft.nodes:
        if not isinstance(send, Send):
            continue
        field = f"nodes.{send.id}.arms"
        names = [arm.name for arm in send.arms]
        if len(set(names)) != len(names):
            raise InvalidInput("两个版本用了同一个名字", field=field)
        if sum(arm.weight for arm in send.arms) != WHOLE:
            raise InvalidInput("各版本的比例加起来要等于100", field=field)
        if len(names) > 1 and draft.audience != Audience.CUSTOMERS:
            raise InvalidInput("只有发给顾客的活动才能分版本比较", field=field)
        several = several or len(names) > 1
    if draft.stop_rule is not None and not several:
        raise InvalidInput("只有一个版本，不需要提前结束的规则", field="stop_rule")


def _contents_fit(draft: "Draft") -> None:
    for field, content in _contents(draft):
        _check_attachments(draft, field, content)
        _check_words(draft, field, content)
        if not set(draft.routes).isdisjoint(IN_TEMPLATES):
            for name in NOTICE_VALUES:
                if not content.notice.get(name, "").strip():
                    raise InvalidInput(
                        "要走订阅消息、模板消息或短信，请写标题和说明",
                        field=f"{field}.notice.{name}",
                    )


def _contents(draft: "Draft") -> Iterator[tuple[str, Content]]:
    for node in draft.nodes:
        if isinstance(node, Send):
            for arm in node.arms:
                yield f"nodes.{node.id}.{arm.name}", arm.content


def _check_words(draft: "Draft", field: str, content: Content) -> None:
    known = {route.value for route in TEXT_BYTES}
    if others := set(content.by_route) - known:
        raise InvalidInput(f"没有“{min(others)}”这个渠道的文案", field=f"{field}.by_route")
    for route in draft.routes:
        if route not in TEXT_BYTES:
            continue
        other = content.by_route.get(route.value)
        text, place = (content.text, "text") if other is None else (other.text, f"by_route.{route}")
        if unknown := placeholders.unknown_in(text):
            offered = "、".join(f"{{{name}}}" for name in placeholders.PLACEHOLDERS)
            raise InvalidInput(
                f"没有“{{{unknown[0]}}}”这个占位符，可以用的有{offered}", field=f"{field}.{place}"
            )
        linked = _links_bytes(draft, content) if route in CHATS else 0
        size = len(text.encode()) + linked
        if size > TEXT_BYTES[route]:
            together = "，链接也算在内" if linked else ""
            raise InvalidInput(
                f"{ROUTE_NAMES[route]}的文字最多{TEXT_BYTES[route]}字节，现在是{size}字节"
                f"（一个汉字占3字节{together}），请缩短或单独写一份",
                field=f"{field}.{place}",
            )
        personal = placeholders.personal_in(text) if route == Route.MASS else ()
        if personal:
            raise InvalidInput(
                f"群发时每个人收到的文字都一样，不能用{{{personal[0]}}}", field=f"{field}.{place}"
            )
        if route == Route.MASS and not text.strip() and not content.attachments:
            raise InvalidInput("文字和附件至少要有一样", field=f"{field}.{place}")


def _links_bytes(draft: "Draft", content: Content) -> int:
    marks = Marks("cp-d" + "9" * 19, draft.promoter_code)
    return links_bytes(
        Link(each.title, with_marks(each.ref, marks))
        for each in content.attachments
        if each.kind == AttachmentKind.LINK
    )


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def _check_attachments(draft: "Draft", field: str, content: Content) -> None:
    most = IN_A_CHAT if set(draft.routes) & set(CHATS) else None
    if most is not None and len(content.attachments) > most:
        raise InvalidInput(f"聊天里最多带{most}个附件，群发才能带9个", field=f"{field}.attachments")
    for position, each in enumerate(content.attachments):
        place = f"{field}.attachments.{position}"
        if each.kind == AttachmentKind.LINK:
            if not each.ref.startswith("https://"):
                raise InvalidInput("链接要以https://开头", field=f"{place}.ref")
            if not _has_host(each.ref):
                raise InvalidInput("链接不完整，请从浏览器里整条复制", field=f"{place}.ref")
            if not each.title or len(each.title.encode()) > LINK_TITLE_BYTES:
                raise InvalidInput("链接要有标题，最多42个汉字", field=f"{place}.title")
        elif each.kind != AttachmentKind.PAGE and not each.ref.strip():
            raise InvalidInput("请选择要附上的内容", field=f"{place}.ref")
    if draft.audience == Audience.MOMENTS:
        kinds = {each.kind for each in content.attachments}
        is_link = [each.kind for each in content.attachments] == [AttachmentKind.LINK]
        if not (kinds <= {AttachmentKind.PICTURE} or is_link):
            raise InvalidInput("朋友圈只能配图片，或者一个链接", field=f"{field}.attachments")


_SINGLE: Final = (CampaignKind.ONCE, CampaignKind.RECURRING)
_AUDIENCES: Final[Mapping[CampaignKind, Sequence[Audience]]] = {
    CampaignKind.ONCE: tuple(Audience),
    CampaignKind.RECURRING: tuple(Audience),
    CampaignKind.JOURNEY: (Audience.CUSTOMERS,),
    CampaignKind.SOP: (Audience.CUSTOMERS, Audience.GROUPS),
}
_RULES: Final[Sequence[Callable[["Draft"], None]]] = (
    _plan_fits,
    _routes_fit,
    _choice_fits,
    _nodes_fit,
    _arms_fit,
    _contents_fit,
)
