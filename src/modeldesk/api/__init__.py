"""The HTTP interface: routes, the one shape of errors, and the OpenAPI document."""

from modeldesk.api.application import create_api
from modeldesk.api.guard import Guard
from modeldesk.api.hot_path import HotPath
from modeldesk.api.hot_protocol import hot_protocol
from modeldesk.api.identity import RequestIdentity
from modeldesk.api.late import mount_late
from modeldesk.api.sign_in import serve_sign_in

__all__ = [
    "Guard",
    "HotPath",
    "RequestIdentity",
    "create_api",
    "hot_protocol",
    "mount_late",
    "serve_sign_in",
]
