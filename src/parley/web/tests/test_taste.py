"""What the look promises about its own files: nothing inline, nothing physical, nothing missing."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.template import engines

import parley
from parley.web.icons import icon

PACKAGE = Path(parley.__file__).parent
STATIC = PACKAGE / "web" / "static" / "parley"
STYLES = sorted((STATIC / "css").rglob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
TEMPLATES = sorted(path for path in PACKAGE.glob("*/jinja2/**/*.html") if "simulator" not in path.parts)
ICONS = sorted((PACKAGE / "web" / "icons").glob("*.svg"))

PHYSICAL = re.compile(
    r"^\s*(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height"
    r"|(?:min|max)-(?:width|height)|text-align:\s*(?:left|right))\b(?=.*;)",
    re.MULTILINE,
)
INLINE = re.compile(
    r"\s(?:style|on[a-z]+|hx-on[:a-z-]*)=|<style|<script(?![^>]*\ssrc=)|javascript:|js:\{", re.IGNORECASE
)


def named(paths: list[Path]) -> list[Any]:
    return [pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in paths]


@pytest.mark.parametrize("path", named(STYLES))
def test_styles_are_logical_and_never_shout(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert "!important" not in text
    assert not PHYSICAL.findall(text)
    assert text.count("{") == text.count("}")


def test_every_style_is_imported_once_and_into_a_layer() -> None:
    sheet = (STATIC / "css" / "parley.css").read_text()
    imported = re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\);', sheet)
    files = {path.relative_to(STATIC / "css").as_posix() for path in STYLES} - {"parley.css"}
    assert sorted(name for name, _ in imported) == sorted(files)
    assert {layer for _, layer in imported} == {"reset", "tokens", "base", "components", "utilities"}


def test_every_token_that_is_used_is_defined() -> None:
    text = "\n".join(path.read_text() for path in STYLES)
    used = set(re.findall(r"var\((--[a-z0-9-]+)", text))
    assert used <= set(re.findall(r"(--[a-z0-9-]+):", text))


@pytest.mark.parametrize("path", named(SCRIPTS))
def test_modules_resolve_and_write_no_markup(path: Path) -> None:
    text = path.read_text()
    for name in re.findall(r'(?:from|import) "(\./[^"]+)"', text):
        assert (path.parent / name).is_file(), name
    for banned in (
        ".innerHTML",
        ".outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
    ):
        assert banned not in text


def test_every_module_is_reached() -> None:
    reached, new = set(), {STATIC / "js" / "main.js", STATIC / "js" / "bare.js"}
    while new:
        reached |= new
        names = {
            (path, name)
            for path in new
            for name in re.findall(r'(?:from|import) "\./([^"]+)"', path.read_text())
        }
        new = {path.parent / name for path, name in names} - reached
    assert reached == set(SCRIPTS)


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_templates_compile_and_hold_nothing_inline(path: Path) -> None:
    engines["jinja2"].env.parse(path.read_text(), filename=str(path))  # type: ignore[attr-defined]
    assert not INLINE.findall(re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL))
    assert "|safe" not in path.read_text().replace(" ", "")


@pytest.mark.parametrize("path", named(ICONS))
def test_icons_are_drawings_of_one_size(path: Path) -> None:
    root = ET.fromstring(path.read_text())  # noqa: S314  our own files
    assert root.attrib["viewBox"] == "0 0 24 24"
    assert {child.tag.split("}")[1] for child in root} <= {"path", "circle", "rect"}
    assert str(icon(path.stem)).startswith('<svg class="icon')


def test_templates_ask_only_for_icons_that_exist() -> None:
    asked = {name for path in TEMPLATES for name in re.findall(r'icon\(\s*"([a-z-]+)"', path.read_text())}
    assert asked <= {path.stem for path in ICONS}
