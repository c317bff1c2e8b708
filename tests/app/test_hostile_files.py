"""Files that are not what they should be: each is refused below 500, in a sentence."""

import pytest

from tests.app import hostile_arrays, hostile_models
from tests.app.networks import sent

pytestmark = pytest.mark.anyio

HOSTILE = [*hostile_arrays.HOSTILE, *hostile_models.HOSTILE]


def test_they_are_many():
    assert len(HOSTILE) == len({name for name, *_ in HOSTILE}) >= 60


@pytest.mark.parametrize(
    ("file", "status", "words"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE]
)
async def test_it_is_refused(client, file, status, words):
    answer = await sent(client, file, "model.safetensors")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    detail = answer.json()["detail"]
    assert words in detail
    assert "Traceback" not in detail
    assert "unrolled-upload-" not in detail
    assert len(detail) < 800
