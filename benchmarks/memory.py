"""What processes occupy, in MB, as Linux counts it."""

import re
from pathlib import Path

_KB_PER_MB = 1024


def peak_mb(pid: int) -> float:
    """The most that one process ever had resident."""
    return _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM") / _KB_PER_MB


def now_mb(pid: int) -> float:
    """What one process has resident now."""
    return _kilobytes(Path(f"/proc/{pid}/status"), "VmRSS") / _KB_PER_MB


def tree_mb(pid: int) -> float:
    """What a process and all below it occupy now; memory that several share is counted once."""
    return sum(_kilobytes(Path(f"/proc/{each}/smaps_rollup"), "Pss") for each in _tree(pid)) / _KB_PER_MB


def _tree(pid: int) -> list[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name stands in parentheses and may hold anything; the parent is the second field after it.
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _kilobytes(path: Path, name: str) -> int:
    try:
        text = path.read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    line = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(line[1]) if line else 0
