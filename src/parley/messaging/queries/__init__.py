"""Reads of messaging: the first argument is the member who looks."""

from parley.messaging.queries.doors import conversation_for, media_for, message_for, message_with
from parley.messaging.queries.inbox import (
    PAGE_SIZE,
    SORTS,
    TABS,
    earlier_conversations,
    inbox_counts,
    inbox_page,
    inbox_row,
    unread_count,
)
from parley.messaging.queries.thread import bubble_of, thread_of, thread_since

__all__ = [
    "PAGE_SIZE", "SORTS", "TABS", "bubble_of", "conversation_for", "earlier_conversations", "inbox_counts",
    "inbox_page", "inbox_row", "media_for", "message_for", "message_with", "thread_of", "thread_since",
    "unread_count",
]  # fmt: skip
