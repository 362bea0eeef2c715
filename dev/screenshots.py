"""The pictures of the README and docs: the demo in a temporary place, photographed in Chromium.

python -m dev.screenshots [name …]
"""

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import DESK, PHONE, Screen, Watch, new_context, running_chromium
from tests.e2e.programs import Installation

from parley.simulator.testing import Simulator

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MOST_BYTES = 200_000
OPENED = "Marina Souza"
NUMBER = "cloud:109800000000001"
COMPANY = "casa-lume"
LARGE = Screen("large", 1440, 940, is_phone=False)
CARD = Screen("card", 900, 620, is_phone=False)
_TOLD_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo is, and how Ana signs in."""

    url: str
    simulator_url: str
    password: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One file: what to do on the page before it is taken."""

    name: str
    pose: Callable[[Page, Demo], None]
    screen: Screen = LARGE
    dark: bool = False
    is_signed_in: bool = True


def main(wanted: list[str]) -> int:
    """Take all pictures, or those named. Prints what was written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="parley-pictures-") as place,
        running_demo(Path(place)) as demo,
        running_chromium() as browser,
    ):
        cookies = sign_in(browser, demo)
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                take(browser, picture, demo=demo, cookies=cookies)
    return 0


def take(browser: Browser, picture: Picture, *, demo: Demo, cookies: list[object]) -> None:
    """Pose, wait for fonts and pictures, press the button."""
    watch = Watch()
    scale = 2 if picture.screen.is_phone else 1
    context = new_context(browser, picture.screen, watch=watch, dark=picture.dark, scale=scale)
    if picture.is_signed_in:
        context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    picture.pose(page, demo)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(700)
    data = smaller(page.screenshot(animations="disabled", caret="hide"))
    context.close()
    watch.check()
    if len(data) > MOST_BYTES:
        raise SystemExit(f"{picture.name} has {len(data)} bytes; {MOST_BYTES} at most")
    path = FOLDER / f"{picture.name}.png"
    path.write_bytes(data)
    print(f"{path.relative_to(FOLDER.parents[1])}  {len(data) // 1000} kB")


def smaller(png: bytes) -> bytes:
    """The same picture in 256 colours, where it has too many bytes. The small red of a heart stays red."""
    with Image.open(io.BytesIO(png)) as taken:
        picture = taken.convert("RGB")
    whole = written(picture)
    if len(whole) <= MOST_BYTES:
        return whole
    palette = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    return written(picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG))


def written(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def inbox(page: Page, demo: Demo) -> None:
    """The list, with a conversation open beside it."""
    list_alone(page, demo)
    page.locator("#list .row", has_text=OPENED).first.click()
    expect(page.locator("[data-thread] h2").first).to_have_text(OPENED)
    expect(page.locator(".panel-rest .skeleton")).to_have_count(0)


def list_alone(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/w/{COMPANY}/inbox/?tab=all")
    expect(page.locator("#list .row").first).to_be_visible()


def sign_in_page(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/sign-in/")


def channel_with_code(page: Page, demo: Demo) -> None:
    """A session that waits for its phone."""
    page.goto(f"{demo.url}/w/{COMPANY}/channels/")
    page.get_by_role("link", name="Scan the code").first.click()
    expect(page.locator(".qr img, .qr svg").first).to_be_visible()


def simulator(page: Page, demo: Demo) -> None:
    """The customers, a phone, and what is behind it."""
    page.goto(demo.simulator_url)
    page.locator("#channel").select_option(NUMBER)
    page.get_by_role("button", name=OPENED).click()
    expect(page.locator(".bubble").first).to_be_visible()


PICTURES = (
    Picture("inbox-light", inbox),
    Picture("inbox-dark", inbox, dark=True),
    Picture("inbox-phone", list_alone, screen=PHONE),
    Picture("thread-phone", inbox, screen=PHONE),
    Picture("channel-qr", channel_with_code),
    Picture("simulator", simulator),
    Picture("sign-in", sign_in_page, screen=CARD, is_signed_in=False),
)


def sign_in(browser: Browser, demo: Demo) -> list[object]:
    """Ana's cookies."""
    context = new_context(browser, DESK, watch=Watch())
    page = context.new_page()
    sign_in_page(page, demo)
    page.get_by_label("E-mail").fill("ana@casalume.example")
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox/**")
    cookies = list[object](context.cookies())
    context.close()
    return cookies


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """`parley demo`, with its past told and its customers quiet."""
    home = folder / "home"
    installation = Installation(home)
    try:
        installation.start("demo")
        deadline = time.monotonic() + _TOLD_SECONDS
        while "Ctrl-C ends it" not in installation.log.read_text(encoding="utf-8"):
            if time.monotonic() > deadline:
                raise SystemExit(f"The demo does not open:\n{installation.log.read_text(encoding='utf-8')}")
            time.sleep(0.2)
        state = json.loads((home / "demo.json").read_text(encoding="utf-8"))
        simulator_url = f"http://127.0.0.1:{state['simulator_port']}"
        Simulator(simulator_url).run_scripts(running=False)
        yield Demo(installation.url, simulator_url, state["password"])
    finally:
        installation.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
