"""Plays the stories: customers write by themselves, wait for the shop, read, type and go on."""

import asyncio
import contextlib
import itertools

from parley.core.errors import DomainError
from parley.simulator.background import Background
from parley.simulator.people.phones import Letter, Phones
from parley.simulator.people.scenarios import (
    STORIES,
    Answer,
    Document,
    Photo,
    Pin,
    Quote,
    React,
    Say,
    Step,
    Sticker,
    Story,
    Voice,
)
from parley.simulator.records import Message, Presence
from parley.simulator.traffic import Traffic
from parley.simulator.world import World

BETWEEN_STORIES = (9.0, 16.0)
THINKING = (1.5, 5.0)
SECONDS_PER_LETTER = 0.06
LONGEST_TYPING = 7.0
PATIENCE = 600.0
REST = (1200.0, 3600.0)


class Scripts:
    """Starts the stories one after the other. `pace` 2 is twice as fast; nobody is hurried below it."""

    def __init__(self, world: World, traffic: Traffic, phones: Phones, background: Background) -> None:
        self.world = world
        self.traffic = traffic
        self.phones = phones
        self.background = background
        self.pace = world.configuration.script_pace
        self.channels: list[str] = []
        """Where scripted customers write; empty means every channel that is open."""
        self._tasks: list[asyncio.Task[None]] = []
        self._written: dict[tuple[str, str], asyncio.Event] = {}

    @property
    def is_running(self) -> bool:
        return any(not task.done() for task in self._tasks)

    def introduce_people(self) -> None:
        """Every customer of the stories exists from the beginning, with name and language."""
        for story in STORIES:
            if story.wa_id not in self.world.people:
                person = self.world.make_person(story.wa_id, name=story.name, language=story.language)
                self.world.save_person(person)

    def start(self) -> None:
        if not self.is_running:
            self._tasks = [self.background.spawn(self._run())]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def shop_wrote(self, message: Message) -> None:
        if (event := self._written.get((message.channel, message.wa_id))) is not None:
            event.set()

    async def _run(self) -> None:
        for story in STORIES:
            self._tasks.append(self.background.spawn(self._live(story)))
            await self._pause(*BETWEEN_STORIES)

    async def _live(self, story: Story) -> None:
        """Play the story from where it stood, rest, and come back with it another day."""
        channel = await self._open_channel(story)
        steps = self._left(story, channel)
        while True:
            # The channel may be closed in the middle of the story; the next round finds another.
            with contextlib.suppress(DomainError):
                await self._play(story, channel, steps)
            await self._pause(*REST)
            channel, steps = await self._open_channel(story), story.steps

    def _left(self, story: Story, channel: str) -> tuple[Step, ...]:
        """What the story has after the last thing said; somebody who waited long enough goes on at once."""
        words = [message.body for message in self.world.chat(channel, story.wa_id) if not message.from_us]
        last = next((body for body in reversed(words) if body), None)
        said = [place for place, step in enumerate(story.steps, start=1) if last and words_of(step) == last]
        if not said:
            return story.steps
        left = tuple(itertools.dropwhile(lambda step: isinstance(step, Answer), story.steps[said[-1] :]))
        return left or story.steps

    async def _open_channel(self, story: Story) -> str:
        while True:
            wanted = [self.phones.channel(name) for name in self.channels] or self.world.channels()
            own = [channel for channel in wanted if channel.partition(":")[2] == story.channel]
            if ready := [channel for channel in own or wanted if self.world.channel_is_open(channel)]:
                return self.world.identities.random.choice(ready)
            await asyncio.sleep(1)

    async def _play(self, story: Story, channel: str, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if isinstance(step, Answer):
                await self._wait_for_shop(story, channel)
                self.phones.read(story.wa_id, channel)
            else:
                await self._pause(*THINKING)
                await self._act(story, channel, step)

    async def _wait_for_shop(self, story: Story, channel: str) -> None:
        key = (channel, story.wa_id)
        if self._shop_wrote_last(channel, story.wa_id):
            return
        self._written[key] = asyncio.Event()
        # A customer who hears nothing goes on in the end.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE / self.pace):
                await self._written[key].wait()
        self._written.pop(key, None)
        await self._pause(*THINKING)

    def _shop_wrote_last(self, channel: str, wa_id: str) -> bool:
        chat = self.world.chat(channel, wa_id)
        return bool(chat) and chat[-1].from_us

    async def _act(self, story: Story, channel: str, step: Step) -> None:
        letter = self._letter(story, channel, step)
        if letter is None:
            return
        presence: Presence = "recording" if letter.type == "voice" else "typing"
        seconds = letter.seconds if letter.type == "voice" else SECONDS_PER_LETTER * max(8, len(letter.body))
        if letter.type != "reaction":
            self.phones.show_presence(story.wa_id, channel, presence)
            await asyncio.sleep(min(LONGEST_TYPING, seconds) / self.pace)
            self.phones.show_presence(story.wa_id, channel, "paused")
        self.phones.write(story.wa_id, letter)

    def _letter(self, story: Story, channel: str, step: Step) -> Letter | None:
        from_shop = [message for message in self.world.chat(channel, story.wa_id) if message.from_us]
        last = from_shop[-1].id if from_shop else None
        match step:
            case Say(text):
                return Letter(channel=channel, body=text)
            case Quote(text):
                return Letter(channel=channel, body=text, quoted_id=last)
            case Photo(thing, caption):
                return Letter(channel=channel, type="image", picture=thing, body=caption)
            case Voice(seconds):
                return Letter(channel=channel, type="voice", seconds=seconds)
            case Document(filename, caption):
                return Letter(channel=channel, type="document", filename=filename, body=caption)
            case Pin(place):
                return Letter(channel=channel, type="location", location=place)
            case Sticker():
                return Letter(channel=channel, type="sticker")
            case React(emoji) if last is not None:
                return Letter(channel=channel, type="reaction", target_id=last, emoji=emoji)
            case _:
                return None

    async def _pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self.world.identities.random.uniform(least, most) / self.pace)


def words_of(step: Step) -> str:
    """The text by which a step is recognised in the chat; empty for one without."""
    match step:
        case Say(text) | Quote(text):
            return text
        case Photo(_, caption) | Document(_, caption):
            return caption
        case _:
            return ""
