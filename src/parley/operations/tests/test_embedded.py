"""The embedded server as its users meet it: real processes, real kills."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from parley.core.database_urls import embedded_url, with_login
from parley.core.errors import Misconfigured
from parley.core.keys import keys_from_text
from parley.operations import postmaster
from parley.operations.embedded import EmbeddedServer, embedded_server, temporary_server

MASTER = keys_from_text("0b7d3f9a5c1e4860b2d4f6a8c0e1d3b5")


@pytest.fixture
def home(place: Path) -> Iterator[Path]:
    yield place / "home"
    postmaster.stop(place / "home" / "postgres" / "data")


def answer(server: EmbeddedServer, question: str = "SELECT 42") -> object:
    with psycopg.connect(server.superuser_url()) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def test_it_starts_keeps_data_and_starts_again_in_no_time(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        keep_seven(server)
    assert server.pid is None
    began = time.monotonic()
    with embedded_server(home, master=MASTER) as server:
        assert answer(server, "SELECT number FROM kept") == 7
    assert time.monotonic() - began < 10


def test_it_is_where_the_urls_say(home: Path) -> None:
    with embedded_server(home, master=MASTER):
        url = with_login(embedded_url(home, "postgres"), "postgres", MASTER.role_password("postgres"))
        with psycopg.connect(url) as connection:
            assert connection.info.server_version >= 180000


def test_nobody_gets_in_without_a_password_or_from_the_network(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        for login in ("postgres", "postgres:guess"):
            url = server.superuser_url().replace(f"postgres:{server.password}", login)
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(url, passfile="/nonexistent")
        assert answer(server, "SHOW listen_addresses") == ""
        for folder in (server.directory, server.data, server.socket_directory):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can look as somebody else.")
def test_another_user_of_the_machine_cannot_even_see_the_socket(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        looked = subprocess.run(
            ["/bin/ls", server.socket_directory], user=65534, capture_output=True, check=False
        )
        assert looked.returncode != 0
        assert server.data.stat().st_uid != 0


def test_several_share_it_and_the_last_one_stops_it(home: Path) -> None:
    with embedded_server(home, master=MASTER) as first:
        with embedded_server(home, master=MASTER) as second:
            assert first.pid == second.pid
        assert answer(first) == 42
    assert first.pid is None


def test_two_starters_at_once_do_not_fight(home: Path) -> None:
    def use(_number: int) -> object:
        with embedded_server(home, master=MASTER) as server:
            return answer(server)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(8))) == [42] * 8


def test_after_kill_9_it_recovers(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        keep_seven(server)
        kill(server)
        server.revive()
        assert answer(server, "SELECT number FROM kept") == 7
        kill(server)
    with embedded_server(home, master=MASTER) as server:
        assert answer(server, "SELECT number FROM kept") == 7


def test_a_pid_file_whose_number_another_program_has_is_stale(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        text = (server.data / "postmaster.pid").read_text()
    lines = text.splitlines()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with embedded_server(home, master=MASTER) as server:
        assert answer(server) == 42


def test_a_first_start_that_was_killed_leaves_nothing_half_made(home: Path) -> None:
    draft = home / "postgres" / "data.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with embedded_server(home, master=MASTER) as server:
        assert answer(server) == 42
    assert not draft.exists()


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        pass
    (server.data / "PG_VERSION").write_text("16\n")
    refused = pytest.raises(Misconfigured, match=r"PostgreSQL 16.*brings 18.*pg_dump")
    with refused, embedded_server(home, master=MASTER):
        pass
    (server.data / "PG_VERSION").write_text("18\n")


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with embedded_server(home, master=MASTER) as server:
        pass
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'nonsense'\n")
    with pytest.raises(Misconfigured, match="shared_buffers"), embedded_server(home, master=MASTER):
        pass


def test_a_temporary_server_is_gone_afterwards_and_listens_if_asked(place: Path) -> None:
    with temporary_server(place / "server", port=free_port()) as server:
        url = with_login(server.tcp_url("postgres"), "postgres", server.password)
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
    assert server.pid is None
    assert not (place / "server").exists()


def test_a_temporary_server_dies_with_its_maker(place: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from parley.operations.embedded import temporary_server\n"
        "with temporary_server(Path(sys.argv[1])) as server:\n"
        "    print(server.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    place = place / "server"
    maker = subprocess.Popen([sys.executable, "-c", script, place], stdout=subprocess.PIPE, text=True)
    assert maker.stdout is not None
    pid = int(maker.stdout.readline())
    maker.kill()
    maker.communicate()
    assert gone(pid)


def keep_seven(server: EmbeddedServer) -> None:
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def kill(server: EmbeddedServer) -> None:
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while server.pid is not None and time.monotonic() < deadline:
        time.sleep(0.01)


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    from parley.operations.installation import free_port as find

    return find(0)
