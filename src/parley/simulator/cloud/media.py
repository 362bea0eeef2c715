"""Media of the Cloud API: upload, look up, download with the token, delete."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.requests import app_of_token, number_in_path
from parley.simulator.records import Media
from parley.simulator.waha.requests import base_url_of
from parley.simulator.world import World


class MediaEndpoints:
    def __init__(self, world: World) -> None:
        self.world = world

    async def upload(self, request: Request) -> Response:
        number_in_path(self.world, request)
        form = await request.form()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise GraphRefusal(
                100, "(#100) Param file must be a file and messaging_product must be whatsapp."
            )
        type_ = str(form.get("type") or file.content_type or "application/octet-stream")
        media = self.world.keep_media(await file.read(), type_, filename=file.filename)
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
