"""Files that are not what they should be: each is refused below 500, in a sentence."""

import pytest

from tests.app import hostile_arrays, hostile_models
from tests.app.files_read import reader
from tests.app.networks import sent
from unrolled.app.files.content import Refused

pytestmark = pytest.mark.anyio

HOSTILE = [*hostile_arrays.HOSTILE, *hostile_models.HOSTILE]


def test_they_are_many():
    assert len(HOSTILE) == len({name for name, *_ in HOSTILE}) >= 60


EACH = pytest.mark.parametrize(
    ("file", "status", "words"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE]
)


@EACH
async def test_what_reads_it_refuses_it(tmp_path, file, status, words):
    """In this process, whatever the service makes of it."""
    with pytest.raises(Refused) as refusal:
        reader(tmp_path)(file)
    assert refusal.value.status == status
    assert words in str(refusal.value)


@EACH
async def test_it_is_refused(client, file, status, words):
    answer = await sent(client, file, "model.safetensors")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    detail = answer.json()["detail"]
    assert words in detail
    assert "Traceback" not in detail
    assert "unrolled-upload-" not in detail
    assert len(detail) < 800
