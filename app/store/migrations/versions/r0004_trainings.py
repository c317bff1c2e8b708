"""Runs that train here: their plans, updates, weights at intervals, and what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _run() -> sa.Column[int]:
    own = sa.ForeignKey("runs.number", ondelete="CASCADE")
    return sa.Column("run", _NUMBER, own, primary_key=True, autoincrement=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "trainings",
        _run(),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("keep", sa.Boolean, nullable=False),
        sa.Column("pace", sa.Double),
        sa.Column("wanted", sa.String(20), nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("pending", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("watcher", sa.Text, nullable=False),
        sa.Column("ended", sa.Text),
        sa.Column("client", sa.String(100), nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("watched", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.String(200)),
        sa.Column("held_until", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("apart", sa.BigInteger, nullable=False),
        sa.Column("record_bytes", sa.BigInteger, nullable=False),
        sa.Column("snapshot_bytes", sa.BigInteger, nullable=False),
        sa.Index("trainings_wanted", "wanted"),
    )
    op.create_table(
        "training_inputs",
        _run(),
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "updates",
        _run(),
        sa.Column("first", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "snapshots",
        _run(),
        sa.Column("update", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "marks",
        _run(),
        sa.Column("mark", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("update", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("values", sa.Text, nullable=False),
        sa.Index("marks_update", "run", "update"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("marks", "snapshots", "updates", "training_inputs", "trainings"):
        op.drop_table(table)
