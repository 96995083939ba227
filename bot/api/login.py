"""Logging in by `wx.login` code, and knowing the caller again by the token given for it."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete

from bot.api.answers import Login
from bot.api.endpoint import Call, NoParameters
from bot.api.errors import Unauthorized
from bot.api.requests import LoginCode
from bot.api.shopfront import Caller, Shopfront
from bot.tables import LoginSession
from commerce.customers import find_customer, identify
from commerce.inserting import id_of
from wecom.apis import MiniProgramSession

CHANNEL: Final = "mini_program"
VALID_FOR: Final = timedelta(days=7)
_TOKEN_BYTES: Final = 32


async def log_in(shop: Shopfront, call: Call[NoParameters, LoginCode]) -> Login:
    """A token for whoever got this code from `wx.login`."""
    person = await shop.login(call.body.code)
    return await shop.database.write(begin_session, shop.app_id, person, call.now)


def begin_session(
    session: Session, app_id: str, person: MiniProgramSession, now: datetime
) -> Login:
    """Make the person known to the shop and give them a token, of which only a digest is kept."""
    customer = identify(session, CHANNEL, app_id, person.openid, now, unionid=person.unionid)
    session.exec(
        delete(LoginSession).where(
            col(LoginSession.customer_id) == customer.id, col(LoginSession.expires_at) <= now
        )
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = LoginSession(
        token_digest=digest(token),
        customer_id=id_of(customer),
        openid=person.openid,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    session.add(row)
    return Login(token=token, expires_at=row.expires_at)


def recognise(session: Session, authorization: str, now: datetime) -> Caller:
    """Whose token an Authorization header holds. Raises Unauthorized."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized
    row = session.get(LoginSession, digest(token.strip()))
    if row is None:
        raise Unauthorized
    if row.expires_at <= now:
        raise Unauthorized("登录已过期，请重新进入小程序")
    customer = find_customer(session, row.customer_id)
    if customer is None:
        raise Unauthorized
    return Caller(id_of(customer), row.openid)


def digest(token: str) -> str:
    """What is kept of a token. It is 256 random bits: no salt or stretching adds anything."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
