"""What a change comes from, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.services.change_views import ChangeBin, ChangePart, ChangeSource


def change_sentence(
    loss: str, before: float, now: float, change: ChangePart, sources: Sequence[ChangeSource]
) -> str:
    """Say how the mean loss changed, and what most of it comes from.

    Parameters
    ----------
    loss
        What is counted, in words.
    before, now
        Mean losses of both sides.
    change
        Of the mean loss.
    sources
        What it comes from, the most first.
    """
    begin = f"The mean {loss} {_moved(before, now)}"
    if change.shown:
        ends = sorted((abs(change.low), abs(change.high)))
        begin += f", by {abs(change.value):.4g} ({ends[0]:.4g} to {ends[1]:.4g})."
    else:
        begin += "." if _same(before, now) else ", which may be chance."
    told = [begin]
    shift = next((each for each in sources if each.covariate.shown), None)
    if shift is not None:
        told.append(_shifted(shift))
    found = _most_apart(sources)
    if found is not None:
        end = "" if shift is None else ", which that shift may have to do with"
        told.append(_apart(*found, end=end))
    if change.shown and shift is None and found is None:
        told.append("No column, segment or slice tells why: it changed alike everywhere.")
    return " ".join(told)


def source_sentence(source: ChangeSource, loss: str) -> str:
    """Say what one column, segment or slice has to do with the change."""
    told = []
    if source.covariate.shown:
        told.append(_shifted(source))
    found = _most_apart([source])
    if found is not None:
        told.append(_apart(*found))
    elif source.concept.shown:
        way = "higher" if source.concept.value > 0 else "lower"
        told.append(
            f"Of rows alike in {_named(source)} the mean {loss} is {way} by "
            f"{abs(source.concept.value):.4g}."
        )
    return " ".join(told) or f"What {_named(source)} has to do with it may be chance."


def _named(source: ChangeSource) -> str:
    return f"the slice {source.name!r}" if source.kind == "slice" else repr(source.name)


def _shifted(source: ChangeSource) -> str:
    way = "raises" if source.covariate.value > 0 else "lowers"
    ends = sorted((source.covariate.low, source.covariate.high), key=abs)
    return (
        f"The shift of {_named(source)} {way} it by {abs(source.covariate.value):.4g} "
        f"({abs(ends[0]):.4g} to {abs(ends[1]):.4g})."
    )


def _most_apart(sources: Sequence[ChangeSource]) -> tuple[ChangeSource, ChangeBin] | None:
    """Return the bin of the first source that has any whose loss changed otherwise, the largest."""
    for source in sources:
        shown = [each for each in source.bins if each.apart is not None and each.apart.shown]
        if shown:
            return source, max(shown, key=lambda each: abs(each.concept))
    return None


def _apart(source: ChangeSource, found: ChangeBin, *, end: str = "") -> str:
    if source.kind == "slice":
        where = f"{'In' if found.name == source.name else 'Outside'} {_named(source)}"
    else:
        value = found.name if source.kind == "column" else repr(found.name)
        where = f"Where {_named(source)} is {value}"
    moved = _moved(found.loss_before or 0.0, found.loss_now or 0.0)
    return f"{where} it {moved}, unlike elsewhere{end}."


def _moved(before: float, now: float) -> str:
    if _same(before, now):
        return f"stayed at {now:.4g}"
    return f"{'rose' if now > before else 'fell'} from {before:.4g} to {now:.4g}"


def _same(before: float, now: float) -> bool:
    """Whether two numbers are shown alike."""
    return f"{before:.4g}" == f"{now:.4g}"
