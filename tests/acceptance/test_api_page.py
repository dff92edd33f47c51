"""The code that a model's API page shows: it runs as copied, and every copy is the code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from modeldesk.desk import Desk
from modeldesk.services.acting import Scope, UserRole
from modeldesk.services.calls import Dialect
from modeldesk.services.snippets import KEY_VARIABLE, Language
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model
from tests.support.quoted import QUOTED, anything, quoted_reference
from tests.support.requirements import first_program, lacking
from tests.support.server import RunningServer, running_server
from tests.support.shop import WIDE, total, wide_reference
from tests.support.subpath import below_a_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.browser import BrowserRecord

MODELS = ("iris", QUOTED, WIDE)
PLACEHOLDER = f"${KEY_VARIABLE}"


def publish(home: Path) -> None:
    """Publish an ordinary model, one that is hard to quote, and one with many columns."""
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.registry.publish(anything, name=QUOTED, reference=quoted_reference())
        desk.registry.publish(total, name=WIDE, reference=wide_reference())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server that asks nobody."""
    home = tmp_path_factory.mktemp("open") / "home"
    publish(home)
    with running_server(home) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """Offer a server that asks for keys, and one that may predict and read."""
    home = tmp_path_factory.mktemp("guarded") / "home"
    publish(home)
    with Desk.open(Settings.load(home=home)) as desk:
        desk.keys.create("administrator", scopes=[Scope.ADMIN])
        made = desk.keys.create("test", scopes=[Scope.PREDICT, Scope.READ])
    with running_server(home, environment={"MODELDESK_AUTH": "required"}) as running:
        yield running, made.key


