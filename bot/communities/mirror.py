"""Customer groups follow WeCom: what it tells of them, and what it answers when asked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session

from bot import outbox
from bot.contacts.hearing import CHANNEL, want_tags
from bot.outbox import Post
from commerce.community import codes, mirroring
from commerce.community.mirroring import BY_CODE, Delta, Fit, Stay, Whole, find_group, know
from commerce.community.recognising import Corp
from commerce.customers.tag_tables import Tag
from commerce.sealing import Sealer
from wecom.events import ChatChanged

READ: Final = "wecom.community"
_STAFF: Final = 1


def corp_of(corp_id: str) -> Corp:
    """Members of groups are known as contacts are, whether or not they are anybody's contact."""
    return Corp(CHANNEL, corp_id)


def chat_changed(
    session: Session, sealer: Sealer, corp: Corp, event: ChatChanged, digest: str, now: datetime
) -> None:
    """Do what an event says, and read the group where it does not say enough.

    It does not when something before it is not known, when anything but the members changed, and
    of who came by a code, since it does not say by which.
    """
    if event.change == "dismiss":
        mirroring.dissolve(session, event.chat_id, now)
        return
    if event.detail in ("add_member", "del_member"):
        delta = _delta_of(event)
        fit = mirroring.apply_delta(session, corp, delta, now)
        names_no_code = fit is Fit.APPLIED and delta.has_joined and delta.scene == BY_CODE
        if fit is not Fit.GAP and not names_no_code:
            return
    know(session, event.chat_id, now)
    want_read(session, sealer, event.chat_id, digest, now)


def want_read(session: Session, sealer: Sealer, chat_id: str, cause: str, now: datetime) -> bool:
    """Have a group read whole, once for each cause; whether that is new."""
    key = f"community-read:{chat_id}:{cause}"
    return outbox.post(session, sealer, Post(key=key, kind=READ, payload={"chat_id": chat_id}), now)


def take_over(
    session: Session, sealer: Sealer, corp: Corp, whole: Whole, seen_version: str, now: datetime
) -> None:
    """Make a group what WeCom has answered, and put codes' tags on who came by them.

    `seen_version` is what was kept when WeCom was asked: if an event has changed it since, the
    answer may be older than the event. Then it says nothing, and WeCom is asked again.
    """
    kept = know(session, whole.chat_id, now).member_version
    if kept not in (seen_version, whole.version):
        cause = f"again:{whole.asked_at.timestamp():.6f}"
        want_read(session, sealer, whole.chat_id, cause, now)
        return
    led = mirroring.apply_whole(session, corp, whole, now)
    for borne in codes.bear_tags(session, led, now):
        _tag_there(session, sealer, borne, now)


def version_of(session: Session, chat_id: str) -> str:
    """Of the list of members that is kept; empty of a group that was never read."""
    group = find_group(session, chat_id)
    return "" if group is None else group.member_version


def whole_of(told: Mapping[str, Any], asked_at: datetime) -> Whole:
    """A group as WeCom answers (获取客户群详情), without anybody's name."""
    return Whole(
        chat_id=str(told["chat_id"]),
        name=str(told.get("name") or ""),
        owner=str(told.get("owner") or ""),
        notice=str(told.get("notice") or ""),
        created_at=_moment(told.get("create_time"), asked_at),
        version=str(told["member_version"]),
        members=[_stay_of(each, asked_at) for each in told.get("member_list") or []],
        asked_at=asked_at,
    )


def _stay_of(told: Mapping[str, Any], asked_at: datetime) -> Stay:
    return Stay(
        member=str(told["userid"]),
        is_staff=told.get("type") == _STAFF,
        joined_at=_moment(told.get("join_time"), asked_at),
        scene=int(told.get("join_scene") or 0),
        key=str(told.get("state") or ""),
        invited_by=str((told.get("invitor") or {}).get("userid") or ""),
        unionid=str(told.get("unionid") or ""),
    )


def _delta_of(event: ChatChanged) -> Delta:
    return Delta(
        event.chat_id,
        event.detail == "add_member",
        event.members,
        int(event.scene) if event.scene.isdecimal() else 0,
        event.last_version,
        event.version,
    )


def _tag_there(session: Session, sealer: Sealer, borne: codes.Borne, now: datetime) -> None:
    """Those tags that WeCom knows, for each of the shop's people who has them as a contact."""
    found = (session.get(Tag, each) for each in borne.tag_ids)
    add = [each.platform_id for each in found if each is not None and each.platform_id]
    cause = f"community:{borne.key}:{borne.member_id}"
    want_tags(session, sealer, borne.customer_id, add=add, remove=[], cause=cause, now=now)


def _moment(seconds: object, otherwise: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else otherwise
