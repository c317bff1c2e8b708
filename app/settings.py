"""Every limit of the service, its default and one line of help, in one class."""

import os

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "UNROLLED_"


class Settings(BaseSettings):
    """The service's settings; each is read from the environment variable UNROLLED_<NAME>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    host: str = Field(default="127.0.0.1", description="Address that `unrolled serve` listens on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port that `unrolled serve` listens on."
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
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
    max_body_bytes: int = Field(
        default=4_194_304, ge=1, description="Largest request body, in bytes."
    )
    max_text_length: int = Field(default=20_000, ge=1, description="Longest text, in code points.")
    max_steps: int = Field(default=20_000, ge=1, description="Longest sequence, T.")
    max_batch_size: int = Field(default=256, ge=1, description="Largest batch, B.")
    max_input_size: int = Field(default=2_000, ge=1, description="Largest input size, D.")
    max_hidden_size: int = Field(default=512, ge=1, description="Largest hidden size, H.")
    max_output_size: int = Field(default=2_000, ge=1, description="Largest output size, K.")
    max_work: int = Field(
        default=100_000_000,
        ge=1,
        description="Most work in one request, counted as T·H²·B·G (G blocks of weights).",
    )
    max_numbers: int = Field(
        default=20_000_000,
        ge=1,
        description="Most numbers in inputs, states and outputs, counted as T·B·(D + H·G + K).",
    )


def settings_table() -> str:
    """The settings as a Markdown table: variable, default, help."""
    rows = ["| Environment variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "cores" if field.default_factory else f"{field.default}"
        rows.append(f"| `{PREFIX}{name.upper()}` | `{default}` | {field.description} |")
    return "\n".join(rows) + "\n"
