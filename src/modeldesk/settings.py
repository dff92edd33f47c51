"""Settings, from flags, ``MODELDESK_*`` variables, ``modeldesk.toml`` and defaults.

A value given as a flag wins over the environment, which wins over the variables that Vertex AI
sets, which win over the file, which wins over the default. Reading happens only in
`Settings.load`, never at import.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from modeldesk.errors import InvalidArgument

SETTINGS_FILE = "modeldesk.toml"

_ROUTE = r"^/[A-Za-z0-9._~:/-]+$"

_OF_VERTEX = {
    "port": "AIP_HTTP_PORT",
    "vertex_predict_route": "AIP_PREDICT_ROUTE",
    "vertex_health_route": "AIP_HEALTH_ROUTE",
}
"""Variables that Vertex AI sets in its containers, by setting."""


RoleName: TypeAlias = Literal["viewer", "editor", "admin"]


class Durability(StrEnum):
    """When a prediction is answered."""

    DISK = "disk"
    """When it is committed and the disk has it."""
    COMMIT = "commit"
    """When it is committed; SQLite has the disk write it within a second."""
    ASYNC = "async"
    """When it is made; it is committed a moment later."""


class Auth(StrEnum):
    """Who may use the server."""

    AUTO = "auto"
    """Known callers where it is public, or has a user or a login elsewhere; else everybody."""
    NONE = "none"
    """Everybody who reaches it."""
    REQUIRED = "required"
    """Who sends a key or has signed in."""


class Settings(BaseSettings):
    """Everything that can be set, with defaults that work on a laptop.

    Examples
    --------
    >>> Settings.load(port=9000).port
    9000
    """

    model_config = SettingsConfigDict(
        env_prefix="MODELDESK_", toml_file=SETTINGS_FILE, frozen=True, extra="forbid"
    )

    home: Path = Field(
        default=Path("modeldesk-data"),
        description="Folder of the database and the artefacts; made when missing.",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the database; unset: SQLite in the home folder.",
    )
    artefacts_url: str | None = Field(
        default=None,
        description="Where artefacts lie, any fsspec URL; unset: in the home folder.",
    )
    durability: Durability = Field(
        default=Durability.COMMIT,
        description="When a prediction is answered: when the disk has it (disk), when it is"
        " committed (commit) or when it is made (async).",
    )
    host: str = Field(default="127.0.0.1", description="Address that the server binds.")
    port: int = Field(
        default=8080,
        ge=0,
        le=65535,
        description="Port of the server; 0 takes a free one.",
    )
    vertex_predict_route: str | None = Field(
        default=None,
        pattern=_ROUTE,
        description="Another path at which Vertex AI asks for predictions.",
    )
    vertex_health_route: str | None = Field(
        default=None,
        pattern=_ROUTE,
        description="Another path at which Vertex AI asks for health.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost", "[::1]"),
        description="Host names by which browsers may reach the server, without the port.",
    )
    public: bool = Field(
        default=False,
        description="Whether others than this machine may reach the server; needs a login.",
    )
    auth: Auth = Field(
        default=Auth.AUTO,
        description="Who may use the server: everybody (none), known callers (required), or auto.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks of reverse proxies whose X-Forwarded headers count.",
    )
    session_hours: float = Field(
        default=24.0, gt=0, le=8_760, description="Hours after which one has to sign in again."
    )
    oidc_issuer: str | None = Field(
        default=None, description="Address of an OpenID Connect provider at which users sign in."
    )
    oidc_client_id: str | None = Field(
        default=None, description="By which the provider knows this server."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret that goes with it."
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="File that holds the secret instead."
    )
    oidc_scopes: tuple[str, ...] = Field(
        default=("openid", "profile", "email"), description="Scopes that the provider is asked for."
    )
    oidc_role_claim: str = Field(
        default="roles", description="Claim of the token that says which role a user has."
    )
    oidc_roles: dict[str, RoleName] = Field(
        default={}, description="Role for each value of that claim: viewer, editor or admin."
    )
    oidc_default_role: RoleName | None = Field(
        default=None, description="Role of users without such a value; unset: they are refused."
    )
    ui: bool = Field(default=True, description="Whether the server shows the pages.")
    pages: tuple[Path, ...] = Field(
        default=(),
        description="Python files with pages and panels of your own, which the server runs.",
    )
    jobs: bool = Field(
        default=True,
        description="Whether the server rolls up, judges and predicts files in the background.",
    )
    job_seconds: float = Field(
        default=1.0, gt=0, description="Seconds between two background roll-ups."
    )
    keep_rows_days: int = Field(
        default=0, ge=0, description="Days that logged rows are kept; 0: for ever."
    )
    keep_hourly_days: int = Field(
        default=90, ge=0, description="Days that hourly profiles are kept; 0: for ever."
    )
    keep_daily_days: int = Field(
        default=0,
        ge=0,
        description="Days that daily profiles and their alerts are kept; 0: for ever.",
    )
    keep_labels_days: int = Field(
        default=0,
        ge=0,
        description="Days that labels are kept, counted from their predictions; 0: for ever.",
    )
    data_sources: dict[str, SecretStr] = Field(
        default={},
        description="Databases and web addresses whose tables the data pages offer, by names.",
    )
    keep_reference_rows: int = Field(
        default=10_000,
        ge=0,
        description="Rows that are kept of a version's reference, and of its test set; 0: none.",
    )
    max_body_bytes: int = Field(
        default=64 * 1024 * 1024, gt=0, description="Largest request body, in bytes."
    )
    max_body_seconds: float = Field(
        default=60.0, gt=0, description="Seconds that a request's body may take to arrive."
    )
    max_columns: int = Field(
        default=10_000, gt=0, description="Most columns or features in one request."
    )
    max_model_bytes: int = Field(
        default=256 * 1024 * 1024,
        gt=0,
        description="Largest model with its reference that is published over HTTP, in bytes.",
    )
    max_job_bytes: int = Field(
        default=4 * 1024**3,
        gt=0,
        description="Largest file that is predicted as a job, in bytes.",
    )
    keep_jobs_days: int = Field(
        default=7,
        ge=0,
        description="Days that jobs are kept with their results once they are over; 0: for ever.",
    )
    max_rows: int = Field(default=100_000, gt=0, description="Most rows in one request.")
    max_log_rows: int = Field(
        default=1_000_000,
        gt=0,
        description="Most rows in one table that is sent to the log, or of labels.",
    )
    max_text_characters: int = Field(
        default=1_000_000, gt=0, description="Longest string value in a row, in characters."
    )
    max_waiting_rows: int = Field(
        default=200_000,
        gt=0,
        description="Rows that may wait for a model, or answered for the log.",
    )
    max_waiting_seconds: float = Field(
        default=10.0,
        ge=0,
        description="Seconds that what waits for a model may take; 0: any number.",
    )
    max_shadow_rows: int = Field(
        default=20_000,
        gt=0,
        description="Rows that may wait for a shadow; what comes then is dropped and counted.",
    )
    max_loaded_bytes: int = Field(
        default=0,
        ge=0,
        description="Bytes of model files that may be loaded at once; 0: any number.",
    )
    unload_idle_seconds: float = Field(
        default=600.0,
        ge=0,
        description="Seconds after which an unused version without an alias is unloaded; 0: never.",
    )
    model_timeout_seconds: float = Field(
        default=60.0,
        ge=0,
        description="Seconds that a model may take for a batch; 0: any number.",
    )
    load_timeout_seconds: float = Field(
        default=600.0, ge=0, description="Seconds that loading a model may take; 0: any number."
    )

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def origin(self, name: str) -> str:
        """Return where a setting's value comes from: ``flag``, a variable, a file, ``default``.

        >>> Settings.load(port=9000).origin("port")
        'flag'
        """
        return self._origins.get(name, "default")

    @property
    def database(self) -> str:
        """URL of the database in use."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.home.absolute() / 'modeldesk.db'}"

    @property
    def artefacts(self) -> str:
        """Where the artefacts are, as an fsspec URL or path."""
        return self.artefacts_url or str(self.home.absolute() / "artefacts")

    @property
    def job_files(self) -> Path:
        """Folder of the files that are predicted as jobs."""
        return self.home.absolute() / "jobs"

    @classmethod
    def load(cls, **flags: object) -> Self:
        """Read all sources; a flag that is ``None`` counts as not given.

        Raises
        ------
        InvalidArgument
            When a value is not acceptable; names the setting and where it can come from.
        """
        given = {name: value for name, value in flags.items() if value is not None}
        try:
            settings = cls(**given)  # type: ignore[arg-type]  # pydantic checks the types
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            message = f"The setting {name!r} is wrong: {first['msg']}."
            vertex = f" or {_OF_VERTEX[name]}" if name in _OF_VERTEX else ""
            hint = (
                f"Look at the flag --{name.replace('_', '-')}, the variable "
                f"MODELDESK_{name.upper()}{vertex} and the file {SETTINGS_FILE}."
            )
            raise InvalidArgument(message, hint=hint) from error
        except ValueError as error:
            message = f"The settings cannot be read: {error}."
            raise InvalidArgument(message, hint=f"Look at {SETTINGS_FILE}.") from error
        told = {name: _origin(name, given) for name in settings.model_fields_set}
        settings._origins.update(told)
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: flags, environment, Vertex AI's variables, ``modeldesk.toml``."""
        del dotenv_settings, file_secret_settings
        told = {name: os.environ.get(variable) for name, variable in _OF_VERTEX.items()}
        vertex = InitSettingsSource(
            settings_cls, init_kwargs={name: value for name, value in told.items() if value}
        )
        return init_settings, env_settings, vertex, TomlConfigSettingsSource(settings_cls)


def _origin(name: str, flags: Collection[str]) -> str:
    """Return where the value of a setting comes from that some source has given."""
    if name in flags:
        return "flag"
    variable = f"MODELDESK_{name.upper()}"
    if variable in map(str.upper, os.environ):
        return variable
    vertex = _OF_VERTEX.get(name)
    return vertex if vertex and os.environ.get(vertex) else SETTINGS_FILE
