"""The OpenAPI description and its page."""

import re

import pytest

from unrolled.engine import ACTIVATIONS, CELLS, CLIP_RULES, INITS, LOSSES

pytestmark = pytest.mark.anyio


@pytest.fixture
async def description(client):
    return (await client.get("/openapi.json")).json()


def operations(description):
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


async def test_the_reference_loads_only_its_own_files(client):
    page = await client.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 4
    for address in addresses:
        if not address.startswith("data:"):
            assert address.startswith("/")
            assert (await client.get(address)).status_code == 200


async def test_the_api_is_described(description):
    assert {path for path, _, _ in operations(description)} == {
        "/api/v1/check",
        "/api/v1/flow",
        "/api/v1/landscape",
        "/api/v1/maps",
        "/api/v1/networks",
        "/api/v1/networks/{network}",
        "/api/v1/networks/{network}/parameters/{name}",
        "/api/v1/norms",
        "/api/v1/presets",
        "/api/v1/runs",
        "/api/v1/runs/import",
        "/api/v1/runs/{run}",
        "/api/v1/runs/{run}/events",
        "/api/v1/runs/{run}/export",
        "/api/v1/runs/{run}/reports",
        "/api/v1/runs/{run}/reports/{sequence}",
        "/api/v1/runs/{run}/updates",
        "/api/v1/runs/{run}/updates/{update}/flow",
        "/api/v1/sequences",
        "/api/v1/sequences/{sequence}",
        "/api/v1/sweeps",
        "/api/v1/sweeps/{sweep}",
        "/api/v1/sweeps/{sweep}/events",
        "/api/v1/sweeps/{sweep}/points",
        "/api/v1/vocabulary",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    assert all(operation["summary"] for _, _, operation in operations(description))
    assert all(operation["description"] for _, _, operation in operations(description))


async def test_every_error_is_described_as_a_problem(description):
    responses = description["paths"]["/api/v1/flow"]["post"]["responses"]
    assert set(responses) >= {
        *("200", "304", "400", "413", "415", "422", "500", "503", "504", "507"),
        *GUARDED,
        *WRITES,
    }
    for status, response in responses.items():
        if status >= "400":
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
            assert list(response["content"]) == ["application/problem+json"]


GUARDED = ("400", "413", "414", "421", "431", "500")
WRITES = ("403", "408")


async def test_what_is_refused_before_a_route_is_described_everywhere(description):
    for path, method, operation in operations(description):
        responses = operation["responses"]
        assert set(responses) >= {*GUARDED, *(WRITES if method == "post" else ())}, path
        assert list(responses) == sorted(responses)
        for status in GUARDED:
            assert list(responses[status]["content"]) == ["application/problem+json"]


async def test_every_reference_leads_somewhere(description):
    def references(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    yield inner
                else:
                    yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    schemas = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}
    assert set(references(description)) <= schemas


async def test_every_field_is_explained(description):
    unexplained = [
        f"{name}.{field}"
        for name, schema in description["components"]["schemas"].items()
        for field, facts in schema.get("properties", {}).items()
        if not facts.get("description")
    ]
    assert unexplained == []
    schemas = description["components"]["schemas"].values()
    assert all(schema.get("description") for schema in schemas)


async def test_only_words_of_json_schema_are_used(description):
    """A constraint in pydantic's own words would say nothing to a client."""
    known = {
        "$ref", "additionalProperties", "anyOf", "const", "default", "description", "enum",
        "examples", "exclusiveMinimum", "items", "maxItems", "maxLength", "maxProperties",
        "maximum", "minItems", "minimum", "oneOf", "prefixItems", "properties", "propertyNames",
        "required", "title", "type",
    }  # fmt: skip

    def unknown(schema):
        for key, value in schema.items():
            if key not in known:
                yield key
            elif key == "properties":
                for inner in value.values():
                    yield from unknown(inner)
            elif key in {"anyOf", "oneOf", "prefixItems"}:
                for inner in value:
                    yield from unknown(inner)
            elif key in {"items", "additionalProperties"} and isinstance(value, dict):
                yield from unknown(value)

    for name, schema in description["components"]["schemas"].items():
        assert list(unknown(schema)) == [], name


async def test_every_example_is_a_request(client, description):
    body = description["paths"]["/api/v1/flow"]["post"]["requestBody"]
    examples = body["content"]["application/json"]["examples"]
    assert examples
    for example in examples.values():
        assert (await client.post("/api/v1/flow", json=example["value"])).status_code == 200


async def test_the_enumerations_are_the_engines_tables(description):
    schemas = description["components"]["schemas"]
    network = schemas["Network"]["properties"]
    assert network["cell"]["enum"] == list(CELLS)
    assert network["activation"]["enum"] == list(ACTIVATIONS)
    assert schemas["Experiment"]["properties"]["loss"]["enum"] == list(LOSSES)
    assert schemas["RandomWeights"]["properties"]["init"]["enum"] == list(INITS)
    clips = [
        ref["$ref"].rpartition("/")[2]
        for ref in schemas["Experiment"]["properties"]["clip"]["oneOf"]
    ]
    assert [schemas[clip]["properties"]["rule"]["const"] for clip in clips] == list(CLIP_RULES)
    for clip, rule in zip(clips, CLIP_RULES.values(), strict=True):
        fields = {"rule", *([rule.threshold] if rule.threshold else [])}
        assert set(schemas[clip]["properties"]) - {"per_sample"} == fields
        assert ("per_sample" in schemas[clip]["properties"]) == rule.samples
    assert network["hidden_size"]["minimum"] == 1


def _example(schema, definitions):
    """What a schema shows of itself: its examples, or its default, or what its parts show."""
    if "$ref" in schema:
        return _example(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if schema.get("examples"):
        return schema["examples"][0]
    if "properties" in schema:
        shown = {name: _example(one, definitions) for name, one in schema["properties"].items()}
        return {name: value for name, value in shown.items() if value is not None}
    for choices in ("oneOf", "anyOf"):
        if choices in schema:
            return _example(schema[choices][0], definitions)
    return schema.get("default", schema.get("const"))


async def test_what_the_schema_shows_of_itself_is_accepted(client):
    definitions = (await client.get("/openapi.json")).json()["components"]["schemas"]
    shown = _example(definitions["Experiment"], definitions)
    assert shown["weights"]["forget_bias"] == 0
    assert shown["sequence"]["steps"] == 20
    for cell in ("simple", "lstm", "gru"):
        body = shown | {"network": shown["network"] | {"cell": cell}}
        answer = await client.post("/api/v1/flow", json=body)
        assert answer.status_code == 200, answer.text
