"""How updates are kept, what they take, and the frames in which they come."""

import asyncio
import io
import json

import numpy as np
import pytest
from sqlalchemy import select

from tests.app.trained import SMALL
from unrolled.app.schemas.training import TrainingPlan
from unrolled.app.store import training_keeping as keeping
from unrolled.app.store.engine import FILE
from unrolled.app.store.holders import leave, new_holder
from unrolled.app.store.training_keeping import Batch, claim
from unrolled.app.store.training_tables import SNAPSHOTS
from unrolled.app.store.trainings import begin
from unrolled.app.training import columns as of_columns
from unrolled.app.training.columns import Shape, from_body, from_raw, joined, told
from unrolled.app.training.frames import MOST_HEAD, Broken, framed, read, receive
from unrolled.app.training.planned import replanned
from unrolled.engine import Plan, Training

pytestmark = pytest.mark.anyio
SHAPE = Shape(2, 3, ("W_xh", "W_hh"), True)


def some(first, count, shape=SHAPE, seed=0):
    """Updates as noisy as any: nothing in them repeats."""
    random = np.random.default_rng([seed, first])
    values = {}
    for name, (kind, own) in shape.rows.items():
        walk = np.cumsum(random.standard_normal((count, *own)), axis=0) * 0.1 - 3.0
        values[name] = (walk > -3.0 if name == "engaged" else walk).astype(kind)
    return of_columns.Columns(shape, first, values)


def test_what_is_kept_comes_back():
    given = some(5, 7)
    given.values["hidden"][0, 0] = [-np.inf, np.nan, -250.0]
    whole = from_raw(SHAPE, 5, 7, given.raw())
    for name, column in given.values.items():
        np.testing.assert_array_equal(whole.values[name], column)
    back = from_body(SHAPE, 5, 11, given.body())
    for name, column in given.values.items():
        if name in of_columns.SERIES:
            np.testing.assert_allclose(back.values[name], column, rtol=2e-5)
        else:
            np.testing.assert_array_equal(back.values[name], column)
    assert from_body(SHAPE, 5, 11, back.body()).raw() == back.raw()
    with pytest.raises(OSError, match="malformed"):
        from_body(SHAPE, 5, 12, given.body())


def test_some_of_them_are_taken():
    whole = joined([some(1, 10), some(11, 10)])
    assert (whole.first, whole.last, len(whole.rows(8, 13))) == (1, 20, 6)
    assert whole.rows(8, 13).first == 8
    assert len(whole.rows(30, 40)) == 0
    assert told(whole.rows(2, 20, 9), 1, 9)["update"] == [2, 11, 20]
    answer = told(whole, 1)
    np.testing.assert_allclose(answer["hidden"], whole.values["hidden"][:, 1], atol=1e-4)
    assert answer["weight"]["W_hh"][3] == pytest.approx(
        float(whole.values["weight"][3, 1]), abs=1e-4
    )


async def test_a_frame_comes_as_it_went():
    sent = framed({"do": "a"}, b"body") + framed({"do": "b"})
    stream = io.BytesIO(sent)
    whole = [({"do": "a"}, b"body"), ({"do": "b"}, b"")]
    assert [read(stream), read(stream), read(stream)] == [*whole, None]
    reader = asyncio.StreamReader()
    reader.feed_data(sent + sent[:9])
    reader.feed_eof()
    assert [await receive(reader), await receive(reader)] == whole
    assert await receive(reader) is None
    with pytest.raises(Broken):
        read(io.BytesIO((MOST_HEAD + 1).to_bytes(4, "little") + bytes(4)))


async def made(store, plan, **said):
    whole = replanned(TrainingPlan.model_validate(SMALL | plan), store.settings, {})
    training = {
        "plan": json.dumps(whole.plan),
        "facts": json.dumps(whole.facts),
        "keep": True,
        "client": "a",
    } | said
    own = {"name": "", "note": "", "about": {}, "state": "queued"}
    return await store.write(lambda c: begin(c, store.settings, own, training, {}))


@pytest.mark.parametrize(("cell", "most"), [("simple", 128), ("lstm", 512)])
async def test_ten_thousand_updates_take_at_most_20_megabytes(kept, tmp_path, cell, most):
    """T = 100, H = 64, Adam in double precision; every number that is kept is noise."""
    async with kept(data_folder=tmp_path / "data") as client:
        store = client._transport.app.state.store
        plan = SMALL | {
            "task": {"name": "adding", "steps": 100},
            "cell": cell,
            "hidden_size": 64,
            "updates": 10_000,
        }
        row = await made(store, plan)
        whole = Training(Plan.from_json(plan))
        shape = Shape(1, 100, tuple(whole.names), cell == "lstm")
        whole.advance(3)
        snapshot, apart = whole.snapshot(), 16
        bodies = [some(n, 100, shape).body() for n in range(5)]  # none like another, in any block
        me = new_holder()
        await store.write(lambda c: claim(c, me, []))
        for first in range(1, 10_001, 500):
            done = [n for n in range(first, first + 500) if n % apart == 0]
            batch = Batch(
                blocks=[
                    (n, n + 99, body)
                    for n, body in zip(range(first, first + 500, 100), bodies, strict=True)
                ],
                snapshots=dict.fromkeys(done, snapshot),
                update=first + 499,
            )
            _, training = await store.write(
                lambda c, batch=batch: keeping.keep(c, store.settings, me, row.number, batch)
            )
            apart = max(apart, training.apart)
        leave(me)
        taken = sum(one.stat().st_size for one in (tmp_path / "data").glob(f"{FILE}*"))
        asked = select(SNAPSHOTS.c.update).where(SNAPSHOTS.c.run == row.number)
        kept_ = sorted(one.update for one in await store.read(lambda c: c.execute(asked)))
        assert taken <= 20_000_000
        assert np.diff(kept_).max() <= most
