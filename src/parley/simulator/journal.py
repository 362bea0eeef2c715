"""The simulator's memory on disk: one SQLite file that survives `kill -9`.

Records are stored as JSON by kind and key and replaced when they change; the ledger and its attempts are only
ever appended to. WAL with `synchronous=NORMAL` keeps every commit when the process dies (not when the power
does, which nobody asks of a simulator).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from parley.simulator.records import LedgerEntry

Record = TypeVar("Record", bound=msgspec.Struct)

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

LEDGER = """
SELECT seq, id, api, channel, recipient, type, body, callback, at,
  (SELECT count(*) FROM attempt WHERE attempt.channel = ledger.channel AND attempt.id = ledger.id) AS attempts
FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?
"""


class Journal:
    """Used by one thread at a time: the one that runs the simulator's event loop."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; committed when the block ends."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def put(self, kind: str, key: str, record: msgspec.Struct) -> None:
        value = msgspec.json.encode(record).decode()
        self._db.execute(
            "INSERT INTO record VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
            (kind, key, value),
        )

    def remove(self, kind: str, key: str) -> None:
        self._db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))

    def load(self, kind: str, record_type: type[Record]) -> list[Record]:
        """All records of a kind in the order of their first putting."""
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
        self._db.execute(
            "INSERT INTO ledger (id, api, channel, recipient, type, body, callback, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.id,
                entry.api,
                entry.channel,
                entry.recipient,
                entry.type,
                entry.body,
                entry.callback,
                entry.at,
            ),
        )

    def count_attempt(self, channel: str, message_id: str, at: float) -> None:
        self._db.execute("INSERT INTO attempt (channel, id, at) VALUES (?, ?, ?)", (channel, message_id, at))

    def ledger(self, *, after: int = 0, limit: int = 1_000_000) -> list[LedgerEntry]:
        rows = self._db.execute(LEDGER, (after, limit))
        return [msgspec.convert(dict(row), type=LedgerEntry) for row in rows]

    def ledger_tail(self, count: int) -> list[LedgerEntry]:
        """The newest `count` entries, oldest first."""
        row = self._db.execute("SELECT coalesce(max(seq), 0) AS last FROM ledger").fetchone()
        return self.ledger(after=max(0, int(row["last"]) - count), limit=count)

    def clear(self) -> None:
        """Forget everything, the ledger included. The boot number stays: ids are never used again."""
        with self.transaction():
            for table in ("record", "media_data", "ledger", "attempt"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the four names stand in the line above

    def close(self) -> None:
        self._db.close()
