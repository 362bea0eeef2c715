"""Puts the checkout into its own virtual environment: `import parley` and the command `parley`.

What `pip install --editable` would do, without downloading a build backend that no lock file pins.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """#!{python}
import sys

from parley.cli import main

sys.exit(main())
"""


def main() -> None:
    packages = Path(sysconfig.get_path("purelib"))
    (packages / "parley-checkout.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = Path(sysconfig.get_path("scripts")) / "parley"
    command.write_text(SCRIPT.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
