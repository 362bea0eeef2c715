"""What the provider says about the number itself."""

from parley.channels.gateways.neutral import ChannelState
from parley.core.ids import new_id
from parley.engines.announcing import Fact
from parley.engines.apply.batch import Batch, sql


async def apply_channel_states(batch: Batch, states: list[ChannelState]) -> None:
    """Follow the states in order; an older word than the last one changes nothing."""
    before = batch.channel.status
    for state in sorted(states, key=lambda state: state.at):
        parameters = {
            **batch.parameters,
            "id": new_id(),
            "status": state.status,
            "before": before,
            "at": state.at,
            "detail": state.detail,
            "phone_number": state.phone_number,
            "display_name": state.display_name,
            "is_refusal": state.is_refusal,
        }
        cursor = await batch.connection.execute(sql("change_channel", "number"), parameters)
        if cursor.rowcount == 0:
            continue
        # A session says SCAN_QR again for every new code: the page must fetch it, the history need not grow.
        if state.status != before:
            await batch.connection.execute(sql("note_channel_state", "number"), parameters)
        if state.status == "working" and before != "working":
            await batch.connection.execute(sql("resume_queue", "number"), parameters)
            await batch.connection.execute(sql("wake_sender", "number"), parameters)
        before = state.status
        batch.facts.append(
            Fact(
                "channel.state_changed",
                "channel",
                batch.channel.id,
                {"status": state.status},
                (f"channel:{batch.channel.id}", "inbox"),
            )
        )
