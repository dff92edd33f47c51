"""Forms with files, as browsers and curl send them: read within limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import PurePosixPath

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from modeldesk.api.requests import (
    InvalidRequest,
    TooLarge,
    UnsupportedUpload,
    refuse,
    unknown,
)
from modeldesk.services.media_types import media_type

FORM = "multipart/form-data"
_MOST_TEXT = 1024 * 1024
"""Bytes of a field that is no file."""


@asynccontextmanager
async def form_of(
    request: Request, *, fields: Collection[str], files: int, most: int
) -> AsyncIterator[FormData]:
    """Yield a form's fields and files; the files are gone afterwards.

    Parameters
    ----------
    request
        With a body of the type ``multipart/form-data``.
    fields
        Names that the form may have, each once.
    files
        Most files.
    most
        Largest body, in bytes.

    Raises
    ------
    UnsupportedUpload
        When the body is no form, or is compressed.
    TooLarge
        As soon as more than ``most`` bytes were announced or have arrived.
    InvalidRequest
        When the form is damaged, or has other fields.
    """
    kind = media_type(request.headers.get("content-type", ""))
    if kind != FORM or request.headers.get("content-encoding", "identity") != "identity":
        message = f"The body is {kind or 'of no type'}, or compressed; it should be a plain {FORM}."
        raise UnsupportedUpload(message, hint="Send a form, such as curl's -F makes.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_many_bytes(most)
    parser = MultiPartParser(
        request.headers,
        _counted(request, most),
        max_files=files,
        max_fields=len(fields),
        max_part_size=_MOST_TEXT,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        problem = f"damaged ({error.message.rstrip('.')})"
        raise refuse(field="body", problem=problem, expected=f"a {FORM}") from error
    try:
        _check_names([name for name, _ in form.multi_items()], fields)
        yield form
    finally:
        await form.close()


def text_of(form: FormData, name: str) -> str | None:
    """Return a field's text; ``None`` where it was left out or is empty.

    Raises
    ------
    InvalidRequest
        When it is a file.
    """
    value = form.get(name)
    if isinstance(value, UploadFile):
        raise refuse(field=name, problem="a file", expected="a plain field")
    return value or None


def suffix_of(file: UploadFile) -> str:
    """Return the ending of a file's name, in lower case: all of the name that is ever used."""
    return PurePosixPath(file.filename or "").suffix.lower()


async def _counted(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_many_bytes(most)
        yield part


def _check_names(given: list[str], known: Collection[str]) -> None:
    strange = tuple(unknown(name, tuple(known)) for name in given if name not in known)
    if strange:
        raise InvalidRequest(strange)
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise refuse(field=twice, problem="given twice", expected="each field once")


def _too_many_bytes(most: int) -> TooLarge:
    message = f"The upload is larger than {most} bytes."
    hint = "Publish the model on the server's own machine, or raise max_model_bytes."
    return TooLarge(message, hint=hint)
