"""QR codes with a prepared message, kept as long as the process."""

import base64

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.requests import number_in_path, paged, read_body
from parley.simulator.records import Json
from parley.simulator.world import World


class QrCodeEndpoints:
    def __init__(self, world: World) -> None:
        self.world = world
        self._codes: dict[str, dict[str, Json]] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/message_qrdls", self.list, methods=["GET"]),
            Route("/{object:digits}/message_qrdls", self.put, methods=["POST"]),
            Route("/{object:digits}/message_qrdls/{code}", self.one, methods=["GET", "DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        return JSONResponse(paged(request, list(self._of(request).values())))

    async def put(self, request: Request) -> Response:
        """A new code, or another message for a known one."""
        codes = self._of(request)
        body = {**request.query_params, **await read_body(request)}
        message = str(body.get("prefilled_message", ""))
        if not message:
            raise GraphRefusal(100, "(#100) The parameter prefilled_message is required.")
        code = str(body.get("code") or letters_of(self.world.identities.secret()))
        if body.get("code") and code not in codes:
            raise unknown_object(code)
        link = f"https://wa.me/message/{code}"
        codes[code] = {"code": code, "prefilled_message": message, "deep_link_url": link}
        image = str(body.get("generate_qr_image") or "")
        shown = {"qr_image_url": f"https://scontent.example/{code}.{image.lower()}"} if image else {}
        return JSONResponse({**codes[code], **shown})

    async def one(self, request: Request) -> Response:
        codes, code = self._of(request), request.path_params["code"]
        if code not in codes:
            raise unknown_object(code)
        if request.method == "DELETE":
            del codes[code]
            return JSONResponse({"success": True})
        return JSONResponse({"data": [codes[code]]})

    def _of(self, request: Request) -> dict[str, Json]:
        return self._codes.setdefault(number_in_path(self.world, request).id, {})


def letters_of(secret: str) -> str:
    """14 letters of base 32, as Meta's codes have."""
    return base64.b32encode(bytes.fromhex(secret)).decode()[:14]
