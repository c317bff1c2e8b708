"""Maps, their places, and the numbers of networks by the hash of their experiment."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sweeps",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("theory", sa.Text),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("wanted", sa.String(20), nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("wrong", sa.BigInteger, nullable=False),
        sa.Column("computed", sa.BigInteger, nullable=False),
        sa.Column("known", sa.BigInteger, nullable=False),
        sa.Column("rate", sa.Double),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("touched", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("client", sa.String(100), nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.String(200)),
        sa.Column("held_until", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Index("sweeps_state", "state"),
    )
    op.create_table(
        "sweep_points",
        sa.Column(
            "sweep", _NUMBER, sa.ForeignKey("sweeps.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("stride", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("sweep", "place", name="sweep_points_once"),
    )
    op.create_table(
        "points",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("touched", sa.BigInteger, nullable=False),
        sa.Index("points_touched", "touched"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("points", "sweep_points", "sweeps"):
        op.drop_table(table)
