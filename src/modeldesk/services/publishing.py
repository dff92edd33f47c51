"""What a version is made of: its signature and its reference profile, told by a run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from modeldesk.errors import InvalidArgument, InvalidData, InvalidRows
from modeldesk.models import Frames, Model
from modeldesk.profiles import Profile, profile
from modeldesk.schema import (
    Column,
    Kind,
    Role,
    RowDecoder,
    Signature,
    absent,
    infer_columns,
    polars_type,
    to_frame,
)
from modeldesk.services.fitting import fitted
from modeldesk.services.outputs import PREDICTION, output_columns, output_frame
from modeldesk.services.version_samples import with_truth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A version about to be kept."""

    signature: Signature
    reference: Profile
    rows: pl.DataFrame | None = None
    """The reference's inputs and outputs, with `LABEL` where it has outcomes; ``None`` without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRows:
    """A reference that was read from a file: not the sort of tables that a model was trained on.

    Any other reference tells that sort by what it is itself.
    """

    frame: pl.DataFrame


def frames_of(reference: object) -> Frames | None:
    """Return what a model was trained on, as far as its reference tells."""
    if isinstance(reference, FileRows):
        return None
    if type(reference).__module__.startswith("pandas"):
        return Frames.PANDAS
    return Frames.POLARS if isinstance(reference, pl.DataFrame | pl.LazyFrame) else None


def prepared(
    model: Model, *, reference: object, target: str | None, example: Mapping[str, object] | None
) -> Prepared:
    """Run a model on its reference, and tell its signature and its reference profile.

    Raises
    ------
    InvalidArgument, InvalidData, InvalidRows
        When the target, the reference or the example is not usable.
    ModelFailed
        When the model fails on the reference.
    """
    name = target or PREDICTION
    if reference is None:
        signature = _with_example(_of_hints(model, name), example)
        nothing = {column.name: polars_type(column) for column in signature.columns}
        full = pl.DataFrame(schema=nothing)
        return Prepared(signature=signature, reference=profile(full, kinds=signature.kinds))
    rows = reference.frame if isinstance(reference, FileRows) else reference
    given = to_frame(rows)
    inputs, columns = _inputs(model, given, target)
    predicted = model.predict(inputs)
    outputs = output_columns(predicted, model.classes, name=name)
    signature = _with_example(Signature(inputs=columns, outputs=outputs), example)
    full = pl.concat([inputs, output_frame(predicted, signature)], how="horizontal")
    return Prepared(
        signature=signature,
        reference=profile(full, kinds=signature.kinds),
        rows=with_truth(full, given, signature, target),
    )


def registered(reference: object, *, prediction: str, scores: Mapping[str, str]) -> Prepared:
    """Tell the signature and the reference profile of a model that is served elsewhere.

    Raises
    ------
    InvalidData
        When the reference lacks a column, or has no rows.
    """
    frame = to_frame(reference)
    missing = absent((prediction, *scores), frame)
    if missing:
        message = f"The reference has no column {', '.join(map(repr, missing))}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(frame.columns)}.")
    _check_rows(frame)
    roles = {prediction: Role.PREDICTION} | dict.fromkeys(scores, Role.SCORE)
    columns = [
        replace(column, role=roles.get(column.name, Role.FEATURE), label=scores.get(column.name))
        for column in infer_columns(frame)
    ]
    signature = Signature(
        inputs=tuple(column for column in columns if column.role is Role.FEATURE),
        outputs=tuple(column for column in columns if column.role is not Role.FEATURE),
    )
    types = {column.name: polars_type(column) for column in columns}
    rows = frame.cast(types)  # type: ignore[arg-type]  # a dict of instances is fine
    told = profile(rows, kinds=signature.kinds)
    return Prepared(signature=signature, reference=told, rows=rows)


def _of_hints(model: Model, name: str) -> Signature:
    """Return the signature of a model that needs no reference to be told."""
    told = model.declared
    if told is None or not told.outputs:
        message = "Without a reference nobody knows what the model takes and answers."
        hint = (
            "Pass the training data as the reference, or publish a function whose parameters "
            "and answer have type hints."
        )
        raise InvalidArgument(message, hint=hint)
    (answer,) = told.outputs
    return Signature(inputs=told.inputs, outputs=(replace(answer, name=name),))


def _inputs(
    model: Model, reference: pl.DataFrame, target: str | None
) -> tuple[pl.DataFrame, tuple[Column, ...]]:
    """Pick the features out of the reference, in the types that requests will have."""
    if target is not None and target not in reference.columns:
        message = f"The reference has no column {target!r}, which was named as the target."
        raise InvalidData(message, hint=f"Its columns: {', '.join(reference.columns)}.")
    told = model.declared
    if told is not None:
        there = frozenset(reference.columns)
        names = tuple(c.name for c in told.inputs if c.name in there or not c.optional)
    else:
        given = _features(model, reference.columns)
        names = given or tuple(name for name in reference.columns if name != target)
    missing = absent(names, reference)
    if missing:
        message = f"The reference lacks features of the model: {', '.join(missing)}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(reference.columns)}.")
    _check_rows(reference)
    features = reference.select(names)
    if told is not None:
        return _declared_inputs(features, told)
    columns = infer_columns(features)
    types = {column.name: polars_type(column) for column in columns}
    return features.cast(types), columns  # type: ignore[arg-type]  # a dict of instances is fine


def _features(model: Model, columns: list[str]) -> tuple[str, ...] | None:
    """Return the columns that a model's features are; some libraries write _ for a space."""
    if model.features is None:
        return None
    spaced = {re.sub(r"\s", "_", name): name for name in columns}
    return tuple(name if name in columns else spaced.get(name, name) for name in model.features)


