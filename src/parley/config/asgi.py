"""One root with three doors: webhooks, live streams, and Django's pages behind a thread pool."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware

from parley.config.bodies import WholeBodies
from parley.config.wsgi import application as pages
from parley.core.environment import environment
from parley.engines.asgi import App
from parley.engines.edge import Edge
from parley.messaging.services.media import MOST_FILES

_THREADS = 12

_threads = cast("App", WSGIMiddleware(cast("Any", pages), workers=_THREADS))
application = Edge(rest=WholeBodies(_threads, files_bytes=MOST_FILES * environment().upload_max_bytes))
