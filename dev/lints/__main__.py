"""`python -m dev.lints`: look at every file of the repository that git knows or would take."""

import subprocess
import sys
from pathlib import Path, PurePosixPath

from dev.lints import RULES, lint

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("src", "tests", "benchmarks", "dev")


def files() -> list[PurePosixPath]:
    """Relative paths of the files that have rules."""
    suffixes = {rules.suffix for rules in RULES}
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *PLACES]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (PurePosixPath(line) for line in listed.splitlines())
    return sorted({path for path in paths if path.suffix in suffixes and (ROOT / path).exists()})


def main() -> int:
    paths = files()
    number = 0
    for path in paths:
        for finding in lint(path, (ROOT / path).read_text(encoding="utf-8")):
            number += 1
            print(f"{path}:{finding.line}: {finding.rule}: {finding.remedy}")
    print(f"dev.lints: {len(paths)} files, {number} findings")
    return 1 if number else 0


if __name__ == "__main__":
    sys.exit(main())
