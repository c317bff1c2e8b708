"""Every limit of the service, its default and one line of help, in one class."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "UNROLLED_"


_HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_DATABASE = re.compile(r"sqlite:///.|postgresql://.")
_ORIGIN = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def _split(value: Any) -> Any:
    """Names as they stand in an environment variable: between them commas or spaces."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _host(name: str) -> str:
    bracketed = f"[{name}]" if name.count(":") > 1 and name[0] != "[" else name
    if not _HOST.fullmatch(bracketed):
        raise ValueError(f"{name!r} is no host: write a name or an address without a port, or *")
    return bracketed


def _origin(origin: str) -> str:
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin!r} is no origin: write for example https://example.org")
    return origin.lower()


def _readers(origin: str) -> str:
    return origin if origin == "*" else _origin(origin)


def _database(url: str) -> str:
    if url and not _DATABASE.match(url):
        raise ValueError("an address that begins with sqlite:/// or postgresql://")
    return url


_Host = Annotated[str, AfterValidator(_host)]
_Origin = Annotated[str, AfterValidator(_origin)]
_Readers = Annotated[str, AfterValidator(_readers)]


class Settings(BaseSettings):
    """The service's settings; each is read from the environment variable UNROLLED_<NAME>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    host: str = Field(default="127.0.0.1", description="Address that `unrolled serve` listens on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port that `unrolled serve` listens on."
    )
    allowed_hosts: Annotated[tuple[_Host, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="Names by which clients may ask, without ports; `*.example.org` for all below "
        "it, `*` for any.",
    )
    cors_origins: Annotated[tuple[_Readers, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(),
        description="Origins of other sites whose pages may use the API; `*` for any.",
    )
    embed_origins: Annotated[tuple[_Origin, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="Origins of other sites that may frame `/?embed=1`."
    )
    request_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Seconds for the headers of a request to arrive, and as many for its body.",
    )
    keep_alive_seconds: int = Field(
        default=5, ge=1, description="Seconds that a connection may stay open between requests."
    )
    max_url_bytes: int = Field(
        default=8_192, ge=1, description="Longest path with query, in bytes."
    )
    max_header_bytes: int = Field(
        default=32_768, ge=1, description="Most bytes in the headers of a request."
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=1024,
        description="Processes that compute, one BLAS thread each (default: one a core).",
    )
    job_seconds: float = Field(
        default=30.0, gt=0, description="Seconds that one request may compute before it is stopped."
    )
    memory_bytes: int = Field(
        default=2_147_483_648,
        ge=1,
        description="Memory that one request may take in its worker, in bytes (Linux).",
    )
    max_waiting: int = Field(
        default=64, ge=0, description="Requests that may wait while every worker computes."
    )
    cache_bytes: int = Field(
        default=33_554_432, ge=0, description="Answers that are kept to be sent again, in bytes."
    )
    stop_seconds: int = Field(
        default=3, ge=0, description="Seconds that running requests have to end after SIGTERM."
    )
    log: Literal["auto", "json", "plain"] = Field(
        default="auto",
        description="`plain` is for a person: the address and what goes wrong; `json` is one "
        "object a line; `auto` is plain on a terminal.",
    )
    max_body_bytes: int = Field(
        default=4_194_304, ge=1, description="Largest request body, in bytes."
    )
    max_bodies_bytes: int = Field(
        default=16_777_216,
        ge=1,
        description="Most bytes of bodies above 64 KiB that arrive and are read at once; at least "
        "one of the largest fits.",
    )
    max_text_length: int = Field(default=20_000, ge=1, description="Longest text, in code points.")
    max_steps: int = Field(default=20_000, ge=1, description="Longest sequence, T.")
    max_batch_size: int = Field(default=256, ge=1, description="Largest batch, B.")
    max_input_size: int = Field(default=2_000, ge=1, description="Largest input size, D.")
    max_hidden_size: int = Field(default=512, ge=1, description="Largest hidden size, H.")
    max_output_size: int = Field(default=2_000, ge=1, description="Largest output size, K.")
    max_work: int = Field(
        default=10_000_000_000,
        ge=1,
        description="Most work of one pass forward and back, counted as T·H²·B·G (G blocks of "
        "weights).",
    )
    max_repeated_work: int = Field(
        default=100_000_000,
        ge=1,
        description="Most work of what passes many times (check, landscape, norms), all together.",
    )
    max_numbers: int = Field(
        default=33_000_000,
        ge=1,
        description="Most numbers in inputs, states and outputs, counted as T·B·(D + H·G + K).",
    )
    max_values: int = Field(
        default=200_000,
        ge=1,
        description="Most numbers that `values` in a request adds to its answer.",
    )
    data_folder: Path | None = Field(
        default=None,
        description="Folder of the SQLite database of runs (default: the user's own data folder).",
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="",
        repr=False,
        description="Database of runs instead of that file: `postgresql://user:password@host/name` "
        "(`pip install 'unrolled[postgresql]'`) or `sqlite:////path/to/file`.",
    )
    max_runs: int = Field(default=1_000, ge=1, description="Most runs that are kept.")
    max_reports: int = Field(default=20_000, ge=1, description="Most reports of one run.")
    max_runs_bytes: int = Field(
        default=2_147_483_648,
        ge=1,
        description="Most bytes that all runs take in the database.",
    )
    max_import_bytes: int = Field(
        default=268_435_456, ge=1, description="Largest file of a run that is imported, in bytes."
    )
    max_network_bytes: int = Field(
        default=268_435_456, ge=1, description="Largest file of a network, in bytes."
    )
    max_networks: int = Field(default=500, ge=1, description="Most networks that are kept.")
    max_networks_bytes: int = Field(
        default=1_073_741_824,
        ge=1,
        description="Most bytes that the weights of all networks take in the database.",
    )
    network_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days after which a network is dropped that nothing used or changed.",
    )
    max_sequence_bytes: int = Field(
        default=16_777_216, ge=1, description="Largest file of a sequence, in bytes."
    )
    max_sequences: int = Field(default=500, ge=1, description="Most sequences that are kept.")
    max_sequences_bytes: int = Field(
        default=536_870_912,
        ge=1,
        description="Most bytes that the numbers of all sequences take in the database.",
    )
    sequence_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days after which a sequence is dropped that nothing used or changed.",
    )
    training_workers: int = Field(
        default=2,
        ge=0,
        le=256,
        description="Runs that train here at once, each in a process of its own with low priority; "
        "0: none does.",
    )
    training_seconds: float = Field(
        default=14_400.0,
        gt=0,
        description="Seconds of a processor that one training may take before it ends.",
    )
    training_memory_bytes: int = Field(
        default=1_073_741_824,
        ge=1,
        description="Memory that one training may take in its process, in bytes (Linux).",
    )
    training_waiting: int = Field(
        default=64, ge=1, description="Trainings that may wait for their turn."
    )
    training_per_client: int = Field(
        default=8, ge=1, description="Trainings of one address that may run or wait."
    )
    training_unwatched_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds after which a training ends that nobody follows and nobody asked to "
        "keep.",
    )
    training_run_bytes: int = Field(
        default=19_000_000,
        ge=1,
        description="Bytes of one training in the database to which the weights that are kept are "
        "thinned out.",
    )
    max_training_updates: int = Field(
        default=100_000, ge=1, description="Most updates of one training."
    )
    max_training_work: int = Field(
        default=1_000_000_000,
        ge=1,
        description="Most work of one update of a training, counted as for max_work.",
    )
    max_training_bytes: int = Field(
        default=268_435_456,
        ge=1,
        description="Most bytes that one training takes in the database; there it ends.",
    )
    sweep_workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=0,
        le=256,
        description="Processes that compute maps, with low priority (default: one a core); 0: no "
        "map is computed here.",
    )
    dask: str = Field(
        default="",
        description="Dask scheduler that computes maps instead, `tcp://host:8786` "
        "(`pip install 'unrolled[dask]'`).",
    )
    background: Literal["idle", "low"] = Field(
        default="idle",
        description="How what trains or computes maps stands behind what answers a page: `idle`: "
        "only where no other process of its session computes (Linux); `low`: by the nice value, "
        "which leaves it some time where others never rest.",
    )
    sweep_memory_bytes: int = Field(
        default=1_073_741_824,
        ge=1,
        description="Memory that a task of a map may take in its process, in bytes (Linux).",
    )
    sweep_seconds: float = Field(
        default=14_400.0, gt=0, description="Seconds that one map may compute before it ends."
    )
    sweep_waiting: int = Field(default=64, ge=1, description="Maps that may wait for their turn.")
    sweep_per_client: int = Field(
        default=8, ge=1, description="Maps of one address that may run or wait."
    )
    max_sweep_networks: int = Field(
        default=2_000_000, ge=1, description="Most networks of one map: points times seeds."
    )
    max_sweep_work: int = Field(
        default=1_000_000_000,
        ge=1,
        description="Most work of one network of a map, counted as for max_work.",
    )
    max_sweeps: int = Field(default=500, ge=1, description="Most maps that are kept.")
    max_points: int = Field(
        default=20_000_000,
        ge=1,
        description="Most networks whose numbers are kept, of all maps.",
    )
    sweep_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days after which a map is dropped that nothing changed in, and numbers of "
        "networks that were computed so long ago.",
    )
    run_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days after which a run is dropped that nothing was reported to or changed in.",
    )


def settings_table() -> str:
    """The settings as a Markdown table: variable, default, help."""
    rows = ["| Environment variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "cores" if field.default_factory else _shown(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | `{default}` | {field.description} |")
    return "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    """A default as it is written in the environment."""
    if isinstance(default, tuple):
        return ",".join(default) or "none"
    return "none" if default in ("", None) else f"{default}"
