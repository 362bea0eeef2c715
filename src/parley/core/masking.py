"""What never appears in a log, by the name of a value and by its looks."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

MASK = "***"

_TELLING = re.compile(
    r"(?:^|_)(?:address|authorization|api_?key|body|bsuid|caption|chat_?id|content|cookie|cookies|credentials?|"
    r"csrf|data|dsn|email|e_mail|first_?name|from|full_?name|display_?name|push_?name|headers?|last_?name|lid|"
    r"msisdn|name|note|notes|password|payload|phone|phones|phone_number|preview|push_name|q|query|recipient|"
    r"secret|secrets|session|sender_name|signature|subject|text|to|token|tokens|url|username|user_agent|"
    r"variables|wa_?id)$",
    re.IGNORECASE,
)
# Names that end like the ones above and say nothing about a person.
_HARMLESS = frozenset(
    {"process_name", "program_name", "queue_name", "task_name", "thread_name", "worker_name", "file_name"}
)
# Whole numbers this long are phone numbers, except where the name says what they count.
_COUNTS = re.compile(r"(?:_bytes|_ms|_ns|_seconds|_count|^seq|_seq|^position|^bytes|^size|_id)$")

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(://)[^/\s:@]*:[^/\s@]*@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(/hooks/)[^/\s?\"']+"), rf"\1{MASK}"),
    (
        re.compile(
            r"(?i)([\w-]*(?:password|passwd|token|secret|api[_-]?key|signature|authorization|cookie)[\w-]*"
            r"[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&}]+"
        ),
        rf"\1{MASK}",
    ),
    # Everything PostgreSQL says about the values of a row: `Key (email)=(ana@…) already exists.`
    (re.compile(r"(?m)(Key \([^)]*\)=)\(.*?\)"), rf"\1({MASK})"),
    (re.compile(r"(?m)(Failing row contains )\(.*\)"), rf"\1({MASK})"),
    (re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    (re.compile(r"\b\d{5,}@[\w.-]+"), MASK),
)
_LONG_WORD = re.compile(r"(?<![\w./-])[A-Za-z0-9_=+-]{24,}(?![\w/-])")
_PHONE = re.compile(r"(?<![\w.-])\+?\(?\d[\d\s().-]{6,20}\d(?![\w-])")
_IS_UUID = re.compile(_UUID)
_TIME_OR_ADDRESS = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?|\d{1,3}(?:\.\d{1,3}){3}|\d+\.\d+|\d{4}-\d\d-\d\d \d\d"
)


def mask_value(key: str, value: Any) -> Any:
    """The value as it may be logged under this name. Containers are walked; other objects become text."""
    if _TELLING.search(key) and key not in _HARMLESS:
        return MASK if value not in (None, "", b"") else value
    if value is None or isinstance(value, bool | float | UUID | datetime | date | timedelta):
        return value if value is None or isinstance(value, bool | float) else str(value)
    if isinstance(value, Enum):
        return mask_value(key, value.value)
    if isinstance(value, int):
        return MASK if 10**9 <= abs(value) < 10**16 and not _COUNTS.search(key) else value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return {mask_text(str(name)): mask_value(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(key, item) for item in value]
    return mask_text(value if isinstance(value, str) else str(value))


def mask_text(text: str) -> str:
    """The text without e-mail and chat addresses, phone numbers, passwords, tokens and values of rows."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = _LONG_WORD.sub(_mask_long_word, text)
    return _PHONE.sub(_mask_phone, text)


def _mask_long_word(found: re.Match[str]) -> str:
    """A long word of letters and digits is a key or a token, unless it is a UUID or a name in code."""
    word = found[0]
    if _IS_UUID.fullmatch(word) or not any(letter.isdigit() for letter in word):
        return word
    return MASK


def _mask_phone(found: re.Match[str]) -> str:
    digits = sum(letter.isdigit() for letter in found[0])
    if not 8 <= digits <= 15 or _TIME_OR_ADDRESS.fullmatch(found[0].strip()):
        return found[0]
    return MASK
