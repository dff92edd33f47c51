"""What exists is documented: every setting, route, command, option and public name."""

import json

import pytest
import typer

import modeldesk
from modeldesk.api import create_api
from modeldesk.cli.app import app
from modeldesk.cli.summaries import comparison_json, profile_json
from modeldesk.desk import Desk
from modeldesk.performance import MEASURES
from modeldesk.settings import Settings
from tests.support.requirements import ROOT

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    """The settings' page has a row for it."""
    assert f"| `{name}` |" in (REFERENCE / "settings.md").read_text()


@pytest.mark.parametrize("name", sorted(set(modeldesk.__all__) - {"__version__"}))
def test_every_public_name_is_documented(name: str) -> None:
    """The Python page has a row for it."""
    assert f"| `modeldesk.{name}" in (REFERENCE / "python.md").read_text()


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_every_measure_is_documented(name: str) -> None:
    """The page on performance has a row that begins with it."""
    lines = (REFERENCE.parent / "performance.md").read_text().splitlines()
    assert any(f"`{name}`" in line.split("|")[1] for line in lines if line.startswith("| `"))


def test_every_route_is_documented(tmp_path: object) -> None:
    """The HTTP page has a row for each method and path of the OpenAPI document."""
    text = (REFERENCE / "http.md").read_text()
    settings = Settings.load(home=tmp_path)
    with Desk.open(settings) as desk:
        document = create_api(desk, settings).openapi()
    routes = [
        f"| `{method.upper()} {path}` |"
        for path, methods in document["paths"].items()
        for method in methods
    ]
    assert len(routes) > 10
    assert [route for route in routes if route not in text] == []


def test_every_command_and_option_is_documented() -> None:
    """The commands' page has a section for each command, and names its options."""
    text = (REFERENCE / "commands.md").read_text()
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    commands = dict(group.commands)
    for name, inner in group.commands.items():
        if isinstance(inner, typer.core.TyperGroup):
            del commands[name]
            commands |= {f"{name} {part}": command for part, command in inner.commands.items()}
    for name, command in commands.items():
        assert f"## `modeldesk {name}" in text
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert parameter.opts[0] in text, (name, parameter.opts)


def test_every_field_of_the_json_documents_is_documented() -> None:
    """The page on reports has a row that names each field of both documents."""
    text = (REFERENCE.parent / "reports.md").read_text()
    found = modeldesk.profile({"age": ["31", "47"], "note": ["a b", "c"]})
    compared = json.loads(comparison_json(modeldesk.compare(found, found)))
    told = json.loads(profile_json(found))
    documents = [told, told["columns"][0], compared, compared["columns"][0]]
    names = {name for document in documents for name in document}
    assert len(names) > 20
    assert sorted(name for name in names if f"`{name}`" not in text) == []
