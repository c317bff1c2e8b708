"""Networks that nobody can compute, and those that somebody computes just now; places by stride."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.add_column("points", sa.Column("error", sa.Text))
    op.add_column("points", sa.Column("version", sa.String(40)))
    op.create_table(
        "point_holders",
        sa.Column("holder", sa.String(200), primary_key=True),
        sa.Column("held_until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "point_claims",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column(
            "holder",
            sa.String(200),
            sa.ForeignKey("point_holders.holder", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Index("point_claims_holder", "holder"),
    )
    op.create_index("sweep_points_stride", "sweep_points", ["sweep", "stride", "sequence"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("sweep_points_stride", "sweep_points")
    for table in ("point_claims", "point_holders"):
        op.drop_table(table)
    op.drop_column("points", "version")
    op.drop_column("points", "error")
