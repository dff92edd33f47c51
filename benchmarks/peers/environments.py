"""The virtual environments of the peers, each made on first use from its pinned versions."""

from __future__ import annotations

import compileall
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).parent
VENVS = HERE / ".venvs"

_QUIET = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "WHYLOGS_NO_ANALYTICS": "1",
}
"""Tells the peers not to report their use to their makers."""


class Peer(StrEnum):
    """A program that modeldesk is measured against."""

    WHYLOGS = "whylogs"
    EVIDENTLY = "evidently"
    NANNYML = "nannyml"
    FLASK = "flask"
    FASTAPI = "fastapi"
    MLFLOW = "mlflow"
    BENTOML = "bentoml"
    LITSERVE = "litserve"

    @property
    def requirements(self) -> Path:
        """Its pinned versions."""
        return HERE / self.value / "requirements.txt"

    @property
    def version(self) -> str:
        """The version that is pinned."""
        first = self.requirements.read_text(encoding="utf-8").splitlines()[0]
        return first.partition("==")[2]


def python_of(peer: Peer, *, venvs: Path = VENVS) -> Path:
    """Return the interpreter of a peer's environment; on first use the environment is made.

    It is made anew when the pinned versions have changed.

    Raises
    ------
    SystemExit
        When pip cannot install the peer; its last words are in the message.
    """
    wanted = peer.requirements.read_bytes()
    name = f"{peer.value} {peer.version}"
    return _made(venvs / peer.value, name, wanted, "--requirement", str(peer.requirements))


def own_python(*, venvs: Path = VENVS) -> Path:
    """Return the interpreter of an environment with what installing modeldesk brings, no more.

    What a developer has besides would be loaded too: scikit-learn imports pandas where it is.

    Raises
    ------
    SystemExit
        When pip cannot install it; its last words are in the message.
    """
    root = HERE.parents[1]
    # As pip leaves what it installs: otherwise each start compiles 850 modules anew.
    compileall.compile_dir(root / "src", quiet=1)
    pinned = root / "constraints.txt"
    wanted = pinned.read_bytes() + (root / "pyproject.toml").read_bytes()
    return _made(venvs / "modeldesk", "modeldesk", wanted, "--constraint", str(pinned), str(root))


def _made(folder: Path, name: str, wanted: bytes, *arguments: str) -> Path:
    """Make an environment, unless it is there as it is wanted, and return its interpreter."""
    python = folder / "bin" / "python"
    digest = hashlib.sha256(wanted).hexdigest()
    mark = folder / "installed"
    if python.exists() and mark.exists() and mark.read_text(encoding="ascii") == digest:
        return python
    print(f"Installing {name} into {_shown(folder)} ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"pip could not install {name}:\n{done.stderr[-2000:]}")
    mark.write_text(digest, encoding="ascii")
    return python


def variables() -> dict[str, str]:
    """Return the environment variables that a peer runs with."""
    return os.environ | _QUIET


def _shown(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
