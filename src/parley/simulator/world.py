"""The state of the simulated world: everything in memory, every change in the journal first."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable

import msgspec

from parley.simulator.clock import Clock, RealClock, VirtualClock
from parley.simulator.configuration import Configuration, DeliveryHabits, Limits, Pace
from parley.simulator.identities import Identities
from parley.simulator.journal import Journal
from parley.simulator.numbers import digits_of, variants
from parley.simulator.records import Account, App, Media, Message, Number, Person, Session, Template


class World:
    """Sessions, numbers, people, chats and files. Reads are plain attributes; writes go through `save_…`."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.clock: Clock = (
            VirtualClock(configuration.clock_start) if configuration.is_deterministic else RealClock()
        )
        self.journal = Journal(configuration.store_path)
        self.identities = Identities(configuration.seed, self.journal.begin_boot())
        self.pace: Pace = configuration.pace
        self.limits: Limits = configuration.limits
        self.delivery_habits: DeliveryHabits = configuration.delivery_habits
        self.engine = configuration.engine
        self.base_url = configuration.public_url
        """Where callers reach this server, for the addresses of files; learned from their requests."""
        self._listeners: set[asyncio.Queue[list[str]]] = set()
        self._forgetters: list[Callable[[], None]] = []
        self._load()

    def _load(self) -> None:
        load = self.journal.load
        self.people = {person.wa_id: person for person in load("person", Person)}
        self.sessions = {session.name: session for session in load("session", Session)}
        self.apps = {app.id: app for app in load("app", App)}
        self.accounts = {account.id: account for account in load("account", Account)}
        self.numbers = {number.id: number for number in load("number", Number)}
        self.media = {media.id: media for media in load("media", Media)}
        self.templates: dict[str, Template] = {}
        self._templates_by_name: dict[tuple[str, str, str], Template] = {}
        for template in load("template", Template):
            self._index_template(template)
        self.messages: dict[tuple[str, str], Message] = {}
        self.chats: dict[tuple[str, str], list[str]] = {}
        self._last_written: dict[tuple[str, str], float] = {}
        for message in load("message", Message):
            self._index(message)

    def now(self) -> float:
        """Seconds since 1970, of the real or of the virtual time."""
        return self.clock.now()

    # People

    def person(self, wa_id: str) -> Person:
        """The person with this number, in whichever national form; a new one if there is none."""
        known = self.known_person(wa_id)
        if known is not None:
            return known
        digits = digits_of(wa_id) or wa_id
        return self.save_person(self.make_person(digits, name=f"+{digits}"))

    def known_person(self, wa_id: str) -> Person | None:
        if wa_id in self.people:
            return self.people[wa_id]
        forms = variants(digits_of(wa_id))
        return next((self.people[form] for form in forms if form in self.people), None)

    def person_by_lid(self, lid: str) -> Person | None:
        digits = lid.partition("@")[0]
        return next((person for person in self.people.values() if person.lid == digits), None)

    def person_by_user_id(self, user_id: str) -> Person | None:
        return next((person for person in self.people.values() if person.user_id == user_id), None)

    @staticmethod
    def make_person(wa_id: str, *, name: str, language: str = "", registered: bool = True) -> Person:
        """A person whose hidden ids follow from the number, so that they are the same in every run."""
        number = int(hashlib.sha256(wa_id.encode()).hexdigest()[:13], 16)
        return Person(
            wa_id=wa_id,
            name=name,
            lid=str(100_000_000_000_000 + number % 800_000_000_000_000),
            user_id=f"BR.{number:020d}",
            language=language,
            registered=registered,
        )

    def save_person(self, person: Person) -> Person:
        self.journal.put("person", person.wa_id, person)
        self.people[person.wa_id] = person
        self.hint("people")
        return person

    # Channels

    def save_session(self, session: Session) -> Session:
        self.journal.put("session", session.name, session)
        self.sessions[session.name] = session
        self.hint("channels")
        return session

    def remove_session(self, name: str) -> None:
        self.journal.remove("session", name)
        self.sessions.pop(name, None)
        self.hint("channels")

    def save_app(self, app: App) -> App:
        self.journal.put("app", app.id, app)
        self.apps[app.id] = app
        self.hint("channels")
        return app

    def save_account(self, account: Account) -> Account:
        self.journal.put("account", account.id, account)
        self.accounts[account.id] = account
        self.hint("channels")
        return account

    def save_number(self, number: Number) -> Number:
        self.journal.put("number", number.id, number)
        self.numbers[number.id] = number
        self.hint("channels")
        return number

    def save_template(self, template: Template) -> Template:
        self.journal.put("template", template.id, template)
        self._index_template(template)
        self.hint("templates")
        return template

    def _index_template(self, template: Template) -> None:
        self.templates[template.id] = template
        self._templates_by_name[template.account_id, template.name, template.language] = template

    def remove_template(self, template_id: str) -> None:
        self.journal.remove("template", template_id)
        template = self.templates.pop(template_id)
        self._templates_by_name.pop((template.account_id, template.name, template.language), None)
        self.hint("templates")

    def app_of(self, account_id: str) -> App:
        return self.apps[self.accounts[account_id].app_id]

    def number_of(self, channel: str) -> Number:
        return self.numbers[channel.partition(":")[2]]

    def template_named(self, account_id: str, name: str, language: str) -> Template | None:
        return self._templates_by_name.get((account_id, name, language))

    def category_of(self, message: Message) -> str:
        """The category of a template message; UTILITY where nobody knows the template."""
        chosen = str(message.content.get("category", ""))
        language = str((message.content.get("language") or {}).get("code", ""))
        account_id = self.number_of(message.channel).account_id
        template = self.template_named(account_id, str(message.content.get("name", "")), language)
        return chosen or (template.category if template else "UTILITY")

    def channel_is_open(self, channel: str) -> bool:
        """Whether a customer's message reaches the channel now."""
        api, _, name = channel.partition(":")
        if api == "waha":
            return name in self.sessions and self.sessions[name].status == "WORKING"
        return name in self.numbers

    def has_channel(self, channel: str) -> bool:
        return channel in self.channels()

    def channels(self) -> list[str]:
        return [session.channel for session in self.sessions.values()] + [
            number.channel for number in self.numbers.values()
        ]

    # Messages

    def message(self, channel: str, message_id: str) -> Message | None:
        return self.messages.get((channel, message_id))

    def chat(self, channel: str, wa_id: str) -> list[Message]:
        """All messages between a person and a channel, oldest first."""
        return [self.messages[channel, message_id] for message_id in self.chats.get((channel, wa_id), [])]

    def save_message(self, message: Message) -> Message:
        self.journal.put("message", f"{message.channel} {message.id}", message)
        self._index(message)
        self.hint("people", f"chat:{message.channel}:{message.wa_id}")
        return message

    def forget_chat(self, channel: str, wa_id: str) -> None:
        for message_id in self.chats.pop((channel, wa_id), []):
            self.journal.remove("message", f"{channel} {message_id}")
            del self.messages[channel, message_id]
        self._last_written.pop((channel, wa_id), None)

    def _index(self, message: Message) -> None:
        if (message.channel, message.id) not in self.messages:
            chat = (message.channel, message.wa_id)
            self.chats.setdefault(chat, []).append(message.id)
            if not message.from_us:
                self._last_written[chat] = max(message.at, self._last_written.get(chat, 0))
        self.messages[message.channel, message.id] = message

    def last_written_at(self, channel: str, wa_id: str) -> float | None:
        """When the customer last wrote: the beginning of the 24-hour window."""
        return self._last_written.get((channel, wa_id))

    def window_is_open(self, channel: str, wa_id: str) -> bool:
        last = self.last_written_at(channel, wa_id)
        return last is not None and self.now() - last < self.configuration.window_seconds

    # Files

    def keep_media(self, data: bytes, mime_type: str, *, filename: str | None = None) -> Media:
        media = Media(
            id=self.identities.digits(16),
            mime_type=mime_type,
            filename=filename,
            sha256=hashlib.sha256(data).hexdigest(),
            byte_size=len(data),
            offered_at=self.now(),
        )
        self.journal.put_media_data(media.id, data)
        self.journal.put("media", media.id, media)
        self.media[media.id] = media
        return media

    def offer_media(self, media_id: str) -> Media:
        """Start the life of a file's address anew."""
        media = msgspec.structs.replace(self.media[media_id], offered_at=self.now())
        self.journal.put("media", media.id, media)
        self.media[media.id] = media
        return media

    def remove_media(self, media_id: str) -> None:
        self.journal.remove("media", media_id)
        self.journal.remove_media_data(media_id)
        self.media.pop(media_id, None)

    # Watching

    def hint(self, *topics: str) -> None:
        """Tell every open page what changed. A page that does not keep up is told everything changed."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
                topics = ("everything",)
            queue.put_nowait(list(topics))

    def listen(self) -> asyncio.Queue[list[str]]:
        queue: asyncio.Queue[list[str]] = asyncio.Queue(maxsize=256)
        self._listeners.add(queue)
        return queue

    def say_goodbye(self) -> None:
        """End every page's stream of hints, so that a stopping server need not wait for them."""
        for queue in self._listeners:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait([])

    def leave(self, queue: asyncio.Queue[list[str]]) -> None:
        self._listeners.discard(queue)

    def when_forgotten(self, reload: Callable[[], None]) -> None:
        """Call this after everything was forgotten."""
        self._forgetters.append(reload)

    def forget_all(self, kept_people: Iterable[Person] = ()) -> None:
        """Empty the world and its journal, then put the given people back."""
        self.journal.clear()
        self._load()
        self.limits, self.delivery_habits = self.configuration.limits, self.configuration.delivery_habits
        for reload in self._forgetters:
            reload()
        for person in kept_people:
            self.save_person(person)
        self.hint("everything")
