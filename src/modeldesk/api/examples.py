"""Commands that work as they stand: curl calls of a desk's own models, alerts and address."""

from __future__ import annotations

import csv
import io
import shlex
from dataclasses import dataclass
from urllib.parse import quote

from modeldesk.api.encoding import encode
from modeldesk.desk import Desk
from modeldesk.models import DOWNLOADS
from modeldesk.schema import Signature
from modeldesk.services.acting import caller
from modeldesk.services.calls import Dialect, call
from modeldesk.services.feedback import REASONS
from modeldesk.services.views import AlertStatus

_ALWAYS = {
    "v2_server": "v2",
    "v2_live": "v2/health/live",
    "v2_ready": "v2/health/ready",
    "v1_models": "v1/models",
    "ping": "ping",
    "scoring_health": "health",
    "version": "version",
    "metrics": "metrics",
}
"""Routes of other dialects that answer whatever is published."""

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
    numbers: tuple[int, ...] = ()
    """Numbers of those champions."""
    flavors: tuple[str, ...] = ()
    """What serves them."""
    tested: int | None = None
    """Number of the newest version of the first model that was published with a test set."""
    alert: int | None = None
    """Number of an alert that is not resolved."""
    secured: bool = False
    """Whether commands need a key."""


def look_round(desk: Desk, url: str, *, secured: bool) -> Scene:
    """Return the scene as the desk is now, and as far as the caller may see it."""
    asking = caller()
    names = asking.visible(desk.registry.names())
    unresolved = (
        alert
        for status in (AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED)
        for alert in desk.monitoring.alerts(status=status)
        if asking.sees(alert.model)
    )
    alert = next(unresolved, None)
    champions = [desk.registry.version(name) for name in names[:MOST_MODELS]]
    versions = desk.registry.versions(names[0]) if names else ()
    tested = [version.number for version in versions if version.test is not None]
    return Scene(
        url=url,
        names=names,
        champions=tuple((champion.model, champion.signature) for champion in champions),
        numbers=tuple(champion.number for champion in champions),
        flavors=tuple(champion.flavor for champion in champions),
        tested=tested[-1] if tested else None,
        alert=None if alert is None else alert.alert_id,
        secured=secured,
    )


def commands(scene: Scene) -> dict[str, str]:
    """Return shell commands by operation; an operation without one cannot be tried yet."""
    found = {
        "health": _curl(scene, "health"),
        "list_models": _curl(scene, "models"),
        "list_alerts": _curl(scene, "alerts?status=open"),
        "audit": _curl(scene, "audit?limit=5"),
        "list_jobs": _curl(scene, "jobs?limit=5"),
    } | {name: _at(scene, path) for name, path in _ALWAYS.items()}
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
    version = f"models/{name}/versions/{scene.numbers[0]}"
    found = {
        "predict": f"{one}\n\n{_curl(scene, f'models/{name}/predict', 'POST', many)}",
        "predict_version": _curl(scene, f"{version}/predict", "POST", {"row": row}),
        "version_signature": _curl(scene, f"{version}/schema"),
        "version_example": _curl(scene, f"{version}/example"),
        "model": _curl(scene, f"models/{name}"),
        "list_versions": _curl(scene, f"models/{name}/versions"),
        "compare_version_pairs": _curl(
            scene,
            f"models/{name}/versions/compare?one={scene.numbers[0]}&other={scene.numbers[0]}",
        ),
        "signature": _curl(scene, f"models/{name}/schema"),
        "example_row": _curl(scene, f"models/{name}/example"),
        "snippets": _curl(scene, f"models/{name}/snippets"),
        "drift": _curl(scene, f"models/{name}/drift?granularity=day"),
        "model_alerts": _curl(scene, f"models/{name}/alerts"),
        "list_flags": _curl(scene, f"models/{name}/flags"),
    }
    found |= _of_routing(scene, name) | _of_jobs(scene, name, signature)
    found |= _of_log(scene, name, signature) | _of_labels(scene, name, signature)
    found |= _of_performance(scene, name, signature) | _of_slices(scene, name)
    found |= _of_dialects(scene, name, signature)
    if scene.flavors[0] in DOWNLOADS:
        found |= _of_file(scene, name, signature)
    found["version_line"] = _curl(scene, f"models/{name}/versions/performance?limit=10")
    if scene.tested is not None:
        tested = f"models/{name}/versions/{scene.tested}/test"
        found["version_test"] = _curl(scene, tested)
    if len(scene.names) == 1:
        found["predict_bare"] = _curl(scene, "predict", "POST", row)
    # The identifier of a prediction comes from predicting; the commands show that too.
    first = f"""ID=$({one} | grep -o '"prediction_id":"[^"]*"' | cut -d '"' -f 4)"""
    flag = {"reason": REASONS[0], "comment": "Looks wrong to me."}
    found["prediction"] = f'{first}\n\n{_curl(scene, "predictions/")}"$ID"'
    found["prediction_neighbours"] = f'{first}\n\n{_curl(scene, "predictions/")}"$ID"/neighbours'
    found["flag_prediction"] = (
        f'{first}\n\n{_curl(scene, "predictions/")}"$ID"/flags{_sent("POST", flag)}'
    )
    return found


