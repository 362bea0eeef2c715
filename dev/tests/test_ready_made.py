"""The ready-made linters are set so that they bite where the house asks for it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RUFF = {
    "E722": "try:\n    x = 1\nexcept:\n    pass\n",
    "BLE001": "try:\n    x = 1\nexcept Exception:\n    pass\n",
    "T201": "print(1)\n",
    "DTZ005": "import datetime\n\nx = datetime.datetime.now()\n",
    "TID252": "from . import x\n",
    "S608": "x = 'a'\ny = f'SELECT * FROM t WHERE a = {x}'\n",
}


@pytest.mark.parametrize("rule", RUFF)
def test_ruff_bites(rule: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise"]
    command += ["--stdin-filename=src/parley/messaging/views.py", "-"]
    done = subprocess.run(command, cwd=ROOT, input=RUFF[rule], capture_output=True, text=True, check=False)
    assert f" {rule} " in done.stdout


def test_the_layers_bite(tmp_path: Path) -> None:
    """A copy of our own contracts, on a package of empty modules that break two of them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = text[text.index("[tool.importlinter]") :]
    (tmp_path / "pyproject.toml").write_text(contracts, encoding="utf-8")
    for name in re.findall(r"\bparley(?:\.[a-z_]+)*(?=\"| \|)", contracts):
        folder = tmp_path.joinpath(*name.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        for package in (folder, *folder.relative_to(tmp_path).parents):
            (tmp_path / package / "__init__.py").touch()
    (tmp_path / "parley" / "core" / "__init__.py").write_text("import parley.messaging\n")
    (tmp_path / "parley" / "engines" / "__init__.py").write_text("import django\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "parley.core -> parley.messaging" in done.stdout
    assert "parley.engines -> django" in done.stdout
