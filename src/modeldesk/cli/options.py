"""Options that several commands share, and the settings that come of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from modeldesk.errors import NotFound

if TYPE_CHECKING:
    from modeldesk.desk import Desk
    from modeldesk.settings import Settings

Home: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the database and the models. "
        "Default: MODELDESK_HOME, modeldesk.toml, or ./modeldesk-data.",
        show_default=False,
    ),
]
DatabaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Database to use instead of the one in the home folder, "
        "such as postgresql://user@host/name.",
        show_default=False,
    ),
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Answer with one JSON document instead of a table.")
]
ServerUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="Ask a running server, such as http://127.0.0.1:8080, instead of opening the "
        "home folder.",
        show_default=False,
    ),
]
OnlyModel: TypeAlias = Annotated[
    str | None,
    typer.Option("--model", help="Only this model. Default: all.", show_default=False),
]
OnlyVersion: TypeAlias = Annotated[
    int | None,
    typer.Option("--version", help="Only this version. Default: all.", show_default=False),
]


def load_settings(**flags: object) -> "Settings":
    """Return the settings; a flag of ``None`` counts as not given."""
    from modeldesk.settings import Settings

    return Settings.load(**flags)


def existing_settings(
    *, home: Path | None, database_url: str | None, **flags: object
) -> "Settings":
    """Return the settings of a desk that must be there already, so that looking makes none.

    Raises
    ------
    NotFound
        When there is no desk in the home folder or the database.
    StoreUnavailable
        When the database cannot be reached.
    """
    from modeldesk.store import has_desk, place_of

    settings = load_settings(home=home, database_url=database_url, **flags)
    if not has_desk(settings.database):
        given = settings.database_url is not None
        place = f"the database {place_of(settings.database)}" if given else settings.home.absolute()
        message = f"There is no model desk in {place}."
        option = "--database-url" if given else "--home"
        hint = f"Name another with {option}, or publish a first model: modeldesk publish --help."
        raise NotFound(message, hint=hint)
    return settings


def open_existing(*, home: Path | None, database_url: str | None, **flags: object) -> "Desk":
    """Open a desk that must be there already; what it logs goes to standard error.

    Raises
    ------
    NotFound
        When there is no desk in the home folder or the database.
    """
    from modeldesk.cli.logs import log_to_stderr
    from modeldesk.desk import Desk

    log_to_stderr()
    return Desk.open(existing_settings(home=home, database_url=database_url, **flags))
