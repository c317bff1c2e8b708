"""The view Train: its page, and which runs it shows."""

import re
from pathlib import Path

import pytest

from tests.app.runs import RUNS, made
from unrolled.app.training_words import training_words
from unrolled.app.vocabulary import VOCABULARY

pytestmark = pytest.mark.anyio

TRAINED = {"kind": "trained", "paused": True, "training": {"task": {"name": "adding", "steps": 4}}}


async def shown(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200
    assert (await client.head(path)).status_code == 200
    return answer.text


async def test_the_set_up_offers_what_the_vocabulary_names(client):
    page = await shown(client, "/train")
    assert '<a href="/train" aria-current="page">' in page
    assert re.search(r'src="/assets/page/[^"]*/js/train/main.js"', page), "it comes in parts"
    words = VOCABULARY.training
    for row in (*words.tasks, *words.optimizers, *words.schedules, *words.rules):
        if not getattr(row, "lacks", None):
            assert f'<option value="{row.name}">{row.label}</option>' in page


async def test_a_task_that_cannot_be_had_here_is_named_with_the_reason(client, monkeypatch):
    why = "its pictures come with scikit-learn, which is not installed here; needed: the extra, "
    monkeypatch.setattr("unrolled.engine.training.tasks.digits._found", lambda: None)
    words = training_words()
    told = {row.name: row.lacks for row in words.tasks}
    assert told.pop("digits") == f"{why}pip install 'unrolled[digits]'"
    assert not any(told.values())
    shared = client._transport.app.state.templates.env.globals
    monkeypatch.setitem(shared, "vocabulary", VOCABULARY.model_copy(update={"training": words}))
    page = await shown(client, "/train")
    assert re.search(r'<option value="digits" disabled title="its pictures[^"]*">', page)
    assert f"Digits: {why}pip install" in page
    monkeypatch.setattr("unrolled.engine.training.tasks.digits._found", lambda: Path("here"))
    assert not any(row.lacks for row in training_words().tasks)


async def test_no_field_takes_more_than_the_service(opened):
    async with opened(max_batch_size=7, max_training_updates=90, max_steps=55) as client:
        page = await shown(client, "/train")
    for name, most in (("batch", 7), ("updates", 90)):
        assert re.search(rf'<input type="number" id="{name}"[^>]* max="{most}"', page)
    assert 'data-max-steps="55"' in page


async def test_what_only_trainings_have_makes_no_other_page_longer(client):
    held = r'id="vocabulary">.*?"optimizers".*?</script>'
    assert re.search(r'"training": ?\{"optimizers"|"training": ?\{', await shown(client, "/train"))
    for path in ("/", "/runs", "/networks"):
        page = await shown(client, path)
        assert re.search(held, page)
        assert '"tasks"' not in page


async def test_a_run_is_shown_by_the_view_of_its_kind(client):
    answer = await client.post(RUNS, json=TRAINED)
    trained = answer.headers["location"].removeprefix("/api/v1")
    assert f'id="train" tabindex="-1" data-run="{trained[6:]}"' in await shown(client, trained)
    watched = (await made(client)).removeprefix("/api/v1")
    assert 'id="live"' in await shown(client, watched)
    assert 'id="live"' in await shown(client, "/runs/nothing")  # the page says that there is none


async def test_runs_may_be_a_part_of_another_page(client):
    assert 'class="embedded"' in await shown(client, "/train?run=a&embed=1")
    assert 'id="embed-open"' in await shown(client, "/train?run=a&embed=1")
    assert 'class="embedded"' not in await shown(client, "/train?run=a")
