"""The look as one file: what `parley.css` imports, put where it says, so that a first visit asks once."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page

FOLDER: Final = Path(__file__).parent / "static" / "parley" / "css"
FOR_EVER: Final = "public, max-age=31536000, immutable"
_IMPORT: Final = re.compile(r'^@import url\("([^"]+)"\) layer\((\w+)\);$', re.MULTILINE)


def stylesheet_url() -> str:
    """Where the whole sheet is. The address changes with its content."""
    return reverse("stylesheet", kwargs={"version": _version(_sheet())})


@gzip_page
def stylesheet(_request: HttpRequest, version: str) -> HttpResponse:
    """The whole sheet. An old address gets the present one, and is told not to keep it."""
    sheet = _sheet()
    answer = HttpResponse(sheet, content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = FOR_EVER if version == _version(sheet) else "no-store"
    return answer


def _sheet() -> str:
    return _read() if settings.DEBUG else _read_once()


def _read() -> str:
    """The imported files, each in its layer."""

    def put(found: re.Match[str]) -> str:
        content = (FOLDER / found[1]).read_text(encoding="utf-8")
        return f"@layer {found[2]} {{\n{content}}}"

    return _IMPORT.sub(put, (FOLDER / "parley.css").read_text(encoding="utf-8"))


_read_once = lru_cache(maxsize=1)(_read)


@lru_cache(maxsize=8)
def _version(sheet: str) -> str:
    return hashlib.sha256(sheet.encode()).hexdigest()[:12]
