"""The pages that explain the HTTP interface; everything on them comes from this server."""

from __future__ import annotations

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse

from modeldesk.api.encoding import Json
from modeldesk.api.openapi import Document

_ASSETS = "/docs/assets"


def show_docs(app: FastAPI, document: Document) -> None:
    """Serve the OpenAPI document at ``/openapi.json``, and as a page at ``/docs``.

    The page's script and style lie in the package `fastapi-offline`; nothing is fetched from
    elsewhere.
    """
    folder = Path(fastapi_offline.__file__).parent / "static"

    def openapi(request: Request) -> Json:
        return Json(document.describe(str(request.base_url).rstrip("/")))

    async def page(request: Request) -> HTMLResponse:
        prefix = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{prefix}/openapi.json",
            title=f"{app.title}: API",
            swagger_js_url=f"{prefix}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{prefix}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url="data:,",
            swagger_ui_parameters={"validatorUrl": None, "tryItOutEnabled": True},
        )

    # As plain routes: FastAPI remembers the functions of its own, and with these all of the app.
    app.add_route("/openapi.json", openapi, include_in_schema=False)
    for path in ("/docs", "/apidocs"):
        app.add_route(path, page, include_in_schema=False)
    app.mount(_ASSETS, StaticFiles(directory=folder), name="docs-assets")
