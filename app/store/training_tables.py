"""The tables of runs that train here, beside their rows in `runs`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from unrolled.app.store.tables import METADATA, NUMBER, RUNS


def _run() -> Column[int]:
    own = ForeignKey(RUNS.c.number, ondelete="CASCADE")
    return Column("run", NUMBER, own, primary_key=True, autoincrement=False)


TRAININGS = Table(
    "trainings",
    METADATA,
    _run(),
    Column("plan", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("keep", Boolean, nullable=False),
    Column("pace", Double),
    Column("wanted", String(20), nullable=False),
    Column("until", BigInteger),
    Column("pending", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("watcher", Text, nullable=False),
    Column("ended", Text),
    Column("client", String(100), nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("watched", BigInteger, nullable=False),
    Column("holder", String(200)),
    Column("held_until", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("apart", BigInteger, nullable=False),
    Column("record_bytes", BigInteger, nullable=False),
    Column("snapshot_bytes", BigInteger, nullable=False),
    Index("trainings_wanted", "wanted"),
)
"""What trains, a run a row; its state, name and updates done stand in `runs`.

`plan`, `facts` (names, sizes, baseline), `changes` [[update, change], …], `pending` (changes that
no process has made yet) and `watcher` (what finds events) are JSON. `wanted` is `running`, `paused`
or `ended`, as its user said last; `until`: the update at which it pauses by itself. `holder` is the
process that computes it, which says so again and again: after `held_until` another one may take it.
`asked`: since when it waits; `watched`: when somebody last followed it. `seconds`: what it has
computed; `failures`: processes that were lost since its last update. `apart`: how many updates lie
at least between two snapshots."""

INPUTS = Table(
    "training_inputs",
    METADATA,
    _run(),
    Column("name", String(40), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Copies of what else decides its numbers: `series` and `parameters`, `npz` files, compressed."""

UPDATES = Table(
    "updates",
    METADATA,
    _run(),
    Column("first", NUMBER, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Updates that follow each other, a block a row, as `app.training.columns` packs them."""

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    _run(),
    Column("update", NUMBER, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Everything that the next update follows from, after so many of them; compressed."""

MARKS = Table(
    "marks",
    METADATA,
    _run(),
    Column("mark", NUMBER, primary_key=True, autoincrement=False),
    Column("update", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("values", Text, nullable=False),
    Index("marks_update", "run", "update"),
)
"""What happened, and at which update; `values` is JSON."""
