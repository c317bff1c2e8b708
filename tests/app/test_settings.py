"""Every setting can be set from outside, and the README says how."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from unrolled.app.settings import Settings, settings_table

VARIABLES = {f"UNROLLED_{name.upper()}": name for name in Settings.model_fields}
README = Path(__file__).parents[2] / "README.md"


GIVEN = {
    "host": ("0.0.0.0", "0.0.0.0"),
    "allowed_hosts": ("a.example, *.b.example ::1", ("a.example", "*.b.example", "[::1]")),
    "cors_origins": ("https://A.example,http://b:80", ("https://a.example", "http://b:80")),
    "background": ("low", "low"),
    "log": ("json", "json"),
    "data_folder": ("7", Path("7")),
    "database_url": ("sqlite:////tmp/7", "sqlite:////tmp/7"),
    "dask": ("tcp://a:8786", "tcp://a:8786"),
    "embed_origins": ("https://a.example", ("https://a.example",)),
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_each_is_an_environment_variable(monkeypatch, variable):
    given, meant = GIVEN.get(VARIABLES[variable], ("7", 7))
    monkeypatch.setenv(variable, given)
    assert getattr(Settings(), VARIABLES[variable]) == meant


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_readme_names_it(variable):
    assert f"`{variable}`" in README.read_text(encoding="utf-8")


def test_the_table_has_a_row_for_each():
    table = settings_table()
    for variable, name in VARIABLES.items():
        assert f"| `{variable}` |" in table
        assert str(Settings.model_fields[name].description) in table


def test_the_service_is_not_open_to_the_network_by_default(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [("workers", 0), ("max_steps", 0), ("job_seconds", 0), ("port", 70_000)]
    + [("allowed_hosts", host) for host in ("a.example:80", "http://a.example", "a*", "*a")]
    + [("embed_origins", origin) for origin in ("*", "a.example", "https://a.example/", "'self'")]
    + [("cors_origins", "https://a.example/x; script-src *"), ("database_url", "mysql://a/b")],
)
def test_a_setting_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValidationError):
        Settings(**{name: value})
