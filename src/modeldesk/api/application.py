"""The HTTP interface put together."""

from __future__ import annotations

from fastapi import FastAPI

from modeldesk import __version__
from modeldesk.api import (
    attribution,
    audit,
    estimates,
    fairness,
    feedback,
    health,
    jobs,
    labels,
    log,
    metering,
    models,
    monitoring,
    other_tables,
    performance,
    predict,
    publishing,
    routing,
    slices,
    version_figures,
    version_pairs,
)
from modeldesk.api.access import Door
from modeldesk.api.boundary import Boundary
from modeldesk.api.context import provide
from modeldesk.api.dialects import DIALECTS, serve_vertex
from modeldesk.api.docs import show_docs
from modeldesk.api.errors import handle_errors
from modeldesk.api.failures import failures, failures_as
from modeldesk.api.hot_path import HotPath, tell_failures
from modeldesk.api.identity import RequestIdentity
from modeldesk.api.metering import Metering
from modeldesk.api.needs import Asked
from modeldesk.api.openapi import TITLE, Document
from modeldesk.api.patience import Patience
from modeldesk.api.unmatched import answer_unmatched
from modeldesk.desk import Desk
from modeldesk.services.acting import PREDICTS
from modeldesk.settings import Settings

PREFIX = "/api/v1"


def create_api(desk: Desk, settings: Settings) -> FastAPI:
    """Return the HTTP interface of a desk.

    Parameters
    ----------
    desk
        What the routes speak for; it stays the caller's to close.
    settings
        Limits on bodies and rows.

    Returns
    -------
    FastAPI
        Everything under ``/api``, and ``/docs``, ``/apidocs``, ``/openapi.json``. It has no
        guard against foreign web pages: see `modeldesk.server.create_app`.

    Examples
    --------
    >>> import tempfile
    >>> settings = Settings.load(home=tempfile.mkdtemp())
    >>> with Desk.open(settings) as desk:
    ...     create_api(desk, settings).title
    'modeldesk'
    """
    app = FastAPI(title=TITLE, version=__version__, openapi_url=None)
    provide(app, desk, settings)
    handle_errors(app)
    tell_failures(app)
    parts = (
        *(predict, jobs, models, publishing, routing, monitoring),
        *(log, labels, performance, slices, estimates, feedback, audit, health),
        *(fairness, attribution, version_pairs, version_figures, other_tables),
    )
    for part in parts:
        app.include_router(part.router, prefix=PREFIX, responses=failures(plain=part is health))
    app.include_router(metering.router, responses=failures(plain=True))
    for router, shape in DIALECTS:
        app.include_router(router, responses=failures_as(shape))
    serve_vertex(app, desk, settings)
    app.state.sign_in_required = required = desk.sign_in_required
    app.state.hot_path = HotPath(desk, settings, app.state.arrivals, required=required)
    show_docs(app, Document(app, desk, secured=required))
    answer_unmatched(app)
    app.add_middleware(Patience, seconds=settings.max_body_seconds)
    app.add_middleware(
        Door,
        access=desk.access,
        required=required,
        routes=_vertex_needs(settings),
        pages=settings.ui,
    )
    app.add_middleware(Boundary)
    app.add_middleware(Metering, measures=desk.measures)
    app.add_middleware(RequestIdentity)
    return app


def _vertex_needs(settings: Settings) -> dict[str, Asked]:
    """Return what is needed at the routes that Vertex AI chooses."""
    found: dict[str, Asked] = {}
    if settings.vertex_health_route:
        found[settings.vertex_health_route] = Asked(None)
    if settings.vertex_predict_route:
        found[settings.vertex_predict_route] = Asked(PREDICTS, sorts=True)
    return found
