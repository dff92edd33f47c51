"""Publishing models, and listing those that are there."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from modeldesk.cli.counting import counted
from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, load_settings, open_existing
from modeldesk.cli.screen import answers, talk, write_json


def publish(  # noqa: PLR0913  # one option for each thing that can be told
    model: Annotated[
        str,
        typer.Argument(
            help="A file (.skops, .onnx, XGBoost's .ubj or .json, LightGBM's .txt, CatBoost's "
            ".cbm; with --trust-pickle .joblib or .pkl), the import path package.module:object "
            "of a model or a function, or a URI of MLflow's such as "
            "mlflow:models:/iris@champion (with --trust-pickle).",
            show_default=False,
        ),
    ],
    *,
    name: Annotated[
        str, typer.Option(help="Name that the model is served under.", show_default=False)
    ],
    reference: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet file, or a folder of them, with the data that the model was "
            "trained on: tells the types and ranges of the features, and is what later "
            "traffic is compared with. Only a function with type hints needs none.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Column of the reference that the model predicts.", show_default=False),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet file, or a folder of them, with labelled rows that the model was "
            "not trained on: how good the version is there, and how it compares with the "
            "champion, is kept with it.",
            show_default=False,
        ),
    ] = None,
    test_label: Annotated[
        str | None,
        typer.Option(
            help="Column of the test set with the true outcome. Default: the target.",
            show_default=False,
        ),
    ] = None,
    description: Annotated[str, typer.Option(help="What the model is for.")] = "",
    tag: Annotated[
        list[str] | None,
        typer.Option(help="A word about it, as NAME=WORD; may be repeated.", show_default=False),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="A figure of its evaluation, as NAME=NUMBER; may be repeated.",
            show_default=False,
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            help="What it was configured with, as NAME=VALUE (JSON or text); may be repeated. "
            "Default: the estimator's own parameters.",
            show_default=False,
        ),
    ] = None,
    example: Annotated[
        str | None,
        typer.Option(
            help="A row as a JSON object, to show people how to ask. Default: typical values.",
            show_default=False,
        ),
    ] = None,
    frames: Annotated[
        Literal["pandas", "polars", "numpy"] | None,
        typer.Option(
            help="What the model was trained on, where it does not say so itself. Default: pandas "
            "where that may matter to the model, else polars.",
            show_default=False,
        ),
    ] = None,
    trust_pickle: Annotated[
        bool,
        typer.Option(
            "--trust-pickle",
            help="Load a pickle, a joblib file or a model of MLflow's. Such a file can run any "
            "code while it loads, so do this only with files that you made yourself.",
        ),
    ] = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Publish a trained model under a name; each publication is a new version.

    Example: `modeldesk publish iris.skops --name iris --reference iris.csv
    --target class`
    """
    with talk().status("Publishing"):
        from modeldesk.cli.publication import Publication, noted

        about = noted(description, tags=tag, metrics=metric, parameters=parameter, example=example)
        publication = Publication(
            name=name,
            model=model,
            reference=reference,
            target=target,
            test=test,
            test_label=test_label,
            about=about,
            frames=frames,
            trust_pickle=trust_pickle,
        )
        if url is not None:
            version = publication.send(url)
        else:
            version = publication.keep(load_settings(home=home, database_url=database_url))
    rows = f" with {version.reference_rows} reference rows" if version.reference_rows else ""
    typer.echo(f"Published {version.model} version {version.number} ({version.flavor}){rows}.")
    if version.test is not None:
        typer.echo(f"On {counted(version.test.rows, 'test row')}: {version.test.verdict}")
        typer.echo(f"See: modeldesk performance {name} --version {version.number} --test")
    if url is None:
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
