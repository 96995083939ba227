"""The access tokens of all our apps, one row each, shared by every process."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, or_, select, update

from bot.clock import Clock
from bot.database import Database
from bot.tables import AccessToken
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Place, Sealer
from wecom.tokens import FreshToken, StoredToken

LEASE: Final = timedelta(seconds=10)
"""Longer than a fetch may take; a holder that dies delays the others by no more than this."""
LOOK_AGAIN_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class DatabaseTokenStore:
    """Keeps tokens in the database. One process fetches, the others wait for what it stores."""

    database: Database
    clock: Clock
    sealer: Sealer

    async def read(self, app: str) -> StoredToken | None:
        """The token as stored, lapsed or not."""
        return await self.database.read(self._find, app)

    async def refresh(
        self, app: str, seen_version: int, fetch: Callable[[], Awaitable[FreshToken]]
    ) -> StoredToken:
        """A token newer than `seen_version`; `fetch` is called by the holder of the lease alone."""
        holder = secrets.token_hex(8)
        while True:
            newer, is_ours = await self.database.write(self._lease, app, seen_version, holder)
            if newer is not None:
                return newer
            if is_ours:
                return await self._fetch(app, seen_version, holder, fetch)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _fetch(
        self, app: str, seen_version: int, holder: str, fetch: Callable[[], Awaitable[FreshToken]]
    ) -> StoredToken:
        try:
            fresh = await fetch()
        except BaseException:
            await self.database.write(self._give_up, app, holder)
            raise
        return await self.database.write(self._store, app, seen_version, holder, fresh)

    def _find(self, session: Session, app: str) -> StoredToken | None:
        row = session.exec(select(AccessToken).where(AccessToken.app == app)).first()
        if row is None or row.token_sealed is None or not row.issued_at or not row.expires_at:
            return None
        value = self.sealer.open(row.token_sealed, _place(app))
        return StoredToken(value, row.version, row.issued_at, row.expires_at)

    def _lease(
        self, session: Session, app: str, seen_version: int, holder: str
    ) -> tuple[StoredToken | None, bool]:
        now = self.clock.now()
        insert_once(session, AccessToken, app=app, version=0)
        stored = self._find(session, app)
        if stored is not None and stored.version > seen_version:
            return stored, False
        lease_until = col(AccessToken.lease_until)
        statement = (
            update(AccessToken)
            .where(
                col(AccessToken.app) == app,
                # A newer token may have been stored since we looked.
                col(AccessToken.version) <= seen_version,
                or_(lease_until.is_(None), lease_until <= now),
            )
            .values(lease_holder=holder, lease_until=now + LEASE)
        )
        return None, affected_rows(session, statement) == 1

    def _store(
        self, session: Session, app: str, seen_version: int, holder: str, fresh: FreshToken
    ) -> StoredToken:
        row = session.exec(
            select(AccessToken).where(AccessToken.app == app).with_for_update()
        ).one()
        stored = self._find(session, app)
        if row.lease_holder != holder and stored is not None and stored.version > seen_version:
            return stored  # Our lease ran out and somebody else's token came first.
        row.version += 1
        row.token_sealed = self.sealer.seal(fresh.value, _place(app))
        row.issued_at, row.expires_at = fresh.issued_at, fresh.expires_at
        row.lease_holder = row.lease_until = None
        session.add(row)
        return StoredToken(fresh.value, row.version, fresh.issued_at, fresh.expires_at)

    def _give_up(self, session: Session, app: str, holder: str) -> None:
        affected_rows(
            session,
            update(AccessToken)
            .where(col(AccessToken.app) == app, col(AccessToken.lease_holder) == holder)
            .values(lease_holder=None, lease_until=None),
        )


def _place(app: str) -> Place:
    return Place("access_token", "token", app)
