"""Meta's rules about templates: what may be created, and what a send must fill in."""

import re

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.records import Json, Template

NAME = re.compile(r"[a-z0-9_]{1,512}")
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
CATEGORIES = {"MARKETING", "UTILITY", "AUTHENTICATION"}
LIMITS = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}
BUTTONS = 10
UNUSABLE = {
    "PAUSED": (132015, "Template is paused due to low quality, so it cannot be sent in a template message."),
    "DISABLED": (132016, "Template has been paused too many times due to low quality and is now disabled."),
}
MEDIA = {"IMAGE", "VIDEO", "DOCUMENT"}


def check_new(body: Json) -> None:
    """What a template must have. Raises 100 with Meta's subcode for what is wrong."""
    if not NAME.fullmatch(str(body.get("name", ""))):
        raise wrong("Param name must have lower-case letters, digits and underscores only", 2388022)
    if str(body.get("category", "")).upper() not in CATEGORIES:
        raise wrong("Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}", 2388023)
    if not str(body.get("language", "")):
        raise wrong("Param language is required", 2388024)
    check_components(body.get("components"), category=str(body["category"]).upper())


def check_components(components: object, *, category: str) -> None:
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise wrong("Param components must be an array of objects", None)
    kinds = [kind_of(part) for part in components]
    if category != "AUTHENTICATION" and "BODY" not in kinds:
        raise wrong("A template needs a component of type BODY", 2388043)
    for part in components:
        check_text(kind_of(part), str(part.get("text", "")))
        if len(part.get("buttons") or []) > BUTTONS:
            raise wrong("A template has at most 10 buttons", 2388049)


def check_text(kind: str, text: str) -> None:
    limit = LIMITS.get(kind)
    if limit is not None and len(text) > limit:
        raise wrong(f"The text of {kind} has more than {limit} characters", 2388040)
    if kind == "HEADER" and len(VARIABLE.findall(text)) > 1:
        raise wrong("A header has at most one variable", 2388047)
    if kind == "BODY" and VARIABLE.search(text):
        stripped = text.strip()
        if VARIABLE.match(stripped) or stripped.endswith("}}"):
            raise wrong("Variables can't be at the start or end of the template", 2388299)
        if re.search(r"\}\}\s*\{\{", text):
            raise wrong("Variables can't stand next to each other", 2388299)


def wrong(message: str, subcode: int | None) -> GraphRefusal:
    return GraphRefusal(100, f"(#100) {message}", details=message, subcode=subcode)


def check_send(template: Template | None, content: Json) -> None:
    """Refuses 132001, 132015, 132016, 132000 and 132012."""
    if template is None or template.status not in {"APPROVED", *UNUSABLE}:
        name = content.get("name")
        raise GraphRefusal(132001, details=f"template name ({name}) does not exist in the language")
    if template.status in UNUSABLE:
        code, details = UNUSABLE[template.status]
        raise GraphRefusal(code, details=details)
    given = {str(part.get("type", "")).upper(): part for part in content.get("components") or []}
    for part in template.components:
        kind = kind_of(part)
        if kind in {"HEADER", "BODY"}:
            check_parameters(template, part, given.get(kind, {}).get("parameters") or [])
    check_buttons(template, content)


def check_parameters(template: Template, part: Json, parameters: list[Json]) -> None:
    kind = kind_of(part)
    format_ = str(part.get("format", "TEXT")).upper()
    if kind == "HEADER" and format_ in MEDIA:
        kinds = {str(parameter.get("type", "")).upper() for parameter in parameters}
        if kinds != {format_}:
            raise GraphRefusal(
                132012, details=f"header: Format mismatch, expected {format_}, received {kinds}"
            )
        return
    wanted = variables_of(part)
    if len(parameters) != len(wanted) and not (template.category == "AUTHENTICATION" and not wanted):
        raise GraphRefusal(
            132000,
            details=f"{kind.lower()}: number of localizable_params ({len(parameters)}) does not match the"
            f" expected number of params ({len(wanted)})",
        )
    if template.parameter_format == "NAMED":
        names = {parameter.get("parameter_name") for parameter in parameters}
        if names != set(wanted):
            raise GraphRefusal(132012, details=f"{kind.lower()}: the parameters' names do not match")


def check_buttons(template: Template, content: Json) -> None:
    """Every button whose address ends in a variable needs its end."""
    buttons = [button for part in template.components for button in part.get("buttons") or []]
    given = {
        str(part.get("index", "0"))
        for part in content.get("components") or []
        if str(part.get("type", "")).lower() == "button"
    }
    for index, button in enumerate(buttons):
        if VARIABLE.search(str(button.get("url", ""))) and str(index) not in given:
            raise GraphRefusal(132000, details=f"button {index}: the parameter of the address is missing")


def variables_of(part: Json) -> list[str]:
    """The names or numbers of a component's variables, each once."""
    return list(dict.fromkeys(VARIABLE.findall(str(part.get("text", "")))))


def kind_of(part: Json) -> str:
    return str(part.get("type", "")).upper()
