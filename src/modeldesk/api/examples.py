"""Commands that work as they stand: curl calls of a desk's own models, alerts and address."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from modeldesk.api.encoding import encode
from modeldesk.desk import Desk
from modeldesk.schema import Signature
from modeldesk.services.feedback import REASONS
from modeldesk.services.views import AlertStatus

MOST_MODELS = 20
"""Models whose example rows the document shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the examples are about."""

    url: str
    """Address of the server."""
    names: tuple[str, ...] = ()
    """Every published model."""
    champions: tuple[tuple[str, Signature], ...] = ()
    """The first models in alphabetical order, with their champions' signatures."""
    alert: int | None = None
    """Number of an alert that is not resolved."""


def look_round(desk: Desk, url: str) -> Scene:
    """Return the scene as the desk is now."""
    names = desk.registry.names()
    unresolved = (
        alert
        for status in (AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED)
        for alert in desk.monitoring.alerts(status=status)
    )
    alert = next(unresolved, None)
    return Scene(
        url=url,
        names=names,
        champions=tuple(
            (name, desk.registry.version(name).signature) for name in names[:MOST_MODELS]
        ),
        alert=None if alert is None else alert.alert_id,
    )


def commands(scene: Scene) -> dict[str, str]:
    """Return shell commands by operation; an operation without one cannot be tried yet."""
    found = {
        "health": _curl(scene, "health"),
        "list_models": _curl(scene, "models"),
        "list_alerts": _curl(scene, "alerts?status=open"),
    }
    if scene.champions:
        found |= _of_model(scene, *scene.champions[0])
    if scene.alert is not None:
        change = {"status": AlertStatus.ACKNOWLEDGED}
        found["change_alert"] = _curl(scene, f"alerts/{scene.alert}", "PATCH", change)
    return found


def _of_model(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    row = signature.example()
    one = _curl(scene, f"models/{name}/predict", "POST", {"row": row})
    many = {"rows": [row, row], "row_ids": ["order-1", "order-2"]}
    found = {
        "predict": f"{one}\n\n{_curl(scene, f'models/{name}/predict', 'POST', many)}",
        "model": _curl(scene, f"models/{name}"),
        "list_versions": _curl(scene, f"models/{name}/versions"),
        "signature": _curl(scene, f"models/{name}/schema"),
        "example_row": _curl(scene, f"models/{name}/example"),
        "drift": _curl(scene, f"models/{name}/drift?granularity=day"),
        "model_alerts": _curl(scene, f"models/{name}/alerts"),
        "list_flags": _curl(scene, f"models/{name}/flags"),
    } | _of_log(scene, name, signature)
    if len(scene.names) == 1:
        found["predict_bare"] = _curl(scene, "predict", "POST", row)
    # The identifier of a prediction comes from predicting; the commands show that too.
    first = f"""ID=$({one} | grep -o '"prediction_id":"[^"]*"' | cut -d '"' -f 4)"""
    flag = {"reason": REASONS[0], "comment": "Looks wrong to me."}
    found["prediction"] = f'{first}\n\n{_curl(scene, "predictions/")}"$ID"'
    found["flag_prediction"] = (
        f'{first}\n\n{_curl(scene, "predictions/")}"$ID"/flags{_sent("POST", flag)}'
    )
    return found


def _of_log(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    logged = signature.example() | {signature.prediction.name: signature.prediction.example}
    return {
        "log_rows": _curl(scene, f"models/{name}/log", "POST", [logged]),
        "list_predictions": _curl(scene, f"models/{name}/predictions?limit=5"),
        "predictions_by_key": _curl(scene, f"models/{name}/predictions/by-key?row_id=order-1"),
        "quarantine": _curl(scene, f"models/{name}/quarantine"),
        "segments": _curl(scene, f"models/{name}/segments"),
        "policy": _curl(scene, f"models/{name}/policy"),
        "set_policy": _curl(scene, f"models/{name}/policy", "PUT", {"rows": "all"}),
    }


def _curl(scene: Scene, path: str, method: str = "GET", body: object = None) -> str:
    address = shlex.quote(f"{scene.url}/api/v1/{path}")
    return f"curl -sS {address}{'' if body is None else _sent(method, body)}"


def _sent(method: str, body: object) -> str:
    data = shlex.quote(encode(body).decode())
    # A body makes curl post by itself.
    verb = "" if method == "POST" else f" -X {method}"
    return f"{verb} \\\n  -H 'Content-Type: application/json' \\\n  -d {data}"
