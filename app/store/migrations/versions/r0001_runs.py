"""Runs, their reports, and what is heavy in them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("touched", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("last_update", sa.BigInteger),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        sa.Column("reports", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "blobs",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column(
            "run", _NUMBER, sa.ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("update", sa.BigInteger, nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("key", sa.String(200)),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("run", "update", "time", name="reports_once"),
        sa.UniqueConstraint("run", "key", name="reports_key"),
    )
    op.create_table(
        "parts",
        sa.Column("run", _NUMBER, primary_key=True),
        sa.Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("module", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("field", sa.String(20), primary_key=True),
        sa.Column("blob", sa.String(64), sa.ForeignKey("blobs.hash"), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "sequence"], ["reports.run", "reports.sequence"], ondelete="CASCADE"
        ),
    )
    op.create_index("parts_blob", "parts", ["blob"])


def downgrade() -> None:
    """Take them away again."""
    for table in ("parts", "reports", "blobs", "runs"):
        op.drop_table(table)