def _declared_inputs(
    features: pl.DataFrame, told: Signature
) -> tuple[pl.DataFrame, tuple[Column, ...]]:
    """Read the features in the types that the model declares; the rest is told from the values."""
    found = fitted(features, Signature(inputs=told.inputs))
    if found.bad.height:
        message = f"The reference does not fit the model: {found.reasons[0]}."
        raise InvalidData(message, hint=f"{found.bad.height} rows do not fit.")
    frame = found.good.select(column.name for column in told.inputs)
    seen = {column.name: column for column in infer_columns(frame)}
    columns = tuple(_refined(column, seen[column.name]) for column in told.inputs)
    types = {column.name: polars_type(column) for column in columns}
    return frame.cast(types), columns  # type: ignore[arg-type]  # a dict of instances is fine


def _refined(told: Column, seen: Column) -> Column:
    """Return a declared column with what it leaves open as it was seen in the reference."""
    refines = told.kind is Kind.TEXT and seen.kind in {Kind.CATEGORICAL, Kind.IDENTIFIER}
    return replace(
        told,
        kind=seen.kind if refines else told.kind,
        low=seen.low if told.low is None else told.low,
        high=seen.high if told.high is None else told.high,
        categories=told.categories or seen.categories,
        example=told.example if seen.example is None else seen.example,
    )


def _with_example(signature: Signature, example: Mapping[str, object] | None) -> Signature:
    """Return the signature with a row of the publisher's as its example."""
    if example is None:
        return signature
    try:
        RowDecoder(signature).decode([example])
    except InvalidRows as error:
        problems = "; ".join(f"{p.field}: {p.problem}" for p in error.problems)
        message = f"The example does not fit the model: {problems}."
        raise InvalidArgument(message, hint="Give one value for each feature.") from error
    inputs = tuple(
        replace(column, example=_plain(example.get(column.name))) for column in signature.inputs
    )
    return replace(signature, inputs=inputs)


def _plain(value: Any) -> Any:  # noqa: ANN401  # the decoder has checked it
    return tuple(value) if isinstance(value, list) else value


def _check_rows(reference: pl.DataFrame) -> None:
    if reference.height == 0:
        message = "The reference has no rows."
        raise InvalidData(message, hint="Pass the training data, or a part of it.")
