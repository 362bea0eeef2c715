"""Outcomes are written down whatever the provider answered: one that cannot be stored costs no other."""

import asyncio
import secrets
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways.neutral import Accepted
from parley.contacts.models import ConsentEvent
from parley.core.environment import environment
from parley.engines.database import open_pool
from parley.engines.sender.claims import claim
from parley.engines.sender.lease import Lease, release_lease, take_lease
from parley.engines.sender.number import Number
from parley.engines.sender.outcomes import outcome_of
from parley.engines.sender.pacing import Pace
from parley.engines.sender.recording import Recorder
from parley.engines.tests.posting import cloud_text, post, signed_cloud
from parley.engines.tests.running import connect_channel, in_workspace, running_edge, until
from parley.engines.tests.sending import Chat
from parley.messaging.models import Conversation, MessageStatusEvent

ENDLESS = secrets.token_hex(10_000)
"""Longer than an index holds, even compressed."""


@pytest.fixture
def chats(cast: Cast) -> list[Chat]:
    """Three customers who have written to one number."""
    number = connect_channel(cast.alice.workspace.id, "cloud_api")
    with running_edge() as edge:
        for person in range(3):
            body = cloud_text(
                number.external_id, wa_id=f"551999876123{person}", id=f"wamid.{person}", text="Oi"
            )
            assert post(f"{edge}/hooks/{number.token}", body, signed_cloud(body))[0] == 200
        until(lambda: in_workspace(number.workspace_id, Conversation.objects.count) == 3)
    talks = in_workspace(number.workspace_id, lambda: list(Conversation.objects.all()))
    return [Chat(number, "cloud_api", talk) for talk in talks]


async def send_all(chat: Chat, answers: list[str]) -> None:
    """Claim what is queued and record these ids as the provider's answers."""
    place = {"workspace_id": chat.channel.workspace_id, "channel_id": chat.channel.id}
    async with open_pool(environment()) as pool:
        lease = await take_lease(pool, **place, holder=uuid4(), seconds=30)
        assert isinstance(lease, Lease)
        claimed = await claim(pool, lease, Number(), pace=Pace(0), most=10)
        assert claimed is not None
        recorder = Recorder(pool, lease)
        for item, provider_id in zip(claimed.claims, answers, strict=True):
            recorder.add(outcome_of(item, Accepted(provider_message_id=provider_id), retry_seconds=1))
        await recorder.flush()
        await release_lease(pool, lease)


@pytest.mark.parametrize("bad", ["wamid.same", "wamid.with\0nul", ENDLESS], ids=["twice", "NUL", "endless"])
def test_an_answer_that_cannot_be_stored_leaves_only_its_own_message_in_doubt(
    chats: list[Chat], bad: str
) -> None:
    messages = [chat.queue(f"Olá {number}") for number, chat in enumerate(chats)]
    asyncio.run(send_all(chats[0], ["wamid.same", bad, "wamid.last"]))
    found = [chat.message(message).status for chat, message in zip(chats, messages, strict=True)]
    assert found == ["accepted", "uncertain", "accepted"]


def test_a_failure_that_overtook_its_answer_still_spares_the_person(chats: list[Chat]) -> None:
    chat = chats[0]
    message = chat.queue("Promoção!")

    def overtake() -> None:
        MessageStatusEvent.objects.create(
            workspace_id=chat.channel.workspace_id, channel_id=chat.channel.id, status="failed",
            provider_message_id="wamid.early", at=datetime.now(UTC), error_code="131050",
        )  # fmt: skip

    in_workspace(chat.channel.workspace_id, overtake)
    asyncio.run(send_all(chat, ["wamid.early"]))
    assert chat.message(message).status == "failed"
    events = in_workspace(
        chat.channel.workspace_id, lambda: list(ConsentEvent.objects.values_list("state", "source"))
    )
    assert events == [("revoked", "error")]


def test_the_fence_grows_with_every_taking(chats: list[Chat]) -> None:
    """What this process itself left claimed is in doubt too, once it takes the channel again."""

    async def take(times: int) -> list[int]:
        holder, fences = uuid4(), []
        async with open_pool(environment()) as pool:
            for _ in range(times):
                lease = await take_lease(
                    pool, workspace_id=chats[0].channel.workspace_id, channel_id=chats[0].channel.id,
                    holder=holder, seconds=30,
                )  # fmt: skip
                assert lease is not None
                fences.append(lease.fence)
        return fences

    assert asyncio.run(take(3)) == [1, 2, 3]
