"""What the pages show: built here, so that templates only print."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from parley.access.doors import Member
from parley.channels import queries
from parley.channels.alert_words import AlertWords, alert_words
from parley.channels.gateways import gateway_for
from parley.channels.health_screen import HealthCard, HistoryPage, health_card, history_page
from parley.channels.models import Channel, ChannelAlert
from parley.channels.services import provider
from parley.channels.services.credentials import verify_token_of
from parley.channels.services.state import UNREACHABLE
from parley.channels.words import SILENT, StateWords, limit_words, quality_words, words_for
from parley.core.clock import now
from parley.core.environment import environment
from parley.core.ids import new_id

PAIRING_CODE_LASTS = timedelta(minutes=3)
"""WhatsApp shows a code for 160 seconds; one that is a little older is not offered any more."""


FIRST_WEBHOOK_WITHIN = timedelta(minutes=1)
"""A session that starts says so by webhook within seconds."""


@dataclass(frozen=True, slots=True)
class Card:
    """One number in the list."""

    channel: Channel
    words: StateWords
    provider: str
    has_sessions: bool
    alerts: list[AlertWords]

    @property
    def live_topic(self) -> str:
        return f"channel:{self.channel.id}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """What a person types at the provider where Parley could not set it, and whether it did."""

    url: str
    verify_token: str
    is_set: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Screen:
    """The page of one number."""

    card: Card
    alerts: list[AlertWords]
    health: HealthCard
    history: HistoryPage
    error: str
    unreachable_since: datetime | None
    is_unheard: bool
    """No webhook has come from this server so far: it may not be able to reach us."""
    pairing_code: str
    webhook: Webhook | None
    quality: str
    limit: str
    public_url: str
    test_url: str
    test_id: UUID
    """Chosen with the page, so that a test message sent twice by accident is sent once."""

    @property
    def channel(self) -> Channel:
        return self.card.channel

    @property
    def words(self) -> StateWords:
        return self.card.words


def cards_for(member: Member) -> list[Card]:
    """The list: two queries, the numbers and their alerts."""
    alerts = defaultdict(list)
    for alert in queries.open_alerts_of(member.workspace_id):
        alerts[alert.channel_id].append(alert)
    return [_card(channel, alerts[channel.id]) for channel in queries.channels_of(member.workspace_id)]


def screen_for(member: Member, channel: Channel) -> Screen:
    """The page of one number: a query each for its alerts, health, last messages and history.

    Keys are shown to nobody, the verify token to those who manage.
    """
    since = channel.metadata.get(UNREACHABLE)
    card = _card(channel, queries.open_alerts(channel))
    return Screen(
        card=card,
        alerts=card.alerts,
        health=health_card(channel),
        history=history_page(channel),
        error=channel.error_message,
        unreachable_since=datetime.fromisoformat(since) if since else None,
        is_unheard=_is_unheard(channel),
        pairing_code=_pairing_code(channel),
        webhook=_webhook(channel) if member.may("channels.manage") else None,
        quality=quality_words(channel.quality_rating),
        limit=limit_words(channel.messaging_limit),
        public_url=environment().public_url,
        test_url=_test_url(member, channel),
        test_id=new_id(),
    )


def _card(channel: Channel, alerts: list[ChannelAlert]) -> Card:
    has_sessions = provider.has_sessions(channel)
    is_silent = channel.status == "working" and any(alert.kind == "silent" for alert in alerts)
    return Card(
        channel=channel,
        words=SILENT if is_silent else words_for(channel, has_sessions=has_sessions),
        provider=gateway_for(channel.provider).label,
        has_sessions=has_sessions,
        alerts=[alert_words(alert, channel, has_sessions=has_sessions) for alert in alerts],
    )


def _is_unheard(channel: Channel) -> bool:
    return (
        provider.has_sessions(channel)
        and channel.last_activity_at is None
        and channel.status not in {"stopped", "failed"}
        and channel.created_at + FIRST_WEBHOOK_WITHIN < now()
    )


def _pairing_code(channel: Channel) -> str:
    code, at = channel.metadata.get("pairing_code"), channel.metadata.get("pairing_code_at")
    if not code or not at or datetime.fromisoformat(at) + PAIRING_CODE_LASTS < now():
        return ""
    return str(code)


def _webhook(channel: Channel) -> Webhook | None:
    if provider.has_sessions(channel):
        return None
    result = channel.metadata.get("webhook", {})
    return Webhook(
        url=provider.webhook_url(channel),
        verify_token=verify_token_of(channel),
        is_set=result.get("state") == "set",
        detail=result.get("detail", ""),
    )


def _test_url(member: Member, channel: Channel) -> str:
    """Where the test message lives: with messaging, which ranks above and is known by its address alone."""
    if not member.may("channels.manage"):
        return ""
    return reverse("channel_test", args=[member.workspace_slug, channel.id])
