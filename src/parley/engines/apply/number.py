"""What the provider measures and decides about the number, its account and its templates."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from parley.channels.gateways.neutral import NumberFacts, NumberNotice, TemplateChange
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, as_json, sql

_KEPT_AS: Final[Mapping[str, tuple[str, str]]] = {
    "quality": ("quality_rating", "quality"),
    "messaging_limit": ("messaging_limit", "limit"),
    "throughput_mps": ("throughput_mps", "throughput"),
    "phone_number": ("phone_number", ""),
    "display_name": ("display_name", "name"),
    "name_status": ("name_status", "name"),
    "profile": ("profile", ""),
}
"""Of each fact: where it stands, and the kind of its row in the channel's history, '' where it has none."""


async def apply_number_facts(batch: Batch, facts: Sequence[NumberFacts]) -> None:
    """Keep what was told last of each measure, and note in the channel's history what changed.

    An account tells of all its numbers through one of them: what names another number is left to the reading
    of that one.
    """
    if not facts:
        return
    stands = (await batch.rows(sql("lock_facts", "number")))[0]
    told_at: dict[str, str] = dict(stands.pop("facts_told_at") or {})
    before = dict(stands)
    noted: list[tuple[str, str, str, Any]] = []
    about = [told for told in facts if told.phone_number in {None, stands["phone_number"]}]
    for told in sorted(about, key=lambda told: told.at):
        moment = told.at.isoformat()
        for name, (column, kind) in _KEPT_AS.items():
            value = getattr(told, name)
            if value is None or told_at.get(name, "") > moment:
                continue
            told_at[name] = moment
            if kind and value != stands[column]:
                noted.append((kind, _text(stands[column]), _text(value), told.at))
            stands[column] = value
    changed = sorted(column for column, value in stands.items() if value != before[column])
    await batch.rows(
        sql("keep_facts", "number"),
        **{column: stands[column] for column, _ in _KEPT_AS.values() if column != "profile"},
        profile=None if stands["profile"] is None else as_json(stands["profile"]),
        told_at=as_json(told_at),
    )
    if not changed:
        return
    await _note(batch, [(batch.channel.id, kind, was, now, "", at) for kind, was, now, at in noted])
    batch.facts.append(_channel_fact(batch.channel.id, "channel.facts_changed", {"changed": changed}))


async def apply_notices(batch: Batch, notices: Sequence[NumberNotice]) -> None:
    """Write each into the history of the number, or of every number of the account that it is about."""
    if not notices:
        return
    every = [batch.channel.id]
    if any(notice.about_account for notice in notices):
        rows = await batch.rows(
            sql("channels_of_account", "number"),
            waba=batch.channel.waba_id,
            portfolio=batch.channel.portfolio_id,
        )
        every = sorted({batch.channel.id, *(row["id"] for row in rows)})
    heard = {  # of the same said many times in a batch, the first
        (channel, notice.severity, notice.kind, _detail(notice)): (channel, notice)
        for notice in sorted(notices, key=lambda notice: notice.at, reverse=True)
        for channel in (every if notice.about_account else [batch.channel.id])
    }
    about = list(heard.values())
    fresh = await _note(
        batch,
        [(channel, "notice", one.severity, one.kind, _detail(one), one.at) for channel, one in about],
    )
    batch.facts += [
        _channel_fact(
            channel,
            "channel.notice",
            {
                "kind": one.kind,
                "severity": one.severity,
                "until": one.until.isoformat() if one.until else None,
            },
        )
        for channel, one in about
        if (channel, one.kind) in fresh
    ]


def announce_templates(batch: Batch, changes: Sequence[TemplateChange]) -> None:
    """Say what is new of templates; who keeps templates reads it there, or asks the provider."""
    batch.facts += [
        _channel_fact(
            batch.channel.id,
            "template.changed",
            {
                "external_id": change.external_id,
                "name": change.name,
                "language": change.language,
                "status": change.status,
                "reason": change.reason,
                "quality": change.quality,
                "category": change.category,
                "previous_category": change.previous_category,
                "has_new_components": change.components is not None,
                "at": change.at.isoformat(),
            },
        )
        for change in changes
    ]


async def _note(batch: Batch, lines: Sequence[tuple[UUID, str, str, str, str, Any]]) -> set[tuple[UUID, str]]:
    """Rows of the channels' history; a line that is there already is not written again."""
    if not lines:
        return set()
    rows = await batch.rows(
        sql("note_news", "number"),
        id=[new_id() for _ in lines],
        about=[line[0] for line in lines],
        kind=[line[1] for line in lines],
        before=[line[2] for line in lines],
        after=[line[3] for line in lines],
        detail=[line[4] for line in lines],
        at=[line[5] for line in lines],
    )
    return {(row["channel_id"], row["to"]) for row in rows}


def _detail(notice: NumberNotice) -> str:
    until = f" Until {notice.until:%Y-%m-%d %H:%M} UTC." if notice.until else ""
    return f"{notice.detail}{until}"


def _channel_fact(channel: UUID, kind: str, data: dict[str, object]) -> Fact:
    return Fact(kind, "channel", channel, data, (f"channel:{channel}", "inbox"))


def _text(value: object) -> str:
    return "" if value is None else str(value)
