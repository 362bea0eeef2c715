"""Which channel a webhook is for, and the secret that proves who sent it. Cached for a few seconds."""

import asyncio
import time
from collections.abc import Hashable
from uuid import UUID

from parley.channels.gateways.kept import KnownChannel
from parley.core.crypto import decrypt
from parley.core.sql import statement
from parley.engines.database import Pool, platform_transaction

_FRESH_SECONDS = 3.0
_MOST_UNKNOWN = 10_000
_LONGEST_NAME = 200


class Directory:
    """Channels by webhook token. An unknown token is remembered too, so that guessing costs no query each."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._by_token: dict[str, tuple[float, KnownChannel | None]] = {}
        self._siblings: dict[tuple[UUID, str, str], tuple[float, KnownChannel | None]] = {}
        self._asked: dict[Hashable, asyncio.Future[KnownChannel | None]] = {}

    async def by_token(self, token: str) -> KnownChannel | None:
        """The channel of this webhook path. Raises `CannotDecrypt` where its secret is shut."""
        kept = self._by_token.get(token)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        found = await self._find_once(token, "channel_by_token", {"token": token})
        if len(self._by_token) > _MOST_UNKNOWN:
            self._by_token.clear()
        self._by_token[token] = (time.monotonic() + _FRESH_SECONDS, found)
        return found

    async def for_external_id(self, channel: KnownChannel, external_id: str | None) -> KnownChannel | None:
        """The channel that an event in this channel's webhook is really for.

        One callback may serve several numbers of a workspace; a sibling counts only when the same secret
        proves its events too. None where that number is not connected here.
        """
        if external_id is None or external_id == channel.external_id:
            return channel
        if len(external_id) > _LONGEST_NAME or not external_id.isprintable():
            return None
        key = (channel.workspace_id, channel.provider, external_id)
        kept = self._siblings.get(key)
        if kept is None or kept[0] <= time.monotonic():
            found = await self._find_once(
                key,
                "channel_by_external_id",
                {"workspace": channel.workspace_id, "provider": channel.provider, "external_id": external_id},
            )
            kept = (time.monotonic() + _FRESH_SECONDS, found)
            if len(self._siblings) > _MOST_UNKNOWN:
                self._siblings.clear()
            self._siblings[key] = kept
        sibling = kept[1]
        return sibling if sibling is not None and sibling.secret == channel.secret else None

    async def _find_once(
        self, key: Hashable, name: str, parameters: dict[str, object]
    ) -> KnownChannel | None:
        """One query for all the requests that want the same at the same moment."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.ensure_future(self._find(name, parameters))
            asked.add_done_callback(lambda _: self._asked.pop(key, None))
        return await asyncio.shield(asked)

    async def _find(self, name: str, parameters: dict[str, object]) -> KnownChannel | None:
        async with platform_transaction(self._pool) as connection:
            cursor = await connection.execute(statement("parley.engines", "ingest", name), parameters)
            row = await cursor.fetchone()
        if row is None:
            return None
        place = f"{row['workspace_id']}:channel:{row['id']}"
        return KnownChannel(
            workspace_id=row["workspace_id"],
            id=row["id"],
            provider=row["provider"],
            external_id=row["external_id"],
            secret=_opened(row["webhook_secret"], f"{place}:webhook_secret"),
            verify_token=_opened(row["verify_token"], f"{place}:verify_token"),
        )


def _opened(sealed: bytes | None, place: str) -> str:
    """The plain text; empty where nothing was stored, which proves nothing. Raises `CannotDecrypt`."""
    return decrypt(bytes(sealed), bound_to=place).decode() if sealed else ""
