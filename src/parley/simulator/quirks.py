"""The switches of a WAHA session, and the states it can be in."""

from typing import Literal

from msgspec import Struct

SessionStatus = Literal[
    "STOPPED", "STARTING", "SCAN_QR_CODE", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED", "WORKING",
    "FAILED",
]  # fmt: skip


class Quirks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a WAHA session departs from what is documented, as real ones were seen to do. All off by default.

    `answers`: a send is answered with the engine's own object, the documented WAMessage, or nothing.
    `acks`: ticks by code, by name or both. `lid_acks`: ticks name the hidden id of whom we wrote to by
    number. `unread`: no READ tick ever comes. `ack_errors`: a failed tick says why. `envelope`: webhooks say
    all, no engine at the top, or neither id nor time as those of old. `silent`: WORKING, and no webhook
    comes. `shown_status`: what reads say instead of the truth. `stuck_starts`: so many starts hang in
    STARTING. `ignores_start`: a session that is created to start stays STOPPED. `wants_passkey`: the scan
    leads to PASSKEY_REQUIRED. `without_me`: fields of `me` that are absent; "me" leaves all of it null.
    `timelock`: WhatsApp refuses first messages (error 463), told in `me` or untold, until `timelock_until`.
    `capping`: so many first messages, refused beyond. `media`: a file's address is dead until the message is
    asked for again, there is a file without an address or an error instead, or nothing is said of it. The QR
    timings are those of the configuration where they are None.
    """

    answers: Literal["engine", "documented", "empty"] = "engine"
    acks: Literal["both", "codes", "names"] = "both"
    lid_acks: bool = False
    unread: bool = False
    ack_errors: bool = False
    envelope: Literal["whole", "without_engine", "old"] = "whole"
    silent: bool = False
    shown_status: SessionStatus | None = None
    stuck_starts: int = 0
    ignores_start: bool = False
    wants_passkey: bool = False
    without_me: list[str] = []
    timelock: Literal["", "told", "untold"] = ""
    timelock_until: float | None = None
    capping: int | None = None
    media: Literal["there", "expired", "unloaded", "failed", "unsaid"] = "there"
    first_qr_seconds: float | None = None
    next_qr_seconds: float | None = None
    qr_rounds: int | None = None