class Caller:
    """Runs code against a server and looks at what came of it."""

    def __init__(self, url: str, folder: Path, page: Page, key: str = "") -> None:
        self._url = url
        self._folder = folder
        self._page = page
        self._key = key

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the route answers
        """Return what a route answers."""
        headers = {"X-API-Key": self._key} if self._key else {}
        answer = httpx.get(f"{self._url}/api/v1/{path}", headers=headers, trust_env=False)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def run(self, language: str, code: str) -> str:
        """Run code as whoever copied it would; return what it printed."""
        if language == Language.JAVASCRIPT:
            return self._in_the_page(code.replace(PLACEHOLDER, self._key))
        return self._in_a_process(language, code)

    def _in_the_page(self, code: str) -> str:
        with self._page.expect_console_message(lambda said: said.type == "log") as printed:
            self._page.evaluate(f"async () => {{\n{code}\n}}")
        return json.dumps(printed.value.args[0].json_value())

    def _in_a_process(self, language: str, code: str) -> str:
        if language == Language.CURL:
            if first_program("curl") is None:
                lacking("curl is not installed")
            command = ["/bin/bash", "-euo", "pipefail", "-c", code]
        else:
            command = [sys.executable, "-c", code]
        (self._folder / ".curlrc").write_text("fail-with-body\n")
        environment = os.environ | {"CURL_HOME": str(self._folder), "NO_PROXY": "127.0.0.1"}
        environment.pop(KEY_VARIABLE, None)
        if self._key:
            environment[KEY_VARIABLE] = self._key
        done = subprocess.run(
            command,
            env=environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (code, done.stdout, done.stderr)
        return done.stdout

    def check(self, model: str, snippet: dict[str, str]) -> None:
        """Run one snippet: it prints the prediction that stands in the log, for the example."""
        before = {row["prediction_id"] for row in self._logged(model)}
        printed = self.run(snippet["language"], snippet["code"])
        (row,) = [row for row in self._logged(model) if row["prediction_id"] not in before]
        for name, value in self.get(f"models/{model}/example").items():
            assert row[name] == value, (snippet["dialect"], snippet["language"], name)
        prediction = row["class" if model == "iris" else "prediction"]
        if snippet["language"] == Language.CLIENT:
            assert printed.split() == [str(prediction), row["prediction_id"]]
            return
        # curl and JavaScript print JSON, Python its own form of the same.
        text = printed if snippet["language"] != Language.PYTHON else _as_json(printed)
        assert _predicted(snippet["dialect"], json.loads(text)) == prediction

    def _logged(self, model: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"models/{model}/predictions?limit=100")["rows"]
        return found


def _as_json(printed: str) -> str:
    code = "import ast, json, sys; print(json.dumps(ast.literal_eval(sys.stdin.read())))"
    done = subprocess.run(
        [sys.executable, "-c", code], input=printed, capture_output=True, text=True, check=True
    )
    return done.stdout


def _predicted(dialect: str, answer: dict[str, Any]) -> object:
    match dialect:
        case Dialect.MODELDESK:
            (one,) = answer["predictions"]
            return one["prediction"]
        case Dialect.OPEN_INFERENCE:
            return answer["outputs"][0]["data"][0]
        case _:
            (found,) = answer["predictions"]
            return found


@pytest.mark.parametrize("language", [*Language])
@pytest.mark.parametrize("model", MODELS)
def test_every_snippet_runs_as_it_stands(
    server: RunningServer, browser_page: Page, tmp_path: Path, model: str, language: Language
) -> None:
    """In each dialect it asks for the example row, whatever the row's strings hold."""
    browser_page.goto(f"{server.url}/models/{model}/api")
    caller = Caller(server.url, tmp_path, browser_page)
    found = [
        one
        for one in caller.get(f"models/{model}/snippets")["snippets"]
        if one["language"] == language
    ]
    assert len(found) == (1 if language is Language.CLIENT else len(Dialect))
    for snippet in found:
        caller.check(model, snippet)


@pytest.mark.parametrize("language", [*Language])
def test_every_snippet_sends_the_key_of_whoever_runs_it(
    guarded: tuple[RunningServer, str], browser_page: Page, tmp_path: Path, language: Language
) -> None:
    """A server that asks for keys shows where one goes, and no real one."""
    running, key = guarded
    browser_page.goto(f"{running.url}/ping")
    caller = Caller(running.url, tmp_path, browser_page, key)
    for snippet in caller.get("models/iris/snippets")["snippets"]:
        assert "mdk_" not in snippet["code"]
        assert KEY_VARIABLE in snippet["code"]
        if snippet["language"] == language:
            caller.check("iris", snippet)


def copied(page: Page) -> str:
    """Return what the clipboard holds."""
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_person_chooses_a_dialect_and_copies_each_snippet(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """What is copied is what is shown and what the route gives, also while the network is away."""
    page = browser_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}/models/iris")
    page.get_by_test_id("tab-api").click()
    expect(page).to_have_url(f"{server.url}/models/iris/api")
    expect(page.get_by_test_id("tab-api")).to_have_attribute("aria-current", "page")
    told = httpx.get(f"{server.url}/api/v1/models/iris/snippets", trust_env=False).json()
    for dialect in (*reversed(Dialect),):
        page.get_by_test_id(f"dialect-{dialect}").click()
        chosen = page.get_by_test_id(f"dialect-{dialect}")
        expect(chosen).to_have_attribute("aria-pressed", "true")
        expect(page).to_have_url(re.compile(f"dialect={dialect}$"))
        codes = [one for one in told["snippets"] if one["dialect"] == dialect]
        assert len(codes) >= 3
        for one in codes:
            piece = page.get_by_test_id(f"snippet-{one['language']}")
            expect(piece.locator("pre")).to_have_text(one["code"])
            piece.get_by_role("button", name=re.compile("^Copy")).click()
            expect(piece.get_by_test_id("copy")).to_have_text(re.compile("Copied"))
            assert copied(page) == one["code"]
    curl = page.get_by_test_id("snippet-curl")
    expect(curl.get_by_test_id("copy")).to_have_text(re.compile("Copy$"))
    page.context.set_offline(True)
    curl.get_by_test_id("copy").click()
    expect(curl.get_by_test_id("copy")).to_have_text(re.compile("Copied"))
    assert copied(page).startswith(f"curl -sS {server.url}/api/v1/models/iris/predict")
    page.context.set_offline(False)
    page.get_by_test_id("openapi").click()
    expect(page).to_have_url(f"{server.url}/docs")
    expect(page.get_by_text("Predict one row or many").first).to_be_visible()
    browser_record.console_errors.clear()  # the browser notes that the network was away


def test_copying_works_where_browsers_offer_no_clipboard(
    server: RunningServer, browser_page: Page
) -> None:
    """Without TLS, elsewhere than on this machine; what is pasted is the code."""
    page = browser_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}/models/{QUOTED}/api?dialect=kserve")
    python = page.get_by_test_id("snippet-python")
    expect(python).to_be_visible()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    python.get_by_test_id("copy").click()
    expect(python.get_by_test_id("copy")).to_have_text(re.compile("Copied"))
    assert page.locator("textarea").count() == 0
    shown = python.locator("pre").evaluate("element => element.textContent")
    page.evaluate("document.body.appendChild(document.createElement('textarea')).focus()")
    page.keyboard.press("Control+v")
    expect(page.locator("textarea")).to_have_value(shown)
    assert "O'Neill" in shown


