"""Chromium, and an eye on what it complains about."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, ViewportSize, expect, sync_playwright

DEBIAN = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 15_000
"""Milliseconds that something may take to appear: the tests run beside others on few cores."""
HARMLESS = "AbortError"
"""htmx says so of every request that a newer one replaces, as is meant."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A size of window, and whether it is held in a hand."""

    name: str
    width: int
    height: int
    is_phone: bool

    def __str__(self) -> str:
        return self.name

    @property
    def viewport(self) -> ViewportSize:
        return {"width": self.width, "height": self.height}


DESK = Screen("desk", 1440, 900, is_phone=False)
PHONE = Screen("phone", 390, 844, is_phone=True)
NARROW = Screen("narrow", 320, 700, is_phone=True)


@dataclass(slots=True)
class Watch:
    """What one person's pages complained about: errors of scripts, of loading, of the content policy."""

    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: [HARMLESS])

    def follow(self, context: BrowserContext) -> None:
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on(
            "console",
            lambda message: (
                self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")
                if message.type in {"error", "warning"}
                else None
            ),
        )

    def allow(self, pattern: str) -> None:
        """This test brings it about: a refusal, a server that is away."""
        self.allowed.append(pattern)

    def check(self) -> None:
        """Fail when anything was complained about that the test did not bring about."""
        left = [text for text in self.complaints if not any(re.search(known, text) for known in self.allowed)]
        assert not left, "\n".join(left)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Playwright's own Chromium or Debian's. Without one the tests fail in CI and are skipped elsewhere."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(playwright), args=FLAGS)
        yield browser
        browser.close()


def new_context(
    browser: Browser, screen: Screen, *, watch: Watch, dark: bool = False, scale: float = 1
) -> BrowserContext:
    """A person's own browser: cookies of its own, a finger instead of a mouse on a phone."""
    context = browser.new_context(
        viewport=screen.viewport,
        has_touch=screen.is_phone,
        is_mobile=screen.is_phone,
        device_scale_factor=scale,
        color_scheme="dark" if dark else "light",
        locale="en-GB",
        timezone_id="America/Sao_Paulo",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    watch.follow(context)
    return context


def _executable(playwright: Playwright) -> Path:
    for candidate in (Path(playwright.chromium.executable_path), DEBIAN):
        if candidate.exists():
            return candidate
    reason = (
        f"NOBODY LOOKED AT THE PAGES: there is no Chromium, neither Playwright's own nor {DEBIAN}. "
        "Install it: apt-get install chromium, or .venv/bin/playwright install chromium."
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
