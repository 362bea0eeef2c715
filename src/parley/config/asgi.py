"""One root with three doors: webhooks, live streams, and Django's pages behind a thread pool."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware

from parley.config.wsgi import application as pages
from parley.engines.asgi import App
from parley.engines.edge import Edge

_THREADS = 12

application = Edge(rest=cast("App", WSGIMiddleware(cast("Any", pages), workers=_THREADS)))
