"""The tables: runs, reports, and what is heavy in reports."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
)

Found = Row[*tuple[Any, ...]]
"""A row as a query found it."""

METADATA = MetaData()

NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A key that counts itself: SQLite does so for INTEGER only."""

RUNS = Table(
    "runs",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("about", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("last_update", BigInteger),
    Column("last_sequence", BigInteger, nullable=False),
    Column("reports", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
"""A run a row. Times are milliseconds since 1970, UTC: `changed` is what the run says of itself,
`touched` when this database last heard of it. `revision` grows with every change. `state` is
`running`, `ended`, `interrupted` or `importing`, which nobody sees. `bytes` is what its reports
take here."""

BLOBS = Table(
    "blobs",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""What is heavy, compressed, under the SHA-256 of what it was; `size` bytes uncompressed."""

REPORTS = Table(
    "reports",
    METADATA,
    Column("run", NUMBER, ForeignKey(RUNS.c.number, ondelete="CASCADE"), primary_key=True),
    Column("sequence", NUMBER, primary_key=True, autoincrement=False),
    Column("update", BigInteger, nullable=False),
    Column("time", String(40), nullable=False),
    Column("key", String(200)),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("run", "update", "time", name="reports_once"),
    UniqueConstraint("run", "key", name="reports_key"),
)
"""A report a row: JSON of its brief form, compressed, of `size` bytes; the rest is in `blobs`."""

PARTS = Table(
    "parts",
    METADATA,
    Column("run", NUMBER, primary_key=True),
    Column("sequence", NUMBER, primary_key=True, autoincrement=False),
    Column("module", Integer, primary_key=True, autoincrement=False),
    Column("field", String(20), primary_key=True),
    Column("blob", String(64), ForeignKey(BLOBS.c.hash), nullable=False),
    ForeignKeyConstraint(
        ["run", "sequence"], [REPORTS.c.run, REPORTS.c.sequence], ondelete="CASCADE"
    ),
    Index("parts_blob", "blob"),
)
"""Which blob is which field of which module of a report."""

NETWORKS = Table(
    "networks",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("format", String(20), nullable=False),
    Column("module", Text),
    Column("head", Text),
    Column("about", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
)
"""A file's network a row, under the SHA-256 of the file, which had `bytes` bytes; `size` is what it
takes here. `about` is what was found in the file, as JSON. `touched`: when it was last used."""

NETWORK_BLOCKS = Table(
    "network_blocks",
    METADATA,
    Column("network", NUMBER, ForeignKey(NETWORKS.c.number, ondelete="CASCADE"), primary_key=True),
    Column("array", Integer, primary_key=True, autoincrement=False),
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Weights, a piece of an array a row: little-endian float32, or float64 where the file has float64,
in C's order, compressed; `size` bytes uncompressed."""

SEQUENCES = Table(
    "sequences",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("wanted", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    UniqueConstraint("digest", "wanted", name="sequences_once"),
)
"""A file's sequence a row, under the SHA-256 of the file and the format that it was to be read as,
"" where nobody said. `about` is what is answered of it, as JSON; `size` is what it takes here."""

SEQUENCE_VALUES = Table(
    "sequence_values",
    METADATA,
    Column(
        "sequence", NUMBER, ForeignKey(SEQUENCES.c.number, ondelete="CASCADE"), primary_key=True
    ),
    Column("shape", Text, nullable=False),
    Column("dtype", String(20), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Its numbers, little-endian, compressed; `size` bytes uncompressed."""