def _of_slices(scene: Scene, name: str) -> dict[str, str]:
    slices = f"models/{name}/slices"
    kept = {"name": "labelled", "expression": "label is not null"}
    define = _curl(scene, slices, "POST", kept)
    tried = {"expression": "label is not null and ", "cursor": 22}
    return {
        "list_slices": _curl(scene, slices),
        "define_slice": define,
        "check_slice": _curl(scene, f"{slices}/check", "POST", tried),
        "find_slices": _curl(scene, f"{slices}/find"),
        "delete_slice": f"{define}\n\n{_curl(scene, f'{slices}/labelled')} -X DELETE",
    }


def _of_routing(scene: Scene, name: str) -> dict[str, str]:
    model, number = f"models/{name}", scene.numbers[0]
    challenger = f"{model}/aliases/challenger"
    move = _curl(scene, challenger, "PUT", {"version": number, "reason": "Looks good."})
    remove = f"{_curl(scene, challenger)} -X DELETE"
    back = {"alias": "challenger", "reason": "Removed too early."}
    again = _curl(scene, f"{model}/rollback", "POST", back)
    return {
        "aliases": _curl(scene, f"{model}/aliases"),
        "move_alias": move,
        "remove_alias": f"{move}\n\n{remove}",
        "alias_history": _curl(scene, f"{model}/aliases/champion/history"),
        "rollback": f"{move}\n\n{remove}\n\n{again}",
        "routing": _curl(scene, f"{model}/routing"),
        "set_routing": _curl(scene, f"{model}/routing", "PUT", {}),
        "serving": _curl(scene, f"{model}/serving"),
    }


