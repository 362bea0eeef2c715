"""Whom the embedded server runs as, when Parley itself runs as root: PostgreSQL refuses to be root.

It becomes a system user of its own, which is let through to the programs and the data, and to nothing else.
"""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from parley.core.errors import Misconfigured

SYSTEM_USER = "parley-postgres"

# The kernel's form of an access control list (linux/posix_acl_xattr.h): a version, then tag, rights and id.
_ACL = "system.posix_acl_access"
_ACL_VERSION = 2
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
_MAY_PASS = 1


@dataclass(frozen=True, slots=True)
class SystemUser:
    """An account to run a program as; both ids None means: as we are."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give the path (not what is in it) to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def user_for(data_directory: Path) -> SystemUser:
    """The owner of existing data, or else, for root only, the system user, made when it is missing."""
    if os.geteuid() != 0:
        _check_has_name(os.geteuid())
        return SystemUser()
    if data_directory.exists():
        owner = data_directory.stat()
        if owner.st_uid != 0:
            return SystemUser(uid=owner.st_uid, gid=owner.st_gid)
    entry = _system_account()
    return SystemUser(uid=entry.pw_uid, gid=entry.pw_gid)


def let_through(user: SystemUser, path: Path) -> None:
    """Let the user pass (not list, not read) every folder above `path`; nobody else gains by it."""
    if user.uid is None:
        return
    for folder in path.resolve().parents:
        _let_pass(user, folder)


def let_read(user: SystemUser, folder: Path) -> None:
    """Make a tree of programs readable for everybody: an installation with umask 077 hides it."""
    if user.uid is None:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            continue
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(stat.S_IMODE(wanted))


def _check_has_name(uid: int) -> None:
    """PostgreSQL asks for the name of its user; a container that runs as a bare number has none."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise Misconfigured(
            f"The user with the number {uid} has no name on this machine, and "
            "PostgreSQL does not run without. "
            "Add the user to /etc/passwd, or set DATABASE_URL to a PostgreSQL server of your own."
        ) from None


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    remedy = "Run Parley as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own."
    if command is None:
        raise Misconfigured(f"PostgreSQL does not run as root, and no user can be made for it here. {remedy}")
    arguments = [command, "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
    made = subprocess.run(arguments, capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(SYSTEM_USER)  # Also where another process was quicker.
    except KeyError:
        raise Misconfigured(
            f"PostgreSQL does not run as root, and `useradd {SYSTEM_USER}` failed: "
            f"{made.stderr.strip()}. {remedy}"
        ) from None


def _let_pass(user: SystemUser, folder: Path) -> None:
    status = folder.stat()
    is_owner, is_group = status.st_uid == user.uid, status.st_gid == user.gid
    right = stat.S_IXUSR if is_owner else stat.S_IXGRP if is_group else stat.S_IXOTH
    if status.st_mode & right:
        return
    try:
        _add_to_access_list(folder, user.uid or 0, _access_list(folder))
    except (AttributeError, OSError):
        # No access lists on this file system: everybody may pass, still without listing or reading.
        folder.chmod(stat.S_IMODE(status.st_mode | stat.S_IXOTH))


def _access_list(folder: Path) -> list[tuple[int, int, int]]:
    if _ACL in os.listxattr(folder):
        packed = os.getxattr(folder, _ACL)[4:]
        return [struct.unpack("<HHI", packed[at : at + 8]) for at in range(0, len(packed), 8)]
    mode = folder.stat().st_mode
    group = mode >> 3 & 7
    return [
        (_OWNER, mode >> 6 & 7, _NOBODY),
        (_GROUP, group, _NOBODY),
        (_MASK, group, _NOBODY),
        (_OTHER, mode & 7, _NOBODY),
    ]


def _add_to_access_list(folder: Path, uid: int, entries: list[tuple[int, int, int]]) -> None:
    # The mask bounds the others' rights, and `chmod` resets it: it is written again each time.
    others = [entry for entry in entries if not (entry[0] == _USER and entry[2] == uid)]
    opened = [(tag, rights | _MAY_PASS if tag == _MASK else rights, who) for tag, rights, who in others]
    packed = b"".join(struct.pack("<HHI", *entry) for entry in sorted([*opened, (_USER, _MAY_PASS, uid)]))
    os.setxattr(folder, _ACL, struct.pack("<I", _ACL_VERSION) + packed)
