"""The repository's own tools do what they promise."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest

from tests.support.requirements import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
TEXT_ENDINGS = {".cfg", ".css", ".html", ".js", ".json", ".mako", ".md", ".py", ".sh", ".toml"}
TEXT_ENDINGS |= {".txt", ".yaml", ".yml", ""}
PACKAGE_INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-(?:links)|https?://[^\s\"'>)]*(?:/simple\b|registry\.)"
)


def run(*command: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        check=False,
        text=True,
    )


def committed_files() -> list[Path]:
    """Return the text files that are, or would be, in the repository."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    if listed.returncode != 0:
        pytest.skip("this is no git repository")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_ENDINGS]


def test_every_target_of_the_makefile_has_help() -> None:
    """`make help` lists every target that a person calls."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    shown = run("make", "help")
    assert shown.returncode == 0
    listed = re.findall(r"^make (\S+) +\S", shown.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony.group(1).split())
    assert run("make").stdout == shown.stdout


def test_every_target_is_declared_phony() -> None:
    """A file that happens to be named like a target does not stop it."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    targets = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    assert targets == set(phony.group(1).split())


@pytest.mark.parametrize("path", [".ci/run", *sorted(p.name for p in ROOT.glob("scripts/*.sh"))])
def test_shell_scripts_can_be_executed(path: str) -> None:
    """Every shell script is executable, stops at the first error and parses."""
    script = ROOT / path if "/" in path else ROOT / "scripts" / path
    assert script.stat().st_mode & stat.S_IXUSR
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert run("bash", "-n", str(script)).returncode == 0


def test_continuous_integration_runs_what_people_run() -> None:
    """The one script of continuous integration runs the checks and the tests."""
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["make check", "make test"]
    assert "export CI=true" in lines


def test_every_ruff_ignore_says_why() -> None:
    """Every ignored rule stands on a line of its own, with its reason."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.isort]")]
    ruff = PYPROJECT["tool"]["ruff"]["lint"]
    ignored = [
        *ruff["ignore"],
        *(rule for rules in ruff["per-file-ignores"].values() for rule in rules),
    ]
    explained = re.findall(r'^ +"([A-Z]+[0-9]*)", +# \w.{9,}$', lint, re.MULTILINE)
    assert sorted(explained) == sorted(ignored)
    assert ruff["select"] == ["ALL"]


def test_every_silenced_warning_says_why() -> None:
    """Warnings are errors; each exception has a comment on the line above it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = text[text.index("filterwarnings = [") :].partition("\n]")[0].splitlines()[1:]
    assert lines[0].strip() == '"error",'
    reason = ""
    for line in map(str.strip, lines[1:]):
        if line.startswith("#"):
            reason = line
        assert reason, line


