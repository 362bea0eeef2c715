"""The simulator's page: one template, and the product's icons as symbols to draw from."""

import re
from pathlib import Path

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

import parley

ICONS = Path(parley.__file__).parent / "web" / "icons"
USED = (
    "arrow", "attach", "back", "channel", "check", "close", "contacts", "document", "mic", "note", "phone",
    "picture", "pin", "plus", "qr", "reply", "smile", "tick-one", "tick-two", "trash",
)  # fmt: skip
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent.parent / "jinja2"), autoescape=True
)


async def page(_request: Request) -> Response:
    template = TEMPLATES.get_template("simulator/page.html")
    return HTMLResponse(template.render(symbols=symbols(), version=parley.__version__))


def symbols() -> Markup:
    """Our own icon files as SVG symbols named `i-<name>`; a missing one is left out."""
    found = [symbol(name) for name in USED if (ICONS / f"{name}.svg").exists()]
    return Markup("").join(Markup(drawing) for drawing in found)  # noqa: S704  our own files


def symbol(name: str) -> str:
    drawing = (ICONS / f"{name}.svg").read_text()
    drawing = re.sub(r"<svg[^>]*?(viewBox=\"[^\"]*\")[^>]*>", rf'<symbol id="i-{name}" \1>', drawing, count=1)
    return drawing.replace("</svg>", "</symbol>").strip()
