"""The serving processes' own side: what each makes sure of before it serves, and the server it runs."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import structlog
import uvicorn

from parley.core.database_urls import app_url, engine_url
from parley.core.environment import Environment
from parley.core.errors import Misconfigured
from parley.operations.connecting import check_serving_role, check_version, wait_for

SUPERVISOR_VARIABLE = "PARLEY_SUPERVISOR"
LISTENING_VARIABLE = "PARLEY_LISTENING"
"""The number of the listening socket that the supervisor holds open while this process is replaced."""

_PR_SET_PDEATHSIG = 1
_BACKLOG = 1024

log = structlog.get_logger(__name__)


def check_can_serve(environment: Environment, *, as_engine: bool = True, as_app: bool = True) -> None:
    """Sign in as the process will, once: refuse a superuser, an old server, and a database without tables.

    A server that is still starting is waited for. Raises `Misconfigured` with the remedy.
    """
    urls = [app_url(environment)] * as_app + [engine_url(environment)] * as_engine
    for url in urls:
        with wait_for(url, say=lambda text: log.warning("database.waiting", detail=text)) as connection:
            check_version(connection, url)
            check_serving_role(connection, url)
            found = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
            if found is None or found[0] is None:
                raise Misconfigured("The database is empty. Run `parley migrate`.")


def listen(host: str, port: int, *, variable: str = "PARLEY_BIND") -> socket.socket:
    """An open listening socket. Raises `Misconfigured`, naming the variable, where the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except PermissionError:
        raise Misconfigured(
            f"Port {port} may be opened by the administrator only. Set {variable} to {host}:8000 or another "
            "port above 1023."
        ) from None
    except OSError as error:
        raise Misconfigured(
            f"Port {port} on {host} cannot be used: {os.strerror(error.errno or 0).lower()}. "
            f"End the program that uses it, or set {variable} to another one, such as {host}:{port + 1}."
        ) from None


def run_asgi(application: str, environment: Environment) -> None:
    """Serve `package.module:name` until SIGTERM. Open requests get the grace period, streams none."""
    inherited = os.environ.get(LISTENING_VARIABLE)
    listener = (
        socket.socket(fileno=int(inherited))
        if inherited
        else listen(environment.bind_host, environment.bind_port)
    )
    configuration = uvicorn.Config(
        application,
        interface="asgi3",
        lifespan="on",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        # Who a request is from is decided by the pages and the edge, which know the trusted proxies.
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, int(environment.grace_seconds)),
    )
    configuration.load()
    _Server(configuration).run(sockets=[listener])


def run_wsgi(application: str, environment: Environment, *, processes: int, threads: int) -> None:
    """Serve Django's pages alone with granian, until SIGTERM."""
    from granian.constants import Interfaces
    from granian.server import Server

    # granian says nothing useful when the port is taken; here it does.
    listen(environment.bind_host, environment.bind_port).close()
    Server(
        application,
        address=environment.bind_host,
        port=environment.bind_port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=max(1, int(environment.grace_seconds)),
    ).serve()


def die_with_supervisor() -> None:
    """If a supervisor started us, end (as on SIGTERM) when it is gone, even when it was killed.

    Linux tells us by a signal; elsewhere the supervisor's number is looked at now and then.
    """
    supervisor = int(os.environ.get(SUPERVISOR_VARIABLE, "0"))
    if not supervisor:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        _watch(lambda: os.getppid() == supervisor)
    # It may have gone before the line above.
    if os.getppid() != supervisor:
        raise SystemExit(0)


def _watch(is_alive: Callable[[], bool]) -> None:
    import threading
    import time

    def look() -> None:
        while is_alive():
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, name="supervisor-watch", daemon=True).start()


class _Server(uvicorn.Server):
    """uvicorn waits for open responses before the application hears of the end: live streams have none."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        application: Any = self.config.loaded_app
        close_streams = _find(application, "close_streams")
        if close_streams is not None:
            close_streams()
            await asyncio.sleep(0)
        await super().shutdown(sockets)


def _find(application: Any, name: str) -> Callable[[], None] | None:
    """Look through uvicorn's own wrappers, which keep what they wrap in `app`."""
    while application is not None:
        found: Callable[[], None] | None = getattr(application, name, None)
        if found is not None:
            return found
        application = getattr(application, "app", None)
    return None
