"""The JSON Schemas against the golden vectors and against the codec's own field lists."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "protocol" / "schemas"
VECTORS = ROOT / "protocol" / "vectors"
SOURCES = ROOT / "protocol" / "src"

# Each direction with the variant of messages.h that holds its messages.
DIRECTIONS = {
    "worker-to-hub": "WorkerMessage",
    "hub-to-worker": "HubToWorker",
    "viewer-to-hub": "ViewerMessage",
    "hub-to-viewer": "HubToViewer",
}


def schema_of(direction):
    return json.loads((SCHEMAS / f"{direction}.json").read_text())


def validator_of(direction):
    resolver = jsonschema.RefResolver((SCHEMAS / f"{direction}.json").as_uri(), schema_of(direction))
    return jsonschema.Draft202012Validator(schema_of(direction), resolver=resolver)


def vectors(direction, kind):
    return json.loads((VECTORS / f"{direction}.{kind}.json").read_text())


def cases(kind):
    return [pytest.param(direction, vector, id=f"{direction}: {vector['name']}")
            for direction in DIRECTIONS for vector in vectors(direction, kind)]


def messages_of(direction):
    """The C++ types of a direction with their names on the wire, as the code has them."""
    header = (ROOT / "protocol/include/fedwatt/protocol/messages.h").read_text()
    variant = re.search(rf"using {DIRECTIONS[direction]} =\s*std::variant<([^>]*)>", header).group(1)
    names = dict(pair for path in SOURCES.glob("*_fields.h") for pair in
                 re.findall(r'type_name\(const (\w+)\*\) \{ return "(\w+)"; \}', path.read_text()))
    return {cpp: names[cpp] for cpp in re.findall(r"\w+", variant)}


def fields_of(cpp):
    """The names in a C++ type's field list."""
    for path in SOURCES.glob("*_fields.h"):
        body = re.search(rf"void fields\(Io& io, typename Io::template Of<{cpp}>& \w+\) \{{(.*?)\n\}}",
                         path.read_text(), re.DOTALL)
        if body:
            return set(re.findall(r'io\.\w+\("(\w+)"', body.group(1)))
    raise AssertionError(f"no field list for {cpp}")


def resolve(schema, name):
    """A message's schema with what its $ref within the file brings."""
    definition = schema["$defs"].get(name) or schema_of("common")["$defs"][name]
    base = definition.get("$ref", "").removeprefix("#/$defs/")
    properties = dict(schema["$defs"][base]["properties"]) if base else {}
    return {**properties, **definition["properties"]}


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_schemas_are_schemas(file):
    jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text()))


@pytest.mark.parametrize("direction, vector", cases("valid"))
def test_valid_vectors_validate(direction, vector):
    validator = validator_of(direction)
    validator.validate(vector["message"])
    validator.validate(vector.get("canonical", vector["message"]))
    validator.validate([vector["message"], vector["message"]])


@pytest.mark.parametrize("direction, vector", cases("invalid"))
def test_invalid_vectors_do_not(direction, vector):
    if vector["error"]["code"] == "malformed_json":  # not for a schema to judge
        return
    message = vector["message"] if "message" in vector else json.loads(vector["frame"])
    assert validator_of(direction).is_valid(message) == ("schema_cannot_say" in vector)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_message_has_a_schema_and_vectors(direction):
    in_code = set(messages_of(direction).values())
    alternatives = {each["$ref"].rpartition("/")[2]
                    for each in schema_of(direction)["$defs"]["message"]["oneOf"]}
    assert alternatives == in_code
    assert {vector["message"]["type"] for vector in vectors(direction, "valid")} == in_code
    invalid = {vector["error"]["code"] for vector in vectors(direction, "invalid")}
    assert {f"invalid_{name}" for name in in_code} <= invalid


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_schemas_have_the_fields_that_the_codec_has(direction):
    schema = schema_of(direction)
    for cpp, name in messages_of(direction).items():
        assert set(resolve(schema, name)) == fields_of(cpp) | {"type"}, name
