"""Tables as programs send them."""

import io

import polars as pl


def written(frame: pl.DataFrame, media: str) -> bytes:
    """Return a table as the type that a Content-Type header names."""
    stream = io.BytesIO()
    match media.partition(";")[0]:
        case "text/csv":
            frame.write_csv(stream)
        case "application/vnd.apache.parquet":
            frame.write_parquet(stream)
        case "application/vnd.apache.arrow.stream":
            frame.write_ipc_stream(stream)
        case "application/vnd.apache.arrow.file":
            frame.write_ipc(stream)
        case "application/json":
            frame.write_json(stream)
        case _:
            message = f"Nothing is written as {media}."
            raise ValueError(message)
    return stream.getvalue()
