"""Logs: one JSON object a line (or colours on a terminal), with nothing in it about a person.

Two nets, because one has holes: values under telling names are dropped, and what looks like an address, a
phone number or a secret is masked wherever it stands, tracebacks included. A log line is written with ids.
"""

import logging
import sys
from typing import Any, TextIO
from uuid import uuid4

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from parley.core.masking import mask_text, mask_value

_NOISY = {
    "asyncio": logging.WARNING,
    "procrastinate": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
}
_OWN_WORDS = frozenset({"event", "level", "logger", "timestamp", "exception", "request_id"})


def configure_logging(
    level: str = "INFO", *, stream: TextIO | None = None, colours: bool | None = None
) -> None:
    """Send structlog and the standard library through the same processors; the last call counts."""
    out = stream or sys.stderr
    on_terminal = out.isatty() if colours is None else colours
    shared = _shared_processors()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(on_terminal=on_terminal),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _NOISY.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _shared_processors() -> list[Processor]:
    """What our own lines and those of the standard library both go through; the masks come last."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask_event,
    ]


def _renderer(*, on_terminal: bool) -> Processor:
    if on_terminal:
        return structlog.dev.ConsoleRenderer(colors=True, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(default=_as_text, ensure_ascii=False)


def bind_request(request_id: str | None = None, **ids: object) -> str:
    """Put a request id (and other ids) on every line of this context; answers the id."""
    chosen = request_id if request_id and _is_plain(request_id) else uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen, **ids)
    return chosen


def unbind_request() -> None:
    """Forget the ids of the request that ended."""
    structlog.contextvars.clear_contextvars()


def mask_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor that both nets hang in; the words of our own frame pass the first one."""
    clean: EventDict = {}
    for key, value in event.items():
        if key.startswith("_") or (key in _OWN_WORDS and not isinstance(value, str)):
            clean[key] = value
        elif key in _OWN_WORDS:
            clean[key] = value if key in {"timestamp", "request_id", "level"} else mask_text(value)
        else:
            clean[key] = mask_value(key, value)
    return clean


def _is_plain(request_id: str) -> bool:
    return len(request_id) <= 64 and request_id.replace("-", "").isalnum()


def _as_text(value: Any) -> str:
    return mask_text(repr(value))
