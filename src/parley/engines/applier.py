"""The applier's process: what the edges kept becomes messages, where it keeps no webhook waiting."""

import asyncio
import signal

import structlog
import uvloop
from prometheus_client import start_http_server

from parley.core.environment import Environment
from parley.engines.apply.applier import Applier
from parley.engines.database import open_pool
from parley.engines.wakeups import INBOUND, Wakeup, listen

log = structlog.get_logger(__name__)


def main(environment: Environment) -> None:
    """Apply until told to stop. What is under way then is rolled back, and is the next one's."""
    if environment.applier_metrics_port:
        start_http_server(environment.applier_metrics_port, addr="127.0.0.1")
    uvloop.run(_until_told(environment))


async def _until_told(environment: Environment) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    applying = asyncio.create_task(run_applier(environment))
    stopping = asyncio.create_task(told.wait())
    await asyncio.wait({applying, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if applying.done():
        applying.result()  # an applier that dies of a fault takes its process with it
    for task in (applying, stopping):
        task.cancel()
    await asyncio.gather(applying, stopping, return_exceptions=True)
    log.info("applier.stopped")


async def run_applier(environment: Environment) -> None:
    """Apply for ever: woken by the edges, and looking now and then by itself. Any number may run."""
    async with open_pool(environment) as pool:
        wakeup = Wakeup(environment.poll_seconds)
        async with asyncio.TaskGroup() as group:
            group.create_task(Applier(pool, wakeup).run())
            group.create_task(
                listen(environment, {INBOUND: lambda _payload: wakeup.wake()}, on_gap=wakeup.wake)
            )
            log.info("applier.ready")
