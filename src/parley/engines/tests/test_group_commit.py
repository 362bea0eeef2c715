"""Many requests, one commit: none is answered before it, none starves, none is forgotten."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from parley.access.tests.factories import Cast
from parley.channels.gateways.kept import EventRow
from parley.core.database_urls import engine_url
from parley.core.environment import environment
from parley.core.ids import new_id
from parley.engines.ingest import group_commit
from parley.engines.ingest.group_commit import GroupCommit
from parley.engines.ingest.room import Overloaded, Room
from parley.engines.tests.running import Connected, connect_channel, in_workspace
from parley.messaging.models import InboundEvent

Work = Callable[[GroupCommit], Coroutine[Any, Any, Any]]


def row(channel: Connected, key: str, payload: str = "{}") -> EventRow:
    return EventRow(channel.workspace_id, new_id(), channel.id, key, payload, None, "{}", "new", "")


def running(work: Work) -> Any:
    """The answer of `work`, with writers beside it."""

    async def both() -> Any:
        commit = GroupCommit(environment(), on_kept=lambda: None)
        writing = asyncio.create_task(commit.run())
        try:
            return await work(commit)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    return asyncio.run(both())


@pytest.fixture
def channel(database: str, cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


def keys(channel: Connected) -> list[str]:
    stored = InboundEvent.objects.order_by("id").values_list("dedupe_key", flat=True)
    return list(in_workspace(channel.workspace_id, lambda: list(stored)))


def test_each_caller_hears_how_many_of_its_own_were_new(channel: Connected) -> None:
    async def work(commit: GroupCommit) -> list[int]:
        await commit.keep([row(channel, "a")])
        batches = ["ab", "cdc", "a"]
        return await asyncio.gather(*(commit.keep([row(channel, key) for key in keys]) for keys in batches))

    assert running(work) == [1, 2, 0]
    assert keys(channel) == ["a", "b", "c", "d"]


def test_a_bad_row_costs_the_others_nothing(channel: Connected) -> None:
    async def work(commit: GroupCommit) -> list[int]:
        rows = [row(channel, "good"), row(channel, "bad", '{"n": 1e999999}')]
        return await asyncio.gather(*(commit.keep([one]) for one in rows))

    assert running(work) == [1, 1]
    assert sorted(keys(channel)) == ["bad", "good"]
    bad = in_workspace(channel.workspace_id, lambda: InboundEvent.objects.get(dedupe_key="bad"))
    assert (bad.state, bytes(bad.raw)) == ("parked", b'{"n": 1e999999}')


def test_a_connection_that_died_meanwhile_costs_nobody_a_refusal(channel: Connected) -> None:
    async def work(commit: GroupCommit) -> int:
        await commit.keep([row(channel, "before")])
        end_engines()
        return await commit.keep([row(channel, "after")])

    assert running(work) == 1
    assert keys(channel) == ["before", "after"]


def end_engines() -> None:
    """As a restart of the server ends them."""
    with psycopg.connect(engine_url(environment()), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def test_a_flood_leaves_places_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "_MOST_ROWS", 10)
    flooding, quiet, third = (Connected(uuid4(), uuid4(), "", "") for _ in range(3))

    async def scenario() -> None:
        commit = GroupCommit(environment(), on_kept=lambda: None)
        waiting = [asyncio.ensure_future(commit.keep([row(flooding, str(n))])) for n in range(100)]
        waiting += [asyncio.ensure_future(commit.keep([row(one, "only")])) for one in (quiet, third)]
        await asyncio.sleep(0)
        first = [request.rows[0] for request in commit._take()]
        assert len(first) == 10
        assert {one.workspace_id for one in first} == {one.workspace_id for one in (flooding, quiet, third)}
        # What is under way of a workspace comes first: its next rows wait for it.
        assert [one.dedupe_key for one in first if one.workspace_id == flooding.workspace_id] == list(
            "01234567"
        )
        assert commit._take() == []
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(scenario())


def test_who_got_nothing_is_first_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "_MOST_ROWS", 3)
    channels = [Connected(UUID(int=n), uuid4(), "", "") for n in range(1, 6)]

    async def scenario() -> None:
        commit = GroupCommit(environment(), on_kept=lambda: None)
        waiting = [
            asyncio.ensure_future(commit.keep([row(one, str(n))])) for n in range(2) for one in channels
        ]
        await asyncio.sleep(0)
        rounds = []
        for _ in range(3):
            taken = commit._take()
            rounds.append([request.place for request in taken])
            commit._being_written.clear()
        assert rounds == [[1, 2, 3], [4, 5, 1], [2, 3, 4]]
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(scenario())


def test_too_much_is_refused_at_once_and_of_one_workspace_earlier() -> None:
    greedy, other = uuid4(), uuid4()
    room = Room(100)
    room.take(greedy, 50)
    with pytest.raises(Overloaded):
        room.take(greedy, 1)
    room.take(other, 50)
    with pytest.raises(Overloaded):
        room.take(uuid4(), 1)
    room.give_back(greedy, 50)
    room.take(greedy, 30)
    room.give_back(greedy, 30)
    room.give_back(other, 50)
    room.take(other, 1_000)  # more than fits in all would wait for ever otherwise


def test_the_database_away_is_told_at_once(channel: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    away = psycopg.OperationalError("away")

    async def connect(_environment: object) -> None:
        raise away

    monkeypatch.setattr(group_commit, "connect", connect)

    async def work(commit: GroupCommit) -> list[BaseException | int]:
        return await asyncio.gather(
            *(commit.keep([row(channel, str(n))]) for n in range(3)), return_exceptions=True
        )

    assert running(work) == [away] * 3
    assert keys(channel) == []
