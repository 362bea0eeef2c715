"""Media of the Cloud API: upload in one piece or several, look up, download with the token, delete."""

from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.requests import app_of_token, number_in_path, number_in_query
from parley.simulator.records import Media
from parley.simulator.waha.requests import base_url_of
from parley.simulator.world import World

LARGEST = 100 << 20


class Upload(Struct, frozen=True, kw_only=True):
    """A file on its way in pieces."""

    id: str
    name: str
    mime_type: str
    byte_size: int
    data: bytes = b""


class MediaEndpoints:
    def __init__(self, world: World) -> None:
        self.world = world
        self._uploads: dict[str, Upload] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/media", self.upload, methods=["POST"]),
            Route("/{object:digits}/uploads", self.begin, methods=["POST"]),
            Route("/app/uploads", self.begin, methods=["POST"]),
            Route("/upload:{upload}", self.go_on, methods=["GET", "POST"]),
            Route("/whatsapp_business/attachments/", self.download, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        number_in_path(self.world, request)
        form = await request.form()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise GraphRefusal(
                100, "(#100) Param file must be a file and messaging_product must be whatsapp."
            )
        data = await file.read()
        if len(data) > LARGEST:
            raise GraphRefusal(131053, details="The file has more than 100 MB.")
        type_ = str(form.get("type") or file.content_type or "application/octet-stream")
        media = self.world.keep_media(data, type_, filename=file.filename)
        return JSONResponse({"id": media.id})

    def describe(self, request: Request, media: Media) -> Response:
        """The file's facts with an address that lives five minutes."""
        offered = self.world.offer_media(media.id)
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": f"{base_url_of(request)}/whatsapp_business/attachments/?mid={media.id}&ext=1",
                "mime_type": offered.mime_type,
                "sha256": offered.sha256,
                "file_size": str(offered.byte_size),
                "id": offered.id,
            }
        )

    async def download(self, request: Request) -> Response:
        app_of_token(self.world, request)
        media = self.world.media.get(request.query_params.get("mid", ""))
        data = self.world.journal.media_data(media.id) if media else None
        if media is None or data is None or self._is_over(media):
            return Response("URL signature expired", status_code=404, media_type="text/plain")
        return Response(data, media_type=media.mime_type)

    def delete(self, media_id: str) -> Response:
        if media_id not in self.world.media:
            raise unknown_object(media_id)
        self.world.remove_media(media_id)
        return JSONResponse({"success": True})

    def _is_over(self, media: Media) -> bool:
        return self.world.now() - media.offered_at > self.world.configuration.media_url_seconds

    # In pieces

    async def begin(self, request: Request) -> Response:
        """POST /{app_id}/uploads: a session to which the pieces are sent."""
        app_of_token(self.world, request)
        asked = request.query_params
        upload = Upload(
            id=f"upload:{self.world.identities.secret()}",
            name=asked.get("file_name", "file"),
            mime_type=asked.get("file_type", "application/octet-stream"),
            byte_size=number_in_query(request, "file_length", 0),
        )
        self._uploads[upload.id] = upload
        return JSONResponse({"id": upload.id})

    async def go_on(self, request: Request) -> Response:
        """The next piece, at `file_offset`; GET says how far it got. The last piece gives the handle."""
        app_of_token(self.world, request)
        upload = self._uploads.get(f"upload:{request.path_params['upload']}")
        if upload is None:
            raise unknown_object(f"upload:{request.path_params['upload']}")
        if request.method == "GET":
            return JSONResponse({"id": upload.id, "file_offset": len(upload.data)})
        offset = int(request.headers.get("file_offset", "0"))
        if offset != len(upload.data):
            raise GraphRefusal(100, f"(#100) file_offset must be {len(upload.data)}")
        upload = replace(upload, data=upload.data + await request.body())
        self._uploads[upload.id] = upload
        media = self.world.keep_media(upload.data, upload.mime_type, filename=upload.name)
        return JSONResponse({"h": f"4::aW1hZ2U=:{media.id}"})