def test_the_code_names_the_address_that_the_browser_used(
    server: RunningServer, browser_page: Page, tmp_path: Path
) -> None:
    """Behind a proxy that serves the pages below a path, and by another name of this machine."""
    page = browser_page
    port = server.url.rpartition(":")[2]
    page.goto(f"http://localhost:{port}/models/iris/api")
    expect(page.get_by_test_id("address")).to_have_text(
        f"http://localhost:{port}/api/v1/models/iris/predict"
    )
    with below_a_path(server.url, "/desk") as url:
        page.goto(f"{url}/models/iris/api?dialect=open-inference")
        expect(page.get_by_test_id("address")).to_have_text(f"{url}/v2/models/iris/infer")
        code = page.get_by_test_id("snippet-curl").locator("pre")
        expect(code).to_contain_text(f"curl -sS {url}/v2/models/iris/infer")
        shown = str(code.evaluate("element => element.textContent"))
        printed = Caller(server.url, tmp_path, page).run(Language.CURL, shown)
        assert json.loads(printed)["model_name"] == "iris"
        page.goto("about:blank")


def test_a_server_that_asks_for_keys_says_where_they_go(tmp_path: Path, browser_page: Page) -> None:
    """The page of somebody who has signed in names the variable; an open server says nothing."""
    page = browser_page
    home = tmp_path / "home"
    publish(home)
    with Desk.open(Settings.load(home=home)) as desk:
        for name, role in (("anna", UserRole.VIEWER), ("root", UserRole.ADMIN)):
            desk.accounts.add(name, role=role, password="a few random words")  # noqa: S106
    with running_server(home) as running:
        page.goto(f"{running.url}/models/iris/api")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("a few random words")
        page.get_by_test_id("sign-in").click()
        expect(page.get_by_test_id("key-note")).to_contain_text(KEY_VARIABLE)
        expect(page.get_by_test_id("snippet-curl")).to_contain_text(f"X-API-Key: {PLACEHOLDER}")
        page.goto("about:blank")


def test_unknown_models_and_dialects(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """A dialect that nobody speaks is modeldesk's own; a model that is not there is a 404."""
    page = browser_page
    page.goto(f"{server.url}/models/{WIDE}/api?dialect=esperanto")
    expect(page.get_by_test_id("dialect-modeldesk")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("71 features")).to_be_visible()
    response = page.goto(f"{server.url}/models/nope/api")
    assert response is not None
    assert response.status == httpx.codes.NOT_FOUND
    expect(page.get_by_test_id("lost")).to_contain_text("There is no")
    browser_record.console_errors.clear()  # the browser notes that the model is not found
