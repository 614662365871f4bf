"""What Schemathesis does not know of our API: whose things are whose, and what a run must not use up.

FUZZ_FOREIGN  JSON list of ids and texts that whoever asks must never be shown
FUZZ_KEPT     JSON list of ids of keys that must go on working until the run is over
"""

import json
import os
import re
import struct
import uuid
import zlib

import schemathesis
from hypothesis import strategies
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario

FOREIGN = [text.lower().encode() for text in json.loads(os.environ["FUZZ_FOREIGN"])]
KEPT = set(json.loads(os.environ["FUZZ_KEPT"]))

IDEMPOTENCY_KEY = "Idempotency-Key"
VALID_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")
LONGEST_KEY = 255
REVOKE = "/v1/operator/keys/{key_id}/revoke"


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# One grey pixel. What a picture is sent as does not count, so it stands for all kinds.
PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + png_chunk(b"IHDR", struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0))
    + png_chunk(b"IDAT", zlib.compress(b"\0\x80"))
    + png_chunk(b"IEND", b"")
)
schemathesis.openapi.media_type(
    "image/png",
    strategies.one_of(
        strategies.just(PICTURE),
        strategies.integers(0, len(PICTURE)).map(lambda length: PICTURE[:length]),
        strategies.binary(max_size=100),
    ),
    aliases=["image/jpeg", "image/webp"],
)


@schemathesis.check
def nothing_of_another_tenant(ctx, response, case):
    """Whatever is asked for, and whatever the answer's status: nothing foreign is in it."""
    headers = repr(response.headers).encode()
    answer = ((response.content or b"") + headers).lower()
    found = [text.decode() for text in FOREIGN if text in answer]
    if found:
        raise AssertionError(f"{case.operation.label} shows what is another's: {', '.join(found)}")


@schemathesis.hook
def before_call(context, case, kwargs):
    if leaves_a_header_out(case):
        return
    use_a_key_once(case)
    keep_our_key(case)
    write_integers_as_such(case)


def leaves_a_header_out(case):
    """A case that is changed here is judged anew, and the credential that it leaves out would be sent."""
    data = case.meta.phase.data if case.meta else None
    is_left_out = getattr(data, "scenario", None) == CoverageScenario.MISSING_PARAMETER
    return is_left_out and data.parameter_location == ParameterLocation.HEADER


def use_a_key_once(case):
    """A key that comes twice, with another request, is refused as it should be. But that says nothing
    of the request, and short keys are made over and over."""
    key = (case.headers or {}).get(IDEMPOTENCY_KEY)
    if isinstance(key, str) and VALID_KEY.fullmatch(key):
        case.headers[IDEMPOTENCY_KEY] = f"{uuid.uuid4()}{key}"[:LONGEST_KEY]


def keep_our_key(case):
    """An admin may revoke the key that it asks with; from then on, every answer would be the same."""
    if case.path == REVOKE and str((case.path_parameters or {}).get("key_id")).lower() in KEPT:
        case.path_parameters["key_id"] = str(uuid.uuid4())


def write_integers_as_such(case):
    """JSON Schema takes 1.0 for an integer. Our parser does not, and docs/API.md says so."""
    if has_whole_float(case.body):
        case.body = with_integers(case.body)


def has_whole_float(value):
    if isinstance(value, dict):
        return any(map(has_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(has_whole_float, value))
    return isinstance(value, float) and value.is_integer()


def with_integers(value):
    if isinstance(value, dict):
        return {name: with_integers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_integers(part) for part in value]
    return int(value) if has_whole_float(value) else value
