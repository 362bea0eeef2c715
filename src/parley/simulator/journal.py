"""The simulator's memory on disk: one SQLite file that survives `kill -9`.

Records are stored as JSON by kind and key and replaced when they change; the ledger and its attempts are only
ever appended to. WAL with `synchronous=NORMAL` keeps every commit when the process dies (not when the power
does, which nobody asks of a simulator).

Writes gather in memory and go to the file together: whoever answers a call or posts a webhook waits for
`kept` before a byte leaves, and all who wait at the same time share one commit. Without a file nothing is
written but the ledger, when somebody reads it, and the files' bytes.
"""

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from parley.simulator.records import LedgerEntry

Record = TypeVar("Record", bound=msgspec.Struct)
COMMIT_SECONDS = 0.05

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE IF NOT EXISTS media_data (id TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, api TEXT NOT NULL, channel TEXT NOT NULL,
  recipient TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, callback TEXT, at REAL NOT NULL,
  UNIQUE (channel, id)
);
CREATE TABLE IF NOT EXISTS attempt (seq INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT, id TEXT, at REAL);
CREATE INDEX IF NOT EXISTS attempt_by_message ON attempt (channel, id);
CREATE TABLE IF NOT EXISTS boot (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL DEFAULT (unixepoch()));
"""

PUT = """
INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value
"""

APPEND = """
INSERT OR IGNORE INTO ledger (id, api, channel, recipient, type, body, callback, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

LEDGER = """
SELECT seq, id, api, channel, recipient, type, body, callback, at,
  (SELECT count(*) FROM attempt WHERE attempt.channel = ledger.channel AND attempt.id = ledger.id) AS attempts
FROM ledger
WHERE seq > :after
  AND (:channel = '' OR channel = :channel)
  AND (:api = '' OR api = :api)
  AND (:recipient = '' OR recipient = :recipient)
  AND (:type = '' OR type = :type)
  AND (:callback = '' OR callback = :callback)
  AND (:id = '' OR id = :id)
  AND (:body = '' OR instr(body, :body) > 0)
  AND at >= :since AND at < :until
ORDER BY seq LIMIT :limit
"""


Whole = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""As SQLite has them."""


class Sought(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to look for in the ledger. Empty matches all; `body` is a part of the text, times are seconds."""

    after: Whole = 0
    limit: Whole = 1_000_000
    channel: str = ""
    api: str = ""
    recipient: str = ""
    type: str = ""
    callback: str = ""
    id: str = ""
    body: str = ""
    since: float = 0
    until: float = 1e12


class Journal:
    """Used by one thread at a time: the one that runs the simulator's event loop."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._is_file = path is not None
        self._is_open = True
        self._records: dict[tuple[str, str], msgspec.Struct | None] = {}
        """What changed since the last commit; None is gone."""
        self._lines: list[LedgerEntry] = []
        self._attempts: list[tuple[str, str, float]] = []
        self._waiter: asyncio.Future[None] | None = None
        self._is_late_coming = False
        # The application may be made in one thread and served in another; two at once never touch it.
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def begin_boot(self) -> int:
        """The number of this start, from 1. Ids are derived from it so that a restart never repeats one."""
        cursor = self._db.execute("INSERT INTO boot DEFAULT VALUES")
        return int(cursor.lastrowid or 0)

    async def kept(self) -> None:
        """Wait until everything written so far survives the death of the process."""
        if not self._is_file or not self._has_news:
            return
        if self._waiter is None:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            # After those who are ready to write now, so that they need no commit of their own.
            loop.call_soon(self._commit_for_all)
        await asyncio.shield(self._waiter)

    def _commit_for_all(self) -> None:
        waiter, self._waiter = self._waiter, None
        try:
            if self._is_open:
                self.commit()
        except sqlite3.Error as error:
            if waiter is not None and not waiter.done():
                waiter.set_exception(error)
            return
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _commit_late(self) -> None:
        self._is_late_coming = False
        if self._is_open:
            self.commit()

    def commit(self) -> None:
        """Write everything down now."""
        if not self._has_news:
            return
        changed, self._records = self._records, {}
        lines, self._lines = self._lines, []
        attempts, self._attempts = self._attempts, []
        encode = msgspec.json.encode
        put = [(*key, encode(record).decode()) for key, record in changed.items() if record is not None]
        gone = [key for key, record in changed.items() if record is None]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(PUT, put)
            self._db.executemany("DELETE FROM record WHERE kind = ? AND key = ?", gone)
            self._db.executemany(APPEND, [line_of(entry) for entry in lines])
            self._db.executemany("INSERT INTO attempt (channel, id, at) VALUES (?, ?, ?)", attempts)
        except BaseException:
            self._db.execute("ROLLBACK")  # an open transaction would refuse all that follow
            raise
        self._db.execute("COMMIT")

    @property
    def _has_news(self) -> bool:
        return bool(self._records or self._lines or self._attempts)

    def put(self, kind: str, key: str, record: msgspec.Struct) -> None:
        self._change(kind, key, record)

    def remove(self, kind: str, key: str) -> None:
        self._change(kind, key, None)

    def _change(self, kind: str, key: str, record: msgspec.Struct | None) -> None:
        if not self._is_file:
            return
        self._records[kind, key] = record
        if not self._is_late_coming:
            # For what nobody waits for. Outside a loop, as in a test of this file, whoever writes commits.
            with suppress(RuntimeError):
                asyncio.get_running_loop().call_later(COMMIT_SECONDS, self._commit_late)
                self._is_late_coming = True

    def load(self, kind: str, record_type: type[Record]) -> list[Record]:
        """All records of a kind in the order of their first putting."""
        self.commit()
        rows = self._db.execute("SELECT value FROM record WHERE kind = ? ORDER BY rowid", (kind,))
        return [msgspec.json.decode(row["value"], type=record_type) for row in rows]

    def put_media_data(self, media_id: str, data: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO media_data VALUES (?, ?)", (media_id, data))

    def media_data(self, media_id: str) -> bytes | None:
        row = self._db.execute("SELECT data FROM media_data WHERE id = ?", (media_id,)).fetchone()
        return None if row is None else bytes(row["data"])

    def remove_media_data(self, media_id: str) -> None:
        self._db.execute("DELETE FROM media_data WHERE id = ?", (media_id,))

    def append(self, entry: LedgerEntry) -> None:
        """Write what was accepted. `seq` and `attempts` are set here, whatever the entry says."""
        self._lines.append(entry)

    def count_attempt(self, channel: str, message_id: str, at: float) -> None:
        self._attempts.append((channel, message_id, at))

    def ledger(self, sought: Sought | None = None) -> list[LedgerEntry]:
        """What was accepted, oldest first."""
        self.commit()
        rows = self._db.execute(LEDGER, msgspec.structs.asdict(sought or Sought()))
        return [msgspec.convert(dict(row), type=LedgerEntry) for row in rows]

    def ledger_tail(self, count: int) -> list[LedgerEntry]:
        """The newest `count` entries, oldest first."""
        self.commit()
        row = self._db.execute("SELECT coalesce(max(seq), 0) AS last FROM ledger").fetchone()
        return self.ledger(Sought(after=max(0, int(row["last"]) - count), limit=count))

    def clear(self) -> None:
        """Forget everything, the ledger included. The boot number stays: ids are never used again."""
        self.commit()
        self._db.execute("BEGIN IMMEDIATE")
        for table in ("record", "media_data", "ledger", "attempt"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the four names stand in the line above
        self._db.execute("COMMIT")

    def close(self) -> None:
        self.commit()
        self._is_open = False
        self._db.close()


def line_of(entry: LedgerEntry) -> tuple[object, ...]:
    return (
        entry.id, entry.api, entry.channel, entry.recipient, entry.type, entry.body, entry.callback, entry.at,
    )  # fmt: skip
