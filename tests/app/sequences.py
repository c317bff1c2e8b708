"""Sequences to send: files of every kind."""

import io

import numpy as np

SEQUENCES = "/api/v1/sequences"
FLOW = "/api/v1/flow"


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def weather(rows: int = 60) -> bytes:
    """Dates, a within ±1, b up to 41,000 with a gap, y of three classes."""
    lines = ["date,a,b,y"]
    for n in range(rows):
        b = "" if n == 5 else f"{41_000 * n / (rows - 1):g}"
        lines.append(f"2026-01-{n % 28 + 1:02},{np.sin(n):.4f},{b},{n % 3}")
    return "\n".join(lines).encode()


async def sent(client, file, filename="a.csv", **fields):
    data = file if isinstance(file, bytes) else file.encode()
    return await client.post(SEQUENCES, files={"file": (filename, data)}, data=fields)


async def made(client, file, filename="a.csv", **fields):
    answer = await sent(client, file, filename, **fields)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()
