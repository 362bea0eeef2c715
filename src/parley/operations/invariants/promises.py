"""What must always hold, each with the statement that looks for its breach and what to do about one.

The numbers are those of `docs/guarantees.md`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Promise:
    """`statement` names a query in `sql/invariants.sql` or `sql/invariants_of_all.sql`."""

    number: str
    statement: str
    remedy: str


_REPORT: Final = "This is a fault in Parley: report it with the lines above."
_SENDER: Final = "Look whether `parley sender` runs and what its log says."
_EDGE: Final = "Look whether `parley root` (or `edge`) runs and what its log says."
_WORKER: Final = "Look whether `parley worker` runs and what its log says."

OF_A_WORKSPACE: Final = (
    Promise("I1", "announced_twice", _REPORT),
    Promise("I1", "reasonless_events", _REPORT),
    Promise("I2", "unannounced_writes", _REPORT),
    Promise("I3", "accepted_twice", "Somebody may have got a message twice. " + _REPORT),
    Promise("I3", "uncounted_attempts", _REPORT),
    Promise("I3", "shared_references", _REPORT),
    Promise("I3", "unexplained_doubt", _REPORT),
    Promise("I3", "underived_states", _REPORT),
    Promise("I3", "unapplied_statuses", _REPORT),
    Promise("I4", "strayed_messages", _REPORT),
    Promise("I5", "waiting_events", _EDGE),
    Promise("I5", "idle_queues", _SENDER),
    Promise("I5", "forgotten_sends", _SENDER),
    Promise("I5", "open_tries", _SENDER),
    Promise("I5", "lost_files", _WORKER),
    Promise("I5", "old_changes", _WORKER),
    Promise("I6", "unwitnessed_resends", _REPORT),
    Promise("I6", "unwitnessed_removals", _REPORT),
    Promise("I7", "spoken_events", _REPORT),
    Promise("I9", "untrue_lines", _REPORT),
    Promise("I9", "impossible_counts", _REPORT),
    Promise("I9", "ignored_refusals", _REPORT),
)
OF_ALL: Final = (
    Promise(
        "I1", "broken_indexes", "REINDEX INDEX CONCURRENTLY as the owner; until then, twins may come in."
    ),
    Promise("I5", "overdue_jobs", _WORKER),
    Promise("I5", "orphaned_jobs", _WORKER),
    Promise("I7", "spoken_jobs", _REPORT),
    Promise("I8", "idle_transactions", _REPORT),
)
UNAPPLIED: Final = Promise("I1", "missing_of_applied", _REPORT)
APART: Final = Promise(
    "I4", "catalogue", "Tenants may not be kept apart. Stop, run `parley migrate`, look again."
)
SEALED: Final = Promise(
    "I7", "secrets", "Start with the key this was stored with, or enter the channel's keys again."
)
READY: Final = Promise("I8", "readiness", "Look at /readyz and at the log.")
PROMISES: Final = (*OF_A_WORKSPACE, *OF_ALL, UNAPPLIED, APART, SEALED, READY)