def _of_jobs(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    """Return how a file is sent, watched until it is done, fetched and removed."""
    row = shlex.quote(encode(signature.example()).decode())
    sent = f" \\\n  -H 'Content-Type: application/x-ndjson' \\\n  --data-binary {row}"
    send = f"{_curl(scene, f'models/{name}/jobs')}{sent}"
    by_version = _curl(scene, f"models/{name}/versions/{scene.numbers[0]}/jobs")
    first = f"""ID=$({send} | grep -o '"job_id":"[^"]*"' | cut -d '"' -f 4)"""
    watch = f'{_curl(scene, "jobs/")}"$ID"'
    wait = f"""until {watch} | grep -q '"ended_at":"'; do sleep 0.2; done"""
    result = f'{watch}/result -H "Accept: text/csv"'
    look = f"{_curl(scene, f'models/{name}/tables')}{sent}"
    return {
        "hold_table": look,
        "create_job": send,
        "create_version_job": f"{by_version}{sent}",
        "job": f"{first}\n\n{watch}",
        "job_result": f"{first}\n{wait}\n\n{result}",
        "delete_job": f"{first}\n\n{watch} -X DELETE",
    }


def _of_file(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    """Return how a model is downloaded, and how that file is published again."""
    file = DOWNLOADS[scene.flavors[0]]
    download = f"{_curl(scene, f'models/{name}/versions/{scene.numbers[0]}/artefact')} -o {file}"
    row = signature.example() | {signature.prediction.name: signature.prediction.example}
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([row.keys(), row.values()])
    sent = [
        f"-F model=@{file}",
        f"--form-string reference={shlex.quote(table.getvalue())}",
        f"-F target={shlex.quote(signature.prediction.name)}",
        "-F 'metrics={\"accuracy\": 0.97}'",
        '-F \'tags={"stage": "trial"}\'',
    ]
    publish = " \\\n  ".join([_curl(scene, f"models/{name}/versions"), *sent])
    return {"version_artefact": download, "publish_version": f"{download}\n\n{publish}"}


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
        "monitor": _curl(scene, f"models/{name}/monitor"),
        "set_monitor": _curl(
            scene, f"models/{name}/monitor", "PUT", {"thresholds": {"min_distance": 0.15}}
        ),
        "try_monitor": _curl(
            scene, f"models/{name}/monitor/try", "POST", {"thresholds": {"min_distance": 0.15}}
        ),
        "set_column_rule": _curl(
            scene,
            f"models/{name}/monitor/columns/{quote(signature.inputs[0].name, safe='')}",
            "PUT",
            {"min_distance": 0.25, "muted": "a new sensor"},
        ),
    }


def _of_labels(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    """Return how the rows of the other examples, or whoever has their keys, get labels."""
    label = {"row_id": "order-1", "label": signature.prediction.example, "source": "review"}
    return {
        "label_predictions": _curl(scene, f"models/{name}/labels", "POST", label),
        "list_labels": _curl(scene, f"models/{name}/labels?limit=5"),
        "label_delay": _curl(scene, f"models/{name}/labels/delay"),
        "maturity": _curl(scene, f"models/{name}/maturity"),
        "estimate_performance": _curl(scene, f"models/{name}/estimates"),
    }


def _of_performance(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    path = f"models/{name}/performance"
    found = {
        "performance": _curl(scene, path),
        "performance_segments": _curl(scene, f"{path}/segments"),
        "performance_parts": _curl(scene, f"{path}/parts"),
        "performance_errors": _curl(scene, f"{path}/errors"),
        "compare_performance": _curl(scene, f"{path}/versions?one={scene.numbers[0]}"),
        "performance_fairness": "\n".join(_of_groups(scene, name)),
        "performance_attribution": _curl(scene, f"{path}/attribution"),
    }
    if signature.scores:
        found["performance_confusion"] = _curl(scene, f"{path}/confusion")
        found["performance_curves"] = _curl(scene, f"{path}/curves")
    return found


def _of_groups(scene: Scene, name: str) -> list[str]:
    """Return how two slices without rows in common are defined and compared."""
    groups = {"weekend": "weekday(time) >= 6", "working days": "weekday(time) < 6"}
    slices = [
        _curl(scene, f"models/{name}/slices", "POST", {"name": group, "expression": expression})
        for group, expression in groups.items()
    ]
    asked = "&".join(f"group={quote(group)}" for group in groups)
    return [*slices, "", _curl(scene, f"models/{name}/performance/fairness?{asked}")]


def _of_dialects(scene: Scene, name: str, signature: Signature) -> dict[str, str]:
    number = scene.numbers[0]
    asked = {dialect: call(name, signature, dialect).body for dialect in Dialect}
    tensors = asked[Dialect.OPEN_INFERENCE]
    found = {
        "v2_model": _at(scene, f"v2/models/{name}"),
        "v2_version": _at(scene, f"v2/models/{name}/versions/{number}"),
        "v2_model_ready": _at(scene, f"v2/models/{name}/ready"),
        "v2_version_ready": _at(scene, f"v2/models/{name}/versions/{number}/ready"),
        "v2_infer": _at(scene, f"v2/models/{name}/infer", tensors),
        "v2_infer_version": _at(scene, f"v2/models/{name}/versions/{number}/infer", tensors),
        "v1_model": _at(scene, f"v1/models/{name}"),
        "v1_predict": _at(scene, f"v1/models/{name}:predict", asked[Dialect.KSERVE]),
    }
    which = "" if len(scene.names) == 1 else f"?model={name}"
    return found | {"invocations": _at(scene, f"invocations{which}", asked[Dialect.INVOCATIONS])}


def _at(scene: Scene, path: str, body: object = None) -> str:
    """Return the call of another dialect's route: a question, or a body that is posted."""
    address = shlex.quote(f"{scene.url}/{path}")
    return f"curl -sS{_key(scene)} {address}{'' if body is None else _sent('POST', body)}"


def _curl(scene: Scene, path: str, method: str = "GET", body: object = None) -> str:
    address = shlex.quote(f"{scene.url}/api/v1/{path}")
    return f"curl -sS{_key(scene)} {address}{'' if body is None else _sent(method, body)}"


def _key(scene: Scene) -> str:
    """Return the option that sends a key, which lies in the shell's own variable."""
    return ' -H "X-API-Key: $MODELDESK_API_KEY"' if scene.secured else ""


def _sent(method: str, body: object) -> str:
    data = shlex.quote(encode(body).decode())
    # A body makes curl post by itself.
    verb = "" if method == "POST" else f" -X {method}"
    return f"{verb} \\\n  -H 'Content-Type: application/json' \\\n  -d {data}"
