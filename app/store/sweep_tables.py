"""The tables of maps: what is mapped, the places that are known, and networks by their hash."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from unrolled.app.store.tables import METADATA, NUMBER

SWEEPS = Table(
    "sweeps",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("theory", Text),
    Column("state", String(20), nullable=False),
    Column("wanted", String(20), nullable=False),
    Column("why", Text),
    Column("count", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("wrong", BigInteger, nullable=False),
    Column("computed", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("rate", Double),
    Column("seconds", Double, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("client", String(100), nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("holder", String(200)),
    Column("held_until", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Index("sweeps_state", "state"),
)
"""A map a row. `document`: what is mapped, as JSON with nothing left open; `theory`: its lines, as
JSON, once they are computed. `state` is `queued`, `running`, `paused` or `ended`, and `why` says in
words why it does not go on. `done` of `count` places are known, `wrong` of them hold no network;
`computed` networks were computed for it, `known` ones were there. `rate`: places a second."""

SWEEP_POINTS = Table(
    "sweep_points",
    METADATA,
    Column("sweep", NUMBER, ForeignKey(SWEEPS.c.number, ondelete="CASCADE"), primary_key=True),
    Column("sequence", NUMBER, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False),
    Column("stride", Integer, nullable=False),
    Column("error", Text),
    Column("body", Text, nullable=False),
    UniqueConstraint("sweep", "place", name="sweep_points_once"),
    Index("sweep_points_stride", "sweep", "stride", "sequence"),
)
"""A place of a map a row, in the order in which they came. `place` counts along the last axis
first; `stride`: for how many places it stands until finer ones come. `body` is JSON: of every
number [median, lower, upper quartile, draws], of a name [the most frequent one, share of each,
draws], in the order of `numbers` in the map."""

POINTS = Table(
    "points",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("numbers", Text, nullable=False),
    Column("touched", BigInteger, nullable=False),
    Column("error", Text),
    Column("version", String(40)),
    Index("points_touched", "touched"),
)
"""A network a row, under the hash of its experiment: its numbers, as JSON. Every map takes what it
needs from here, and nothing is computed twice. `error`: why the engine has no numbers of it; it
holds for the `version` that said it, since another one may know more."""

POINT_HOLDERS = Table(
    "point_holders",
    METADATA,
    Column("holder", String(200), primary_key=True),
    Column("held_until", BigInteger, nullable=False),
)
"""Who computes networks, a row each, and until when it has said that it still does."""

POINT_CLAIMS = Table(
    "point_claims",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column(
        "holder",
        String(200),
        ForeignKey(POINT_HOLDERS.c.holder, ondelete="CASCADE"),
        nullable=False,
    ),
    Index("point_claims_holder", "holder"),
)
"""A network a row that somebody computes: others wait for its numbers. It counts as long as its
holder does, and is gone with the numbers."""
