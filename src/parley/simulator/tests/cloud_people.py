"""What the tests of the simulated Cloud API have in common: a shop with a number, and somebody who writes."""

from typing import Any

from parley.simulator.testing import Simulator

MARINA = "5519998761234"
NUMBER = "109800000000001"
ACCOUNT = "102200000000001"
APP = "480000000000001"
TOKEN = "simulated-access-token"
BODY = {"type": "BODY", "text": "Olá {{1}}, o pedido {{2}} saiu."}
REPLIES = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Parar"}]}


def body_of(type_: str, content: object, *, to: str = MARINA, **more: object) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": f"+{to}", "type": type_, type_: content, **more}


def send(shop: Simulator, body: dict[str, Any], *, number: str = NUMBER) -> Any:
    return shop.cloud("POST", f"/v25.0/{number}/messages", body)


def text(words: str = "Olá", **more: Any) -> dict[str, Any]:
    return body_of("text", {"body": words}, **more)


def template(name: str, *parameters: str, to: str = MARINA, **more: Any) -> dict[str, Any]:
    shown = [{"type": "text", "text": parameter} for parameter in parameters]
    components = [{"type": "body", "parameters": shown}] if parameters else []
    content = {"name": name, "language": {"code": "pt_BR"}, "components": components}
    return body_of("template", content, to=to, **more)
