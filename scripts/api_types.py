"""Writes types/api.d.ts, the TypeScript declarations of what the OpenAPI description calls schemas.

`make format` runs it; a test holds the file equal to the description. What a request may leave out
because it has a default is always there in an answer, and is declared so.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "types" / "api.d.ts"
WIDTH = 100

HEAD = """\
// The schemas of the API, written by scripts/api_types.py from its OpenAPI description:
// `make format` writes them anew.
"""

_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KNOWN = {
    *("$ref", "anyOf", "oneOf", "const", "enum", "type", "items", "prefixItems"),
    *("properties", "required", "additionalProperties"),
    *("default", "description", "examples", "example", "title", "discriminator", "format"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *(
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "pattern",
        "maxProperties",
        "propertyNames",
    ),
}

Schema = dict[str, Any]


def type_of(schema: Schema, margin: str = "") -> str:
    """A schema as a TypeScript type.

    Raises:
        ValueError: it uses a keyword of JSON Schema that nothing here reads.
    """
    if unknown := schema.keys() - _KNOWN:
        raise ValueError(f"keywords without a type: {sorted(unknown)}; schema {schema}")
    if "$ref" in schema:
        return f"Schemas[{json.dumps(schema['$ref'].rpartition('/')[2])}]"
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"]))
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(type_of(choice, margin) for choice in choices))
    if schema.get("type") == "array":
        return _array(schema, margin)
    if schema.get("type") == "object":
        return _object(schema, margin)
    return _PLAIN[schema["type"]] if "type" in schema else "unknown"


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _array(schema: Schema, margin: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_of(item, margin) for item in schema['prefixItems'])}]"
    item = type_of(schema.get("items", {}), margin)
    return f"({item})[]" if " | " in item else f"{item}[]"


def _object(schema: Schema, margin: str) -> str:
    if "properties" not in schema:
        more = schema.get("additionalProperties", {})
        return f"Record<string, {type_of(more if isinstance(more, dict) else {}, margin)}>"
    inner = margin + "  "
    required = set(schema.get("required", ()))
    lines = []
    for name, field in schema["properties"].items():
        key = name if _NAME.fullmatch(name) else json.dumps(name)
        sure = name in required or "default" in field
        lines += _comment(field.get("description", ""), inner)
        lines.append(f"{inner}{key}{'' if sure else '?'}: {type_of(field, inner)};")
    if isinstance(more := schema.get("additionalProperties"), dict):
        lines.append(f"{inner}[more: string]: {type_of(more, inner)};")
    return "\n".join(["{", *lines, f"{margin}}}"])


def _comment(text: str, margin: str) -> list[str]:
    """A description as a comment; in one line where it fits."""
    text = " ".join(text.split()).replace("*/", "*\u200b/")
    if not text:
        return []
    if len(margin) + len(text) + 7 <= WIDTH:
        return [f"{margin}/** {text} */"]
    lines, line = [f"{margin}/**"], f"{margin} *"
    for word in text.split(" "):
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = f"{margin} *"
        line += f" {word}"
    return [*lines, line, f"{margin} */"]


def declarations(description: Schema) -> str:
    """The text of types/api.d.ts.

    Args:
        description: an OpenAPI 3.1 description, as the service gives it.
    """
    lines = [HEAD, "export interface Schemas {"]
    for name, schema in sorted(description["components"]["schemas"].items()):
        lines += _comment(schema.get("description", ""), "  ")
        lines.append(f"  {name}: {type_of(schema, '  ')};")
    return "\n".join([*lines, "}", ""])


def main() -> None:
    """Write the file anew where it says something else."""
    from unrolled.app.main import create_app

    text = declarations(create_app().openapi())
    if not FILE.exists() or FILE.read_text() != text:
        FILE.write_text(text)


if __name__ == "__main__":
    main()
