"""What is read from the graph of an ONNX model, besides what onnxruntime tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modeldesk.errors import UnsafeArtefact
from modeldesk.models.adapters.tables import needed

_LABELS = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")


def class_labels(graph: Any) -> tuple[int | str, ...]:  # noqa: ANN401  # untyped library
    """Return a classifier's labels in the order of its probabilities; empty for other models.

    They stand in the operator that makes the probabilities, or beside the one that picks the
    label of the most probable class.
    """
    told = [labels for node in graph.node if (labels := _told_by(node))]
    return told[-1] if told else _picked_from(graph)


def check_contained(graph: Any) -> None:  # noqa: ANN401  # untyped library
    """Refuse a model whose weights lie in other files.

    Raises
    ------
    UnsafeArtefact
        Naming one of those files.
    """
    for tensor in _tensors(graph):
        for entry in tensor.external_data:
            if entry.key == "location":
                message = f"The model's weights lie in another file, {entry.value!r}."
                raise UnsafeArtefact(message, hint="Save it as one file, without external data.")


def _told_by(node: Any) -> tuple[int | str, ...]:  # noqa: ANN401  # untyped library
    for attribute in node.attribute:
        if attribute.name in _LABELS:
            texts = tuple(text.decode() for text in attribute.strings)
            return texts or tuple(attribute.ints)
    return ()


def _picked_from(graph: Any) -> tuple[int | str, ...]:  # noqa: ANN401  # untyped library
    """Return the list of labels out of which the label is picked by its position."""
    numpy_helper = needed("onnx", extra="onnx").numpy_helper
    known = {tensor.name: tensor for tensor in graph.initializer}
    for node in reversed(graph.node):
        if node.op_type == "ArrayFeatureExtractor" and node.input[0] in known:
            values = numpy_helper.to_array(known[node.input[0]]).reshape(-1).tolist()
            texts = [value.decode() if isinstance(value, bytes) else value for value in values]
            if len(graph.output) > 1 and len(set(texts)) == len(texts) > 1:
                return tuple(texts)
    return ()


def _tensors(graph: Any) -> Iterator[Any]:  # noqa: ANN401  # untyped library
    """Yield every tensor of a graph and of the graphs within it."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                if inner.node or inner.initializer:
                    yield from _tensors(inner)
