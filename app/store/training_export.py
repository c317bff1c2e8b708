"""A run that trains here as a file, going out.

After the first line, of which `run` has `training`, and that `parameters` and `columns` ([name,
type, shape of one update's], in their order: how the bytes of `updates` lie), a line each of

    {"input": {"name", …}}    {"updates": {"first", "last", …}}    {"snapshot": {"update", …}}
    {"marks": [{"id", "update", "kind", "text", "values"}, …]}

… being "size", "part" of "parts" and "body": bytes as the database has them, in base64, several
lines where they are many. Nothing in it is pickled.
"""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select

from unrolled.app.store.database import Database
from unrolled.app.store.runs import document
from unrolled.app.store.tables import Found
from unrolled.app.store.training_tables import INPUTS, SNAPSHOTS, UPDATES
from unrolled.app.store.trainings import marks_after, shape_of, training_of
from unrolled.watch import runs as form

PIECE = 2**21
"""Bytes of a body in one line."""
_MARKS = 200


async def exported_training(
    database: Database, run: Found, *, whole: bool = True
) -> AsyncIterator[bytes]:
    """The lines of the file; what is computed meanwhile is left out.

    Args:
        database: where.
        run: that trains here.
        whole: whether it may go on from the file; else it holds what was recorded alone.
    """
    training = await database.read(lambda c: training_of(c, run))
    said = {name: value for name, value in document(run).items() if name != "id"}
    shape = shape_of(training)
    said["training"] = {
        "plan": json.loads(training.plan),
        "changes": json.loads(training.changes),
        "keep": training.keep,
        "ended": training.ended,
        "not_finite": json.loads(training.facts).get("not_finite"),
        "watcher": training.watcher,
        "parameters": shape.parameters,
        "columns": [[name, kind, own] for name, (kind, own) in shape.rows.items()],
    }
    yield form.head(said)
    tables = (INPUTS, "name"), (UPDATES, "first"), (SNAPSHOTS, "update")
    for table, key in tables if whole else tables[1:2]:
        last: Any = "" if key == "name" else -1
        while True:
            asked = (
                select(table)
                .where(table.c.run == run.number, table.c[key] > last)
                .order_by(table.c[key])
                .limit(1 if key == "name" else 16)
            )
            rows = list(await database.read(lambda c, asked=asked: c.execute(asked)))  # type: ignore[misc]
            if not rows:
                break
            for row in rows:
                last = row._mapping[table.c[key]]
                for line in _bodied(table.name, row, run.last_update or 0):
                    yield line
    mark = 0
    while found := await database.read(lambda c, mark=mark: marks_after(c, run.number, mark)):  # type: ignore[misc]
        for start in range(0, len(found), _MARKS):
            yield form.line({"marks": found[start : start + _MARKS]})
        mark = found[-1]["id"]
    if run.state == "ended":
        yield form.end(document(run)["changed"])


_NAMED = {
    INPUTS.name: ("input", ("name", "size")),
    UPDATES.name: ("updates", ("first", "last")),
    SNAPSHOTS.name: ("snapshot", ("update", "size")),
}
"""Table → what its lines are called, and the columns that stand in them."""


def _bodied(table: str, row: Found, last: int) -> list[bytes]:
    """The lines of a row; none of what came after the head was written."""
    kind, names = _NAMED[table]
    said = {name: row._mapping[name] for name in names}
    if max((said.get("last", 0), said.get("update", 0))) > last:
        return []
    pieces = [row.body[at : at + PIECE] for at in range(0, max(len(row.body), 1), PIECE)]
    return [
        form.line(
            {
                kind: said
                | {"part": n, "parts": len(pieces), "body": base64.b64encode(piece).decode()}
            }
        )
        for n, piece in enumerate(pieces)
    ]
