"""The ways from one state of a number to another, and what each is called in its history.

A provider tells states, it does not ask: a way that is not in the table is believed all the same, and named
`jump`, because between two words that reached us a third may have got lost.
"""

from typing import Final

UNPLANNED: Final = "jump"

_STEPS: Final = {
    ("stopped", "starting"): "start",
    ("starting", "scan_qr"): "ask_for_phone",
    ("starting", "working"): "connect",
    ("scan_qr", "passkey"): "ask_for_passkey",
    ("scan_qr", "starting"): "pair",
    ("scan_qr", "working"): "pair",
    ("passkey", "scan_qr"): "ask_for_phone",
    ("passkey", "working"): "pair",
    ("working", "starting"): "restart",
    ("working", "scan_qr"): "lose_phone",
    ("failed", "starting"): "restart",
    ("failed", "scan_qr"): "ask_for_phone",
    ("failed", "working"): "recover",
    ("stopped", "working"): "resume",
}


def step(before: str, after: str) -> str:
    """The name of a change of state: every state may `fail` or `stop`."""
    if after == "failed":
        return "fail"
    if after == "stopped":
        return "stop"
    return _STEPS.get((before, after), UNPLANNED)
