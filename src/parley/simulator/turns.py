"""Around every call: what was accepted is on disk before the answer, and virtual time moves on."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parley.simulator.world import World


class Turns:
    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not is_look(scope):
            self.world.clock.advance(self.world.configuration.clock_step)

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self.world.journal.kept()
            await send(message)

        await self.app(scope, receive, send_kept)
        self.world.clock.advance(0)


def is_look(scope: Scope) -> bool:
    """Whether somebody only looks at the simulator: that takes no time."""
    return bool(scope["method"] == "GET" and scope["path"].startswith(("/simulator", "/static", "/favicon")))
