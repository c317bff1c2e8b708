"""Sequences out of files, and their numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sequences",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("wanted", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("touched", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("digest", "wanted", name="sequences_once"),
    )
    op.create_table(
        "sequence_values",
        sa.Column(
            "sequence",
            _NUMBER,
            sa.ForeignKey("sequences.number", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("shape", sa.Text, nullable=False),
        sa.Column("dtype", sa.String(20), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("sequence_values", "sequences"):
        op.drop_table(table)
