"""A trial run of a stranger's model in a process of its own.

The libraries that read boosted trees trust their files: of a damaged one, XGBoost and LightGBM
end the process. So what comes from elsewhere is first read, and run on its reference, by a child.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import polars as pl

from modeldesk.errors import Corrupt, ModeldeskError, ModelFailed
from modeldesk.models import Frames, adapter_for, read_safe_model
from modeldesk.schema import to_frame
from modeldesk.services.publishing import prepared
from modeldesk.services.whole_tables import inputs_of, outputs_of

SECONDS = 120.0
"""What a trial may take."""


class _Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is told, as JSON in its first argument."""

    model: str
    reference: str
    target: str | None
    frames: Frames | None
    test: str | None


def try_out(
    path: Path,
    *,
    reference: pl.DataFrame,
    target: str | None,
    frames: Frames | None,
    test: pl.DataFrame | None = None,
    seconds: float = SECONDS,
) -> None:
    """Read a model's file and run it on its reference, where nothing else is harmed.

    What the child finds wrong in an orderly way is not told here: who publishes the model finds
    the same again.

    Parameters
    ----------
    path
        File of a format that `read_safe_model` reads.
    reference
        The rows, with the target if there is one.
    target
        Name of the reference's column with the outcome.
    frames
        What the model was trained on, if that is known.
    test
        The rows that it is tested on, if there are any.
    seconds
        What the trial may take.

    Raises
    ------
    Corrupt
        When the file ends the process that reads it.
    ModelFailed
        When the trial takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="modeldesk-trial-") as folder:
        table = Path(folder) / "reference.parquet"
        reference.write_parquet(table)
        tested = Path(folder) / "test.parquet"
        if test is not None:
            test.write_parquet(tested)
        trial = _Trial(
            model=str(path),
            reference=str(table),
            target=target,
            frames=frames,
            test=None if test is None else str(tested),
        )
        command = [sys.executable, "-P", "-m", __name__, msgspec.json.encode(trial).decode()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)  # noqa: S603  # our own program
        except subprocess.TimeoutExpired as error:
            message = f"The model was not done with its rows after {seconds:g} seconds."
            hint = "Give fewer rows as the reference, or to be tested on."
            raise ModelFailed(message, hint=hint) from error
    if done.returncode:
        message = f"The file ended the process that read it (status {done.returncode})."
        raise Corrupt(message, hint="Write it anew with the library that made it.")


def _run(trial: _Trial) -> None:
    thing = read_safe_model(Path(trial.model))
    model = adapter_for(thing).wrap(thing, frames=trial.frames)
    found = prepared(
        model,
        reference=pl.read_parquet(trial.reference),
        target=trial.target,
        example=None,
    )
    if trial.test is not None:
        inputs = inputs_of(to_frame(pl.read_parquet(trial.test)), found.signature)
        if inputs.height:
            outputs_of(model, inputs, found.signature)


def main() -> None:
    """Run the trial that the first argument describes; only an untimely end is a failure."""
    try:
        _run(msgspec.json.decode(sys.argv[1], type=_Trial))
    except ModeldeskError:
        return


if __name__ == "__main__":
    main()
