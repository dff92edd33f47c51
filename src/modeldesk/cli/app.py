"""The command line as a whole: its commands, and what happens when one of them fails."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from modeldesk.cli.attributing import attribution
from modeldesk.cli.auditing import audit
from modeldesk.cli.backfilling import log
from modeldesk.cli.comparing import compare, profile
from modeldesk.cli.demonstrating import demo
from modeldesk.cli.estimating import estimates
from modeldesk.cli.exits import exit_code
from modeldesk.cli.grouping import fairness
from modeldesk.cli.keeping_keys import keys
from modeldesk.cli.keeping_users import users
from modeldesk.cli.labelling import label
from modeldesk.cli.maintaining import check, expire, rebuild_profiles, vacuum
from modeldesk.cli.measuring import performance
from modeldesk.cli.predicting import predict
from modeldesk.cli.publishing import models, publish
from modeldesk.cli.replaying import replay
from modeldesk.cli.routing import alias, aliases, rollback, routing
from modeldesk.cli.safekeeping import backup, export, restore
from modeldesk.cli.screen import show_error, talk
from modeldesk.cli.serving import migrate, serve
from modeldesk.cli.slicing import slices
from modeldesk.cli.versioning import version
from modeldesk.errors import ModeldeskError

_EPILOG = (
    "Exit status: 0 it worked, 1 something failed or was found, 2 the command line or a file "
    "is wrong, 3 the server or the database cannot be reached, 130 interrupted."
)


class _Guarded(TyperGroup):
    """Turns errors raised on purpose into a sentence and an exit status."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # the context's class is private to typer
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ModeldeskError as error:
            if ctx.params.get("traceback"):
                talk().print_exception()
            show_error(error)
            raise typer.Exit(exit_code(error)) from error


app = typer.Typer(
    cls=_Guarded,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(epilog=_EPILOG)
def modeldesk(
    *,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where in the program an error came from.")
    ] = False,
) -> None:
    """Serve a trained model, keep every prediction, and see when something is wrong.

    New here? `modeldesk demo` plays the whole story with a real model.
    """
    del traceback


for command in (
    *(demo, serve, publish, predict, log, label, performance, estimates),
    *(fairness, attribution),
    *(profile, compare, replay, models),
    *(alias, aliases, rollback, routing),
    *(backup, restore, export, check, rebuild_profiles, expire, vacuum, migrate, audit, version),
):
    app.command()(command)
for group in (keys, users, slices):
    app.add_typer(group)
