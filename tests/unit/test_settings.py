"""Where settings come from, and which source wins."""

from pathlib import Path

import pytest

from modeldesk.errors import InvalidArgument
from modeldesk.settings import Settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in a folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_defaults_work_on_a_laptop(empty_folder: Path) -> None:
    """SQLite and the artefacts lie in the home folder; the server stays local."""
    settings = Settings.load()
    assert (settings.host, settings.port, settings.ui) == ("127.0.0.1", 8080, True)
    assert settings.database == f"sqlite:///{empty_folder / 'modeldesk-data' / 'modeldesk.db'}"
    assert settings.artefacts == str(empty_folder / "modeldesk-data" / "artefacts")


def test_flags_win_over_the_environment_and_that_over_the_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flag that is None counts as not given."""
    (empty_folder / "modeldesk.toml").write_text('port = 1\nhost = "::1"\nmax_rows = 7\n')
    monkeypatch.setenv("MODELDESK_PORT", "2")
    monkeypatch.setenv("MODELDESK_DATABASE_URL", "postgresql://host/name")
    settings = Settings.load(port=None, artefacts_url="s3://bucket/x")
    assert (settings.port, settings.host, settings.max_rows) == (2, "::1", 7)
    assert settings.database == "postgresql://host/name"
    assert settings.artefacts == "s3://bucket/x"
    assert Settings.load(port=3).port == 3


def test_a_wrong_value_names_the_setting_and_its_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message tells the flag, the variable and the file."""
    monkeypatch.setenv("MODELDESK_MAX_ROWS", "many")
    with pytest.raises(InvalidArgument, match=r"'max_rows' .*MODELDESK_MAX_ROWS.*toml"):
        Settings.load()


@pytest.mark.parametrize("text", ["port = ", "colour = 1"])
def test_a_file_that_cannot_be_read_is_said_so(empty_folder: Path, text: str) -> None:
    """Broken TOML and unknown names are both refused, naming the file."""
    (empty_folder / "modeldesk.toml").write_text(text)
    with pytest.raises(InvalidArgument, match=r"modeldesk\.toml"):
        Settings.load()


def test_variables_without_our_prefix_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many programs know a PORT."""
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("VERTEX_PREDICT_ROUTE", "/predict")
    monkeypatch.setenv("VERTEX_HEALTH_ROUTE", "/health")
    settings = Settings.load()
    assert settings.port == 8080
    assert settings.vertex_predict_route is settings.vertex_health_route is None


def test_vertex_variables_stand_between_the_environment_and_the_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vertex AI says where it will ask; whoever names a port for us means it."""
    (empty_folder / "modeldesk.toml").write_text('port = 1\nvertex_health_route = "/file"\n')
    monkeypatch.setenv("AIP_HTTP_PORT", "2")
    monkeypatch.setenv("AIP_HEALTH_ROUTE", "")
    monkeypatch.setenv("AIP_PREDICT_ROUTE", "/vertex")
    settings = Settings.load()
    assert (settings.port, settings.vertex_predict_route) == (2, "/vertex")
    assert settings.vertex_health_route == "/file"
    monkeypatch.setenv("MODELDESK_PORT", "3")
    assert Settings.load().port == 3
    assert Settings.load(port=4).port == 4
    monkeypatch.setenv("AIP_PREDICT_ROUTE", "no path")
    with pytest.raises(InvalidArgument, match="AIP_PREDICT_ROUTE"):
        Settings.load()
