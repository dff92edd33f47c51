"""Publishing models, and listing those that are there."""

from pathlib import Path
from typing import Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, load_settings, open_existing
from modeldesk.cli.screen import answers, talk, write_json


def publish(
    model: Annotated[
        str,
        typer.Argument(
            help="A .skops file, a .joblib or .pkl file (with --trust-pickle), or the import "
            "path package.module:object of a model or a function.",
            show_default=False,
        ),
    ],
    *,
    name: Annotated[
        str, typer.Option(help="Name that the model is served under.", show_default=False)
    ],
    reference: Annotated[
        Path,
        typer.Option(
            help="CSV or Parquet file, or a folder of them, with the data that the model was "
            "trained on: tells the types and ranges of the features, and is what later "
            "traffic is compared with.",
            show_default=False,
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(help="Column of the reference that the model predicts.", show_default=False),
    ] = None,
    description: Annotated[str, typer.Option(help="What the model is for.")] = "",
    trust_pickle: Annotated[
        bool,
        typer.Option(
            "--trust-pickle",
            help="Load a pickle or joblib file. Such a file can run any code while it loads, "
            "so do this only with files that you made yourself.",
        ),
    ] = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Publish a trained model under a name; each publication is a new version.

    Example: `modeldesk publish iris.skops --name iris --reference iris.csv
    --target class`
    """
    settings = load_settings(home=home, database_url=database_url)
    with talk().status("Loading the model and its reference data"):
        from modeldesk.cli.files import read_table
        from modeldesk.desk import Desk
        from modeldesk.models import read_model

        frame = read_table(reference)
        thing = read_model(model, trust_pickle=trust_pickle)
    with Desk.open(settings) as desk, talk().status("Publishing"):
        version = desk.registry.publish(
            thing,
            name=name,
            reference=frame,
            target=target,
            description=description,
            trust_pickle=trust_pickle,
        )
    typer.echo(
        f"Published {version.model} version {version.number} ({version.flavor}) with "
        f"{version.reference_rows} reference rows."
    )
    typer.echo("Serve it with: modeldesk serve")


def models(
    *,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the published models with their traffic, alerts and verdict.

    Example: `modeldesk models`
    """
    import msgspec

    from modeldesk.cli.drawing import models_table
    from modeldesk.client import Client

    if url is not None:
        with Client(url) as client:
            overviews = client.models()
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            overviews = desk.overview.models()
    if as_json:
        write_json(msgspec.json.encode(overviews))
    elif overviews:
        answers().print(models_table(overviews))
    else:
        typer.echo("No model is published yet. See: modeldesk publish --help")
