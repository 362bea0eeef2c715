"""Each rule bites, and lets pass what it should."""

from pathlib import PurePosixPath

import pytest

from dev.lints import lint

VIEW = "src/parley/messaging/views.py"
PAGE = "src/parley/messaging/jinja2/messaging/inbox.html"
SHEET = "src/parley/web/static/parley/css/components/row.css"

BITES = {
    "rows-behind-doors": [
        (VIEW, "Message.objects.get(id=1)\n"),
        (VIEW, "rows = Message._default_manager.all()\n"),
        ("src/parley/channels/tasks.py", "Channel.objects.first()\n"),
        ("src/parley/operations/status.py", "Channel.objects.first()\n"),
    ],
    "no-hidden-verbs": [
        ("src/parley/sales/models.py", "class Lead:\n    def save(self) -> None: ...\n"),
    ],
    "no-signals": [
        (VIEW, "from django.db.models.signals import post_save\n"),
        (VIEW, "from django.dispatch import receiver\n"),
    ],
    "telling-name": [
        ("src/parley/messaging/utils.py", "X = 1\n"),
        ("src/parley/core/helpers.py", "X = 1\n"),
    ],
    "no-escape": [
        (VIEW, "try:\n    f()\nexcept Exception:  # noqa: BLE001\n    pass\n"),
        (VIEW, "print(1)  # noqa: T201\n"),
        (VIEW, "now = datetime.now()  # noqa: DTZ005\n"),
    ],
    "file-size": [
        (VIEW, "x = 1\n" * 301),
        (SHEET, "\n" * 301),
        (PAGE, "<p></p>\n" * 301),
        ("src/parley/web/static/parley/js/list.js", "f();\n" * 301),
    ],
    "function-size": [
        (VIEW, "def long() -> None:\n" + "    x = 1\n" * 40),
        (VIEW, "class A:\n    async def long(self) -> None:\n" + "        x = 1\n" * 40),
    ],
    "provider-word": [
        (VIEW, "if provider == 'waha': ...\n"),
        (VIEW, "chat = number + '@c.us'\n"),
        ("src/parley/channels/views.py", "body['messaging_product']\n"),
        ("src/parley/engines/sender/engine.py", "# The wamid comes later.\n"),
        (PAGE, "<p>{{ message.wamid }}</p>\n"),
        ("src/parley/web/static/parley/js/list.js", "const isCloud = kind === 'cloud_api';\n"),
        ("src/parley/engines/sql/claim.sql", "SELECT 1 WHERE provider = 'waha'\n"),
    ],
    "no-inline-style": [
        (PAGE, '<p style="color: red">\n'),
        (PAGE, "<style>p {}</style>\n"),
    ],
    "no-inline-script": [
        (PAGE, "<script>go()</script>\n"),
        (PAGE, '<p onclick="go()">\n'),
        (PAGE, '<p hx-on:click="go()">\n'),
        (PAGE, '<a href="javascript:go()">\n'),
        (PAGE, "<p hx-vals=\"js:{a: go()}\">\n"),
        (PAGE, '<p hx-trigger="keyup[key==1]">\n'),
    ],
    "escaped": [(PAGE, "{{ body|safe }}\n"), (PAGE, "{% autoescape false %}\n")],
    "no-blank-opener": [(PAGE, '<a href="/x" target="_blank">\n')],
    "logical-property": [
        (SHEET, ".a { margin-left: 1px }\n"),
        (SHEET, ".a {\n  padding-top: 1px;\n}\n"),
        (SHEET, ".a { left: 0 }\n"),
        (SHEET, ".a { width: 1px }\n"),
        (SHEET, ".a { max-height: 1px }\n"),
        (SHEET, ".a { border-top-left-radius: 1px }\n"),
        (SHEET, ".a { text-align: left }\n"),
        (SHEET, ".a { float: right }\n"),
    ],
    "no-important": [(SHEET, ".a { color: var(--ink) !important }\n")],
    "colour-token": [
        (SHEET, ".a { color: #fff }\n"),
        (SHEET, ".a { background: rgb(0 0 0 / 50%) }\n"),
    ],
}  # fmt: skip

PASSES = [
    ("benchmarks/gateway.py", "ANSWER = b'{\"messaging_product\": 1}'\n"),
    ("src/parley/messaging/queries.py", "Message.objects.get(id=1)\n"),
    ("src/parley/messaging/services/sending.py", "Message.objects.create()\n"),
    ("src/parley/access/doors.py", "Workspace.objects.get()\n"),
    ("src/parley/messaging/tests/test_send.py", "Message.objects.get()\nx = '@c.us'\n"),
    ("src/parley/channels/gateways/waha/inbound.py", "chat = number + '@c.us'\n"),
    ("src/parley/simulator/cloud/messages.py", "body['messaging_product']\n"),
    ("src/parley/channels/views.py", "channel_new_waha = 1\n"),
    ("src/parley/messaging/migrations/0001_initial.py", "x = 1\n" * 400),
    (VIEW, 'def fits() -> None:\n    """Long.\n' + "    words\n" * 30 + '    """\n' + "    x = 1\n" * 39),
    (VIEW, "x = A.objects  # lint: allow rows-behind-doors: the reason is here\n"),
    (PAGE, '<script type="module" src="/x.js"></script>\n'),
    (PAGE, '<script type="application/json" id="d">{}</script>\n'),
    (PAGE, "{# style= onclick= #}\n<p data-style=\"x\">\n"),
    (PAGE, '<a href="/x" target="_blank" rel="noopener noreferrer">\n'),
    (SHEET, "/* margin-left: 1px !important #fff */\n.a { margin-inline-start: 1px; inline-size: 2px }\n"),
    (SHEET, "@media (max-width: 720px) { .a { inset-inline-start: 0 } }\n"),
    (SHEET, ".a { --row-height: 2rem; transition: width 1s; line-height: 1.2 }\n"),
    ("src/parley/web/static/parley/css/tokens.css", ":root { --ink: #111 }\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "path", "text"), [(rule, *case) for rule, cases in BITES.items() for case in cases]
)
def test_it_bites(rule: str, path: str, text: str) -> None:
    assert rule in {finding.rule for finding in lint(PurePosixPath(path), text)}


@pytest.mark.parametrize(("path", "text"), PASSES)
def test_it_lets_pass(path: str, text: str) -> None:
    assert list(lint(PurePosixPath(path), text)) == []


def test_a_finding_names_its_line() -> None:
    (finding,) = lint(PurePosixPath(PAGE), '<p>\n</p>\n<p\n  style="x">\n')
    assert finding.line == 4


def test_an_allowance_is_for_one_rule_and_has_a_reason() -> None:
    text = "x = A.objects  # lint: allow {}\n"
    for allowance in ("rows-behind-doors:", "rows-behind-doors", "file-size: because"):
        assert list(lint(PurePosixPath(VIEW), text.format(allowance)))
