"""The page docs/protocol-coverage.md: what becomes of everything that the providers are known to say.

python -m dev.coverage

The captures it is made from are not part of the project. They lie beside the checkout where somebody
collected them, in ../shared/protocols/fixtures.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from dev.coverage_words import describe, place
from parley.channels.gateways import PROVIDERS, gateway_for
from parley.channels.gateways.cloud_api.codes import CODES
from parley.channels.gateways.cloud_api.errors import refusal as cloud_refusal
from parley.channels.gateways.cloud_api.outbound import sent_in
from parley.channels.gateways.failures import Consequence
from parley.channels.gateways.gateway import Ability
from parley.channels.gateways.neutral import Kept
from parley.channels.gateways.waha.errors import VERDICTS
from parley.channels.gateways.waha.errors import refusal as waha_refusal
from parley.channels.gateways.waha.outbound import message_id_in
from parley.core.http import Response

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "protocol-coverage.md"
CAPTURES: Final = ROOT.parent / "shared" / "protocols" / "fixtures"

_HEAD: Final = """\
# What of the protocols is understood

Written by `python -m dev.coverage` from the captures and documented samples of both providers. Every webhook
is translated by the gateway itself: what stands here is what happens, and a test keeps the page current.
"""
_LEGEND: Final = """\
*kept* means understood, stored and deliberately not applied. **parked** means stored for a later version,
and shown to admins until then.
"""
_ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "cloud_api": ("response_post_phone_number_id_messages_200_", "response_post_phone_number_id_marketing_"),
    "waha": ("response_send", "response_post_sendpoll_"),
}
_READ: Final[dict[str, dict[str, str]]] = {
    "cloud_api": {
        "response_get_media_id_200_": "where a file is",
        "response_post_phone_number_id_media_200_": "the id of an uploaded file",
        "response_get_phone_number_id_200_": "the number, its quality and limits",
        "response_get_phone_number_id_whatsapp_business_profile_200_": "what customers see of the business",
        "response_get_waba_id_subscribed_apps_200_": "whether events are sent to us",
        "response_post_waba_id_subscribed_apps_200_": "that events are sent to us",
        "response_post_phone_number_id_block_users_200_": "that somebody is blocked",
        "response_delete_phone_number_id_block_users_200_": "that somebody is no longer blocked",
    },
    "waha": {
        "response_get_session_chats_chatid_messages": "what was said while nothing was heard",
        "response_chat_messages_": "what was said while nothing was heard",
        "response_engines_noweb_get_messages": "what was said while nothing was heard",
        "response_get_contacts_check_exists_": "whether a number is on WhatsApp",
        "response_post_session_auth_request_code_": "the code to type",
        "response_chats_overview_": "which chats have news",
        "response_post_session_chats_overview_": "which chats have news",
        "response_get_session_lids_lid_": "whose number a hidden id is",
        "response_get_session_lids_pn_": "the hidden id of a number",
        "response_get_server_version": "version and engine",
        "response_get_sessions_session.": "the session's state",
    },
}


def main() -> int:
    """Write the page. Prints where it is, or what is missing."""
    if not CAPTURES.is_dir():
        sys.stderr.write(f"There is no folder {CAPTURES}: nothing to make the page from.\n")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")
    return 0


def page() -> str:
    """The page as it should be."""
    parts = [_HEAD, "\n".join(_sending()), "\n".join(_codes()), "\n".join(_verdicts())]
    for provider in PROVIDERS:
        label = gateway_for(provider).label
        parts.append("\n".join([f"## {label}: what comes in", "", _LEGEND, *_received(provider)]))
        parts.append("\n".join([f"## {label}: answers", "", *_answered(provider)]))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _sending() -> Iterator[str]:
    gateways = [gateway_for(provider) for provider in PROVIDERS]
    yield "## What can be sent and done"
    yield ""
    yield f"| | {' | '.join(gateway.label for gateway in gateways)} |"
    yield f"|---{'|---' * len(gateways)}|"
    for ability in get_args(Ability):
        can = ("yes" if ability in gateway.abilities else "no" for gateway in gateways)
        yield f"| {ability.replace('_', ' ')} | {' | '.join(can)} |"


def _codes() -> Iterator[str]:
    yield "## Meta's error codes"
    yield ""
    yield "By code and never by HTTP status alone, for refused calls and for `failed` statuses alike."
    yield ""
    yield "| For the messages after it | Codes |"
    yield "|---|---|"
    for consequence in get_args(Consequence):
        codes = sorted(code for code, verdict in CODES.items() if verdict.consequence == consequence)
        if codes:
            yield f"| {consequence.replace('_', ' ')} | {', '.join(_ranges(codes))} |"
    faults = sorted(code for code, verdict in CODES.items() if verdict.may_have_acted)
    yield ""
    yield f"With an HTTP status of 500 or more, the codes {', '.join(_ranges(faults))}"
    yield "leave open whether a message left: it is uncertain then, and not sent again by itself."


def _verdicts() -> Iterator[str]:
    yield "## WAHA's failures"
    yield ""
    yield "WAHA has no codes. What an answer says decides, not its HTTP status; the codes are Parley's."
    yield ""
    yield "| Code | Kind | For the messages after it | What people are told |"
    yield "|---|---|---|---|"
    for one in VERDICTS:
        yield f"| {one.code} | {one.kind} | {one.consequence.replace('_', ' ')} | {one.message} |"


def _ranges(codes: list[int]) -> Iterator[str]:
    """The codes, runs of more than two put together."""
    begin = last = codes[0]
    for code in [*codes[1:], -1]:
        if code == last + 1:
            last = code
            continue
        yield from [f"{begin}–{last}"] if last - begin > 1 else map(str, range(begin, last + 1))
        begin = last = code


def _received(provider: str) -> Iterator[str]:
    gateway, counts = gateway_for(provider), {"applied": 0, "kept": 0, "parked": 0}
    rows = []
    for path in _captures(provider, "webhook_"):
        for raw in gateway.split(path.read_bytes()):
            events = gateway.translate(raw.payload)
            told = [describe(event, gateway) for event in events]
            rows.append(f"| {_name(path, 'webhook_')} | {place(raw.payload)} | {'<br>'.join(told)} |")
            kept = [event for event in events if isinstance(event, Kept)]
            state = "applied" if len(kept) < len(events) else "kept"
            counts["parked" if any(event.is_unsupported for event in kept) else state] += 1
    yield ", ".join(f"{count} {state}" for state, count in counts.items()) + "."
    yield ""
    yield "| Capture | Says | Becomes |"
    yield "|---|---|---|"
    yield from rows


def _answered(provider: str) -> Iterator[str]:
    yield "| Capture | Is read as |"
    yield "|---|---|"
    for path in _captures(provider, "error_"):
        yield f"| {_name(path, '')} | {_failure(provider, path)} |"
    others = 0
    for path in _captures(provider, "response_"):
        said = _answer(provider, path)
        others += said is None
        if said is not None:
            yield f"| {_name(path, 'response_')} | {said} |"
    yield ""
    yield f"{others} further captures are answers to calls that Parley does not make."


def _failure(provider: str, path: Path) -> str:
    digits = "".join(filter(str.isdigit, path.name))[:3]  # every name begins with the HTTP status
    judge = {"cloud_api": cloud_refusal, "waha": waha_refusal}[provider]
    error = judge(Response(status=int(digits), headers={}, body=path.read_bytes()))
    return f"{error.kind} (`{error.code}`), then {error.consequence.replace('_', ' ')}"


def _answer(provider: str, path: Path) -> str | None:
    body = path.read_bytes()
    if path.name.startswith(_ANSWERS[provider]):
        sent = message_id_in(body) if provider == "waha" else sent_in(body)
        return "a message that was sent" if sent is not None else "that it was done"
    return next((said for start, said in _READ[provider].items() if path.name.startswith(start)), None)


def _captures(provider: str, prefix: str) -> list[Path]:
    return sorted((CAPTURES / provider).glob(f"{prefix}*.json"))


def _name(path: Path, prefix: str) -> str:
    return path.stem.removeprefix(prefix).replace("_", " ")


if __name__ == "__main__":
    sys.exit(main())