def test_no_committed_file_names_a_package_index() -> None:
    """Where packages come from is the business of whoever installs them."""
    found = [
        str(path.relative_to(ROOT))
        for path in committed_files()
        if PACKAGE_INDEX.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_constraints_are_plain_versions() -> None:
    """Every line of constraints.txt is `name==version`, once per package, in order."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    names = [pin.partition("==")[0] for pin in pins]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9A-Za-z.]*", pin) for pin in pins)
    assert names == sorted(set(names))
    assert not {"modeldesk", "torch", "pip"} & set(names)


def test_constraints_pin_every_direct_dependency() -> None:
    """What pyproject.toml asks for, constraints.txt pins."""
    project = PYPROJECT["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[\[<>=, ]", line)[0].lower().replace("_", "-") for line in asked}
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    # Developed with xgboost-cpu, which is the same library without accelerators.
    assert names - {"xgboost"} <= set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def test_writing_constraints_twice_changes_nothing(tmp_path: Path) -> None:
    """The file is written once; unchanged versions leave it, and its time, alone."""
    target = tmp_path / "constraints.txt"
    script = str(ROOT / "scripts/write_constraints.py")
    assert "written" in run(sys.executable, script, str(target)).stdout
    assert "up to date" in run(sys.executable, script, str(target)).stdout
    assert re.search(r"^pytest==", target.read_text(encoding="utf-8"), re.MULTILINE)


def test_benchmarks_are_listed_with_their_docstrings(tmp_path: Path) -> None:
    """`make bench` names each benchmark with the first line of its docstring."""
    script = str(ROOT / "scripts/list_benchmarks.py")
    assert "no benchmarks" in run(sys.executable, script, str(tmp_path)).stdout
    (tmp_path / "rollup.py").write_text('"""Rows per second.\n\nMore."""\n', encoding="utf-8")
    (tmp_path / "_shared.py").write_text('"""Not one."""\n', encoding="utf-8")
    listed = run(sys.executable, script, str(tmp_path)).stdout
    assert listed == "make bench-rollup  Rows per second.\n"


def stand_in(folder: Path, name: str, script: str) -> None:
    """Write a program that stands in for one of the system's."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_setup_says_when_python_is_too_old(tmp_path: Path) -> None:
    """Setting up with an old Python names what was found and what is needed."""
    stand_in(tmp_path, "python3.9", 'case "$1" in --version) echo Python 3.9.1;; *) exit 1;; esac')
    old = str(tmp_path / "python3.9")
    done = run("scripts/setup_environment.sh", str(tmp_path / "venv"), PYTHON=old)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, found: Python 3.9.1" in done.stderr


def test_setup_says_when_python_cannot_create_environments(tmp_path: Path) -> None:
    """Setting up with a Python without venv names the package that is missing."""
    stand_in(tmp_path, "python3.11", 'case "$2" in *ensurepip*) exit 1;; esac')
    bare = str(tmp_path / "python3.11")
    done = run("scripts/setup_environment.sh", str(tmp_path / "venv"), PYTHON=bare)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


@pytest.fixture
def bare_system(tmp_path: Path) -> Path:
    """Offer a PATH without Chromium on which apt-get never finds a package."""
    for name in ("bash", "env", "find", "id", "tr", "uname"):
        found = run("bash", "-c", f"command -v {name}").stdout.strip()
        (tmp_path / name).symlink_to(found)
    stand_in(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/calls; exit 100')
    stand_in(tmp_path, "sudo", 'while [ "$1" = -n ]; do shift; done; exec "$@"')
    return tmp_path


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_missing_system_packages_fail_only_in_ci(bare_system: Path, ci: str, code: int) -> None:
    """What cannot be installed is named with why it is wanted; only in CI is that an error."""
    done = run("scripts/system_packages.sh", PATH=str(bare_system), CI=ci)
    assert done.returncode == code
    assert "chromium: the browser" in done.stdout
    assert re.search(r"Install by hand: .*chromium", done.stderr)
    assert "install --yes" in (bare_system / "calls").read_text(encoding="utf-8")


def test_nothing_is_installed_where_nothing_is_missing(bare_system: Path) -> None:
    """With browser, database server and fonts there, apt-get is not even called."""
    for name in ("chromium", "initdb", "postgres"):
        stand_in(bare_system, name, "exit 1")
    fonts = bare_system / ".fonts"
    fonts.mkdir()
    for name in ("DejaVuSans.ttf", "NotoColorEmoji.ttf"):
        (fonts / name).touch()
    done = run("scripts/system_packages.sh", PATH=str(bare_system), HOME=str(bare_system))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (bare_system / "calls").exists()


def test_the_wheel_carries_all_that_is_read_at_run_time(tmp_path: Path) -> None:
    """Every file of the package is in the wheel: the types' marker and migrations included."""
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    package = ROOT / "src"
    written = {
        str(path.relative_to(package))
        for path in package.glob("modeldesk/**/*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert "modeldesk/py.typed" in written
    assert written <= carried


def layer_names() -> list[str]:
    """Return the modules that the layers name, top to bottom."""
    return [name.strip(" ()") for layer in LAYERS for name in layer.split("|")]


def test_only_missing_modules_are_optional_layers() -> None:
    """A layer loses its parentheses as soon as its module is written."""
    package = ROOT / "src/modeldesk"
    optional = [name.strip(" ()") for row in LAYERS for name in row.split("|") if "(" in name]
    files = [file for n in optional for file in (f"{n}.py", f"{n}/__init__.py")]
    written = [file for file in files if (package / file).exists()]
    assert written == []


@pytest.fixture
def layered(tmp_path: Path) -> Path:
    """Offer a package of empty modules, one per layer, under this project's contracts."""
    for name in layer_names():
        folder = tmp_path / "modeldesk" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "part.py").touch()
    (tmp_path / "modeldesk/__init__.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts on the package in a folder."""
    program = str(Path(sys.executable).with_name("lint-imports"))
    return run(program, "--no-cache", folder=folder, PYTHONPATH=str(folder))


def test_the_contracts_allow_what_the_design_allows(layered: Path) -> None:
    """Downward imports, and each foreign library in its own place, are fine."""
    for module, line in [
        ("services/part.py", "import modeldesk.store.part"),
        ("api/part.py", "import fastapi, modeldesk.services"),
        ("store/part.py", "import sqlalchemy"),
        ("ui/part.py", "import nicegui"),
        ("models/part.py", "import sklearn"),
        ("__init__.py", "import modeldesk.client"),
        ("errors/part.py", "import modeldesk"),
    ]:
        (layered / "modeldesk" / module).write_text(line, encoding="utf-8")
    done = lint_imports(layered)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("store/part.py", "import modeldesk.services"),
        ("api/part.py", "import modeldesk.ui.part"),
        ("models/part.py", "import modeldesk.monitors"),
        ("errors/part.py", "import modeldesk.clock"),
        ("services/part.py", "import sqlalchemy"),
        ("services/part.py", "from fastapi import Request"),
        ("api/part.py", "import nicegui"),
        ("services/part.py", "import typer"),
        ("services/part.py", "import sklearn.linear_model"),
        ("utils.py", ""),
    ],
)
def test_the_contracts_refuse_what_the_design_refuses(
    layered: Path, module: str, line: str
) -> None:
    """Upward and sideways imports, fenced libraries and unknown modules break a contract."""
    (layered / "modeldesk" / module).write_text(line, encoding="utf-8")
    done = lint_imports(layered)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout
