"""One adapter per library of models; a library is imported when its adapter is used."""

from __future__ import annotations

from modeldesk.errors import NotFound, UnsupportedModel
from modeldesk.models.adapters.function import FunctionAdapter
from modeldesk.models.adapters.sklearn import SklearnAdapter
from modeldesk.models.port import Adapter

ADAPTERS: tuple[Adapter, ...] = (SklearnAdapter(), FunctionAdapter())


def adapter_for(thing: object) -> Adapter:
    """Return the adapter that accepts an object, or raise `UnsupportedModel`."""
    for adapter in ADAPTERS:
        if adapter.accepts(thing):
            return adapter
    message = f"A {type(thing).__module__}.{type(thing).__qualname__} cannot be published."
    hint = "Publish a fitted scikit-learn estimator, or a function of an importable module."
    raise UnsupportedModel(message, hint=hint)


def adapter_named(flavor: str) -> Adapter:
    """Return the adapter of a stored version's flavor, or raise `NotFound`."""
    for adapter in ADAPTERS:
        if adapter.flavor == flavor:
            return adapter
    message = f"There is no adapter for models of flavor {flavor!r}."
    raise NotFound(message, hint="Upgrade modeldesk, or install the extra of that library.")
