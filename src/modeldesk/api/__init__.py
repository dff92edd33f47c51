"""The HTTP interface: routes, the one shape of errors, and the OpenAPI document."""

from modeldesk.api.application import create_api
from modeldesk.api.guard import Guard
from modeldesk.api.identity import RequestIdentity

__all__ = ["Guard", "RequestIdentity", "create_api"]
