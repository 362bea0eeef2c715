"""The stages of a batch, each set-based; one with nothing to do costs nothing.

Between stages order does not matter to what is stored: each follows the clocks of what it is told. They stand
in the order in which they find most of what they refer to.
"""

from collections.abc import Iterable
from typing import TypeVar

from parley.channels.gateways.neutral import (
    Call,
    ChannelState,
    GroupChange,
    InboundMessage,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    NumberFacts,
    NumberNotice,
    PersonKnown,
    PollVote,
    PreferenceChange,
    ReactionChange,
    StatusChange,
    TemplateChange,
)
from parley.engines.announcing import announce
from parley.engines.apply.batch import Batch
from parley.engines.apply.calls import apply_calls, touch_calls
from parley.engines.apply.changes import apply_changes
from parley.engines.apply.channels import apply_channel_states
from parley.engines.apply.consent import apply_preferences
from parley.engines.apply.groups import apply_group_changes, apply_group_messages
from parley.engines.apply.knowing import apply_people_news
from parley.engines.apply.messages import apply_messages
from parley.engines.apply.number import announce_templates, apply_notices, apply_number_facts
from parley.engines.apply.statuses import apply_statuses

Kind = TypeVar("Kind", bound=NeutralEvent)


async def apply_stages(batch: Batch) -> list[tuple[str, str]]:
    """Apply every event of the batch. State and error of each row, in order."""
    events = [event for stored in batch.stored for event in stored.events]
    await _apply_to_number(batch, events)
    strangers = await apply_people_news(batch, _only(PersonKnown, events))
    messages = _only(InboundMessage, events)
    in_groups = await apply_group_messages(batch, messages)
    calls = _only(Call, events)
    new_calls = await apply_calls(batch, calls)
    applied = await apply_messages(batch, [*(m for m in messages if m.group_id is None), *new_calls])
    await touch_calls(batch, calls)
    statuses = [*applied.answers, *_only(StatusChange, events)]
    named = await apply_statuses(batch, statuses, named=applied.outbound)
    await apply_changes(
        batch,
        [
            event
            for event in events
            if isinstance(event, ReactionChange | MessageEdit | MessageRevoke | PollVote)
        ],
        arrived=[*in_groups, *applied.added, *named],
    )
    await apply_people_news(batch, strangers)  # perhaps they have written since
    await apply_preferences(batch, _only(PreferenceChange, events))
    await announce(batch.connection, batch.workspace_id, batch.facts)
    return batch.outcomes


async def _apply_to_number(batch: Batch, events: Iterable[NeutralEvent]) -> None:
    rare = [
        event
        for event in events
        if isinstance(event, ChannelState | NumberFacts | NumberNotice | TemplateChange | GroupChange)
    ]
    if not rare:
        return
    await apply_channel_states(batch, _only(ChannelState, rare))
    await apply_number_facts(batch, _only(NumberFacts, rare))
    await apply_notices(batch, _only(NumberNotice, rare))
    announce_templates(batch, _only(TemplateChange, rare))
    await apply_group_changes(batch, _only(GroupChange, rare))


def _only(kind: type[Kind], events: Iterable[NeutralEvent]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]
