"""What the operator decides, read once from environment variables.

Every process reads the same variables; `docs/operators.md` lists them. Nothing here touches Django,
so the engines and the simulator can use it too.
"""

import ipaddress
import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from parley.core.errors import Misconfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def _flag(name: str, *, default: bool = False) -> bool:
    value = _text(name).lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no"}:
        raise Misconfigured(f"{name} is {value!r}. Write 1 or 0.")
    return default if value == "" else value in {"1", "true", "yes"}


def _number(name: str, default: float, *, least: float = 0) -> float:
    value = _text(name)
    try:
        number = float(value) if value else default
    except ValueError:
        raise Misconfigured(f"{name} is {value!r}. Write a number.") from None
    if number < least:
        raise Misconfigured(f"{name} is {value}. The least that works is {least:g}.")
    return number


def _numbers(name: str, default: tuple[float, ...], *, least: float) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in _text(name).split(",") if part.strip()) or default
    except ValueError:
        raise Misconfigured(f"{name} is {_text(name)!r}. Write numbers, separated by commas.") from None
    if min(numbers) < least:
        raise Misconfigured(f"{name} is {_text(name)}. The least that works is {least:g}.")
    return numbers


def _networks(name: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in _text(name).split(",") if part.strip())
    except ValueError as error:
        raise Misconfigured(
            f"{name}: {error}. Write networks such as 127.0.0.0/8, separated by commas."
        ) from None


@dataclass(frozen=True)
class Environment:
    """One reading of the environment. Durations are in seconds, sizes in bytes."""

    home: Path
    database_url: str
    database_admin_url: str
    database_engine_url: str
    database_listen_url: str
    secret_key: str
    public_url: str
    bind: str
    media_url: str
    debug: bool
    demo: bool
    log_level: str
    simulator_url: str
    simulator_port: int
    gateway_networks: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]
    pool_min: int
    pool_max: int
    webhook_max_bytes: int
    upload_max_bytes: int
    media_max_bytes: int
    lease_seconds: float
    send_timeout_seconds: float
    send_retry_seconds: float
    poll_seconds: float
    job_rescue_seconds: float
    grace_seconds: float
    sender_metrics_port: int
    applier_metrics_port: int
    watch_seconds: float
    silence_seconds: float
    starting_seconds: float
    restart_seconds: tuple[float, ...]
    outage_seconds: float
    backfill_again_seconds: float
    sweep_seconds: float
    acks_seconds: float
    acks_least: int

    @cached_property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def bind_host(self) -> str:
        return self.bind.rpartition(":")[0].strip("[]") or "127.0.0.1"

    @property
    def bind_port(self) -> int:
        try:
            return int(self.bind.rpartition(":")[2])
        except ValueError:
            raise Misconfigured(
                f"PARLEY_BIND is {self.bind!r}. Write host:port, for example 127.0.0.1:8000."
            ) from None


def read_environment() -> Environment:
    """Read and check every variable. Raises `Misconfigured` with the remedy in its text."""
    home = Path(_text("PARLEY_HOME", "~/.parley")).expanduser().resolve()
    bind = _text("PARLEY_BIND", "127.0.0.1:8000")
    return Environment(
        home=home,
        database_url=_text("DATABASE_URL"),
        database_admin_url=_text("DATABASE_ADMIN_URL"),
        database_engine_url=_text("DATABASE_ENGINE_URL"),
        database_listen_url=_text("DATABASE_LISTEN_URL"),
        secret_key=_text("PARLEY_SECRET_KEY"),
        public_url=_text("PARLEY_PUBLIC_URL", f"http://{bind}").rstrip("/"),
        bind=bind,
        media_url=_text("PARLEY_MEDIA_URL", (home / "media").as_uri()),
        debug=_flag("PARLEY_DEBUG"),
        demo=_flag("PARLEY_DEMO"),
        log_level=_text("PARLEY_LOG_LEVEL", "INFO").upper(),
        simulator_url=_text("PARLEY_SIMULATOR_URL").rstrip("/"),
        simulator_port=int(_number("PARLEY_SIMULATOR_PORT", 0, least=0)),
        gateway_networks=_networks("PARLEY_GATEWAY_NETWORKS"),
        trusted_proxies=_networks("PARLEY_TRUSTED_PROXIES"),
        pool_min=int(_number("PARLEY_POOL_MIN", 2)),
        pool_max=int(_number("PARLEY_POOL_MAX", 20, least=1)),
        webhook_max_bytes=int(_number("PARLEY_WEBHOOK_MAX_BYTES", 4 * 1024 * 1024, least=1024)),
        upload_max_bytes=int(_number("PARLEY_UPLOAD_MAX_BYTES", 16 * 1024 * 1024, least=1024)),
        media_max_bytes=int(_number("PARLEY_MEDIA_MAX_BYTES", 100 * 1024 * 1024, least=1024)),
        lease_seconds=_number("PARLEY_LEASE_SECONDS", 15, least=1),
        send_timeout_seconds=_number("PARLEY_SEND_TIMEOUT_SECONDS", 30, least=0.1),
        send_retry_seconds=_number("PARLEY_SEND_RETRY_SECONDS", 2, least=0.05),
        poll_seconds=_number("PARLEY_POLL_SECONDS", 1, least=0.05),
        job_rescue_seconds=_number("PARLEY_JOB_RESCUE_SECONDS", 30, least=1),
        grace_seconds=_number("PARLEY_GRACE_SECONDS", 10, least=0),
        sender_metrics_port=int(_number("PARLEY_SENDER_METRICS_PORT", 0, least=0)),
        applier_metrics_port=int(_number("PARLEY_APPLIER_METRICS_PORT", 0, least=0)),
        **_watching(),
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of this process, read once. Tests that change it call `environment.cache_clear()`."""
    return read_environment()


def _watching() -> dict[str, Any]:
    """When a number counts as silent or stuck, and what is done then how often."""
    return {
        "watch_seconds": _number("PARLEY_WATCH_SECONDS", 60, least=1),
        "silence_seconds": _number("PARLEY_SILENCE_SECONDS", 900, least=1),
        "starting_seconds": _number("PARLEY_STARTING_SECONDS", 120, least=1),
        "restart_seconds": _numbers("PARLEY_RESTART_SECONDS", (60, 300, 900, 3600), least=1),
        "outage_seconds": _number("PARLEY_OUTAGE_SECONDS", 180, least=1),
        "backfill_again_seconds": _number("PARLEY_BACKFILL_AGAIN_SECONDS", 300, least=0),
        "sweep_seconds": _number("PARLEY_SWEEP_SECONDS", 3600, least=0),
        "acks_seconds": _number("PARLEY_ACKS_SECONDS", 600, least=1),
        "acks_least": int(_number("PARLEY_ACKS_LEAST", 5, least=1)),
    }
