"""The settings in force: where they come from, and that no secret is among them."""

from pathlib import Path

import pytest

from modeldesk.services.settings_report import HIDDEN, program_report, without_password
from modeldesk.settings import Settings

SECRET = "hunter2-and-more"  # noqa: S105 - of a test


def test_each_setting_says_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flags, variables, those of Vertex AI, the file, defaults."""
    monkeypatch.chdir(tmp_path)
    Path("modeldesk.toml").write_text("port = 1\nmax_rows = 7\nui = false\n", encoding="utf-8")
    monkeypatch.setenv("modeldesk_max_rows", "8")
    monkeypatch.setenv("AIP_PREDICT_ROUTE", "/predict")
    settings = Settings.load(port=9000)
    views = {view.name: view for view in program_report(settings).settings}
    assert set(views) == set(Settings.model_fields)
    assert (views["port"].value, views["port"].origin) == ("9000", "flag")
    assert (views["max_rows"].value, views["max_rows"].origin) == ("8", "MODELDESK_MAX_ROWS")
    assert (views["ui"].value, views["ui"].origin) == ("off", "modeldesk.toml")
    assert views["vertex_predict_route"].origin == "AIP_PREDICT_ROUTE"
    assert (views["host"].origin, views["host"].default) == ("default", True)
    given = [view.default for view in program_report(settings).settings]
    assert given == sorted(given)


def test_secrets_are_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords, keys in addresses, and secrets by type, wherever they are shown."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.load(
        database_url=f"postgresql://anna:{SECRET}@db.example/desk?sslpassword={SECRET}",
        artefacts_url=f"s3://bucket/models?key={SECRET}",
        oidc_client_secret=SECRET,
    )
    report = program_report(settings)
    assert SECRET not in str(report)
    views = {view.name: view.value for view in report.settings}
    assert views["oidc_client_secret"] == HIDDEN
    assert views["database_url"].startswith("postgresql://anna:")
    assert views["database_url"].count(HIDDEN) == 2
    assert report.database == views["database_url"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://anna@db/desk", "postgresql://anna@db/desk"),
        (f"postgresql://a:p@ss{SECRET}@db/desk", f"postgresql://a:{HIDDEN}@db/desk"),
        ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
        (f"postgresql://a:p/ss{SECRET}@db/desk", f"postgresql://a:{HIDDEN}@db/desk"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_addresses_keep_what_is_no_secret(url: str, shown: str) -> None:
    """The place and the name stay, so that one can tell which it is."""
    assert without_password(url) == shown
