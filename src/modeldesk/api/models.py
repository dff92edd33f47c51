"""The published models: overviews, versions, signatures."""

from __future__ import annotations

from fastapi import Request

from modeldesk.api.answers import ModelsAnswer, SnippetsAnswer, VersionsAnswer
from modeldesk.api.context import ModelName, TheDesk, VersionInPath, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.router import Router
from modeldesk.schema import Signature, Value
from modeldesk.services.acting import caller
from modeldesk.services.snippets import snippets
from modeldesk.services.views import ModelOverview

router = Router(prefix="/models", tags=["Models"])


@router.get("", operation_id="list_models", summary="List the models", response_model=ModelsAnswer)
def list_models(desk: TheDesk) -> Json:
    """List every published model with its traffic, its open alerts and its verdict."""
    sees = caller().sees
    found = tuple(model for model in desk.overview.models() if sees(model.name))
    return Json(ModelsAnswer(models=found))


@router.get("/{name}", operation_id="model", summary="Show a model", response_model=ModelOverview)
def model(desk: TheDesk, name: ModelName) -> Json:
    """Show one model's traffic, open alerts and verdict."""
    return Json(desk.overview.model(name))


@router.get(
    "/{name}/versions",
    operation_id="list_versions",
    summary="List a model's versions",
    response_model=VersionsAnswer,
)
def list_versions(desk: TheDesk, name: ModelName) -> Json:
    """List a model's versions with their aliases and signatures."""
    return Json(VersionsAnswer(versions=desk.registry.versions(name)))


@router.get(
    "/{name}/schema",
    operation_id="signature",
    summary="Show the signature",
    response_model=Signature,
)
def signature(desk: TheDesk, name: ModelName, version: VersionNumber = None) -> Json:
    """Show what a version takes and what it answers: names, kinds, ranges, categories."""
    return Json(desk.registry.version(name, version).signature)


@router.get(
    "/{name}/example",
    operation_id="example_row",
    summary="Get an example row",
    response_model=dict[str, Value],
)
def example_row(desk: TheDesk, name: ModelName, version: VersionNumber = None) -> Json:
    """Give a row of typical values that the version accepts."""
    return Json(desk.registry.version(name, version).signature.example())


@router.get(
    "/{name}/snippets",
    operation_id="snippets",
    summary="Get code that asks a model",
    response_model=SnippetsAnswer,
)
def code(request: Request, desk: TheDesk, name: ModelName) -> Json:
    """Give code in curl, Python and JavaScript that asks the champion for its example row.

    The address in it is the one at which this was asked. Where the server asks for keys, the
    code takes one from the variable `MODELDESK_API_KEY`.
    """
    champion = desk.registry.version(name)
    url = str(request.base_url).rstrip("/")
    secured = bool(request.app.state.sign_in_required)
    found = snippets(champion.model, champion.signature, url=url, secured=secured)
    return Json(SnippetsAnswer(snippets=found))


@router.get(
    "/{name}/versions/{version}/schema",
    operation_id="version_signature",
    summary="Show a version's signature",
    response_model=Signature,
)
def version_signature(desk: TheDesk, name: ModelName, version: VersionInPath) -> Json:
    """Show what one version takes and what it answers."""
    return Json(desk.registry.version(name, version).signature)


@router.get(
    "/{name}/versions/{version}/example",
    operation_id="version_example",
    summary="Get an example row of a version",
    response_model=dict[str, Value],
)
def version_example(desk: TheDesk, name: ModelName, version: VersionInPath) -> Json:
    """Give a row of typical values that one version accepts."""
    return Json(desk.registry.version(name, version).signature.example())
