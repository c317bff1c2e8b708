"""Every setting can be set from outside, and the README says how."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, settings_table

VARIABLES = {f"UNROLLED_{name.upper()}": name for name in Settings.model_fields}
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("variable", VARIABLES)
def test_each_is_an_environment_variable(monkeypatch, variable):
    value = "0.0.0.0" if variable == "UNROLLED_HOST" else "7"
    monkeypatch.setenv(variable, value)
    assert str(getattr(Settings(), VARIABLES[variable])).removesuffix(".0") in {value, "0.0.0"}


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
    ("name", "value"), [("workers", 0), ("max_steps", 0), ("job_seconds", 0), ("port", 70_000)]
)
def test_a_setting_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValidationError):
        Settings(**{name: value})
