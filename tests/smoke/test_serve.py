"""A whole installation on Debian's PostgreSQL 15: directly, and through PgBouncer in transaction mode."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from parley.core.database_urls import APP_ROLE, ENGINE_ROLE
from parley.simulator.testing import Simulator
from tests.smoke.debian import POOL_SIZE, Postgres15, pgbouncer
from tests.smoke.operator import Operator, Site, serving
from tests.smoke.shop import Shop
from tests.torture.programs import until

pytestmark = pytest.mark.smoke

CUSTOMER = "5519998761234"
REPLY = "Temos sim! Quer que eu reserve?"
TENANTS = 5
REQUESTS = 200
AT_ONCE = 10
WAYS = ("directly", "pgbouncer")


@pytest.fixture(scope="module", params=WAYS)
def site(
    request: pytest.FixtureRequest,
    operator: Operator,
    postgres: Postgres15,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """`parley serve`. Through PgBouncer with DATABASE_URL alone: what LISTEN misses, polling finds."""
    folder = tmp_path_factory.mktemp("site")
    with ExitStack() as stack:
        chosen = operator
        if request.param == "pgbouncer":
            bouncer = pgbouncer(folder / "pgbouncer", postgres, passwords=operator.role_passwords)
            chosen = operator.with_variables(DATABASE_URL=stack.enter_context(bouncer).url())
        yield stack.enter_context(serving(chosen, folder / "serve"))


def test_a_message_in_a_reply_out(site: Site, whatsapp: Simulator, request: pytest.FixtureRequest) -> None:
    way = request.node.callspec.params["site"]
    shop = Shop(f"shop-{way}", site.new_company(f"Shop-{way}"), whatsapp, f"session-{way}")
    shop.connect()

    thread = shop.hears(CUSTOMER, "Oi! Ainda tem a mesa redonda?")
    shop.replies(thread, REPLY)
    until(lambda: _accepted(whatsapp, shop) == [REPLY], what="WhatsApp has taken it")
    whatsapp.read_all(CUSTOMER, channel=shop.number)
    until(lambda: 'data-status="read"' in shop.browser.get(thread).text, what="the ticks turn blue")
    assert _accepted(whatsapp, shop) == [REPLY]

    status = site.operator.types("status")
    assert "PostgreSQL 15." in status.stdout
    assert f"as {APP_ROLE}" in status.stdout
    assert f"as {ENGINE_ROLE}" in status.stdout
    assert shop.browser.get("/readyz").status == 200
    assert "listening.interrupted" not in site.program.printed


@pytest.mark.parametrize("site", ["pgbouncer"], indirect=True)
def test_tenants_who_share_two_connections_never_see_each_other(
    site: Site, whatsapp: Simulator, postgres: Postgres15
) -> None:
    """T12 in small. A setting that outlived its transaction would show one shop another one's customers."""
    shops = [
        Shop(slug, browser, whatsapp, f"session-{slug}")
        for slug, browser in site.new_companies(TENANTS).items()
    ]
    canaries = [f"canary-of-{shop.slug}" for shop in shops]
    threads = [_hears_canary(shop, canary) for shop, canary in zip(shops, canaries, strict=True)]
    order = [number % TENANTS for number in range(REQUESTS)]
    random.Random(12).shuffle(order)  # noqa: S311  an order, not a secret

    def ask(place: int) -> tuple[int, int, list[str]]:
        tenant = order[place]
        shop = shops[tenant]
        page = shop.browser.get(threads[tenant] if place % 2 else f"/w/{shop.slug}/inbox/?tab=all")
        return tenant, page.status, [canary for canary in canaries if canary in page.text]

    with _most_connections(postgres) as most, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, range(REQUESTS)))
    assert {status for _, status, _ in answers} == {200}
    assert all(seen == [canaries[tenant]] for tenant, _, seen in answers)
    assert 1 <= most[APP_ROLE] <= POOL_SIZE
    assert 1 <= most[ENGINE_ROLE] <= POOL_SIZE
    stranger = shops[0].browser
    assert {stranger.get(address).status for address in threads[1:]} == {404}


def _hears_canary(shop: Shop, canary: str) -> str:
    """The thread of a customer who has written a word that nobody else's customer wrote."""
    shop.connect()
    return shop.hears(CUSTOMER, canary)


def _accepted(whatsapp: Simulator, shop: Shop) -> list[str]:
    return [entry.body for entry in whatsapp.ledger() if entry.channel.endswith(f":{shop.number}")]


@contextmanager
def _most_connections(postgres: Postgres15) -> Iterator[Counter[str]]:
    """How many connections each role had at the most during the block, by looking now and then."""
    most = Counter[str]()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            rows = postgres.rows("SELECT usename::text, count(*)::text FROM pg_stat_activity GROUP BY 1")
            for role, count in rows:
                most[str(role)] = max(most[str(role)], int(str(count)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        done.set()
        watcher.join()
