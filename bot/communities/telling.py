"""Puts into the outbox what WeCom is to be told of codes and welcomes of customer groups."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import outbox
from bot.outbox import Post
from commerce.community import codes, welcomes
from commerce.community.codes import CodeDraft
from commerce.community.tables import CommunityCode, CommunityWelcome
from commerce.community.welcomes import WelcomeDraft
from commerce.inserting import id_of
from commerce.sealing import Sealer

CODE: Final = "wecom.community_code"
CODE_READ: Final = "wecom.community_code_read"
WELCOME: Final = "wecom.community_welcome"


def save_code(session: Session, sealer: Sealer, draft: CodeDraft, now: datetime) -> CommunityCode:
    """Keep a code and have WeCom make it, change it, or take it away. Raises InvalidInput."""
    code = codes.save_code(session, draft, now)
    tell_code(session, sealer, code, now)
    return code


def tell_code(session: Session, sealer: Sealer, code: CommunityCode, now: datetime) -> bool:
    """Let WeCom know what a code is now; whether it was not told of this version before."""
    key = f"community-code:{code.key}:{code.version}"
    payload = {"key": code.key, "version": code.version}
    return outbox.post(session, sealer, Post(key=key, kind=CODE, payload=payload), now)


def want_code_read(
    session: Session, sealer: Sealer, code: CommunityCode, cause: str, now: datetime
) -> bool:
    """Ask WeCom for a code's picture, and for the groups that it has opened itself."""
    key = f"community-code-read:{code.key}:{cause}"
    payload = {"key": code.key, "version": code.version}
    return outbox.post(session, sealer, Post(key=key, kind=CODE_READ, payload=payload), now)


def save_welcome(
    session: Session,
    sealer: Sealer,
    draft: WelcomeDraft,
    now: datetime,
    welcome_id: int | None = None,
) -> CommunityWelcome:
    """Keep a welcome and have WeCom keep it too. Raises InvalidInput or NotFound."""
    welcome = welcomes.save_welcome(session, draft, now, welcome_id)
    tell_welcome(session, sealer, welcome, now)
    return welcome


def tell_welcome(
    session: Session, sealer: Sealer, welcome: CommunityWelcome, now: datetime
) -> bool:
    """Let WeCom know what a welcome is now; whether it was not told of this version before."""
    key = f"community-welcome:{id_of(welcome)}:{welcome.version}"
    payload = {"welcome_id": id_of(welcome), "version": welcome.version}
    return outbox.post(session, sealer, Post(key=key, kind=WELCOME, payload=payload), now)
