"""Reports to send, and the file of a run."""

import json
from typing import Any

RUNS = "/api/v1/runs"
FLOW = {
    "steps": 3,
    "followed_gradient": {"norm": [0.0, 1e-300], "log10_norm": [None, -300.0]},
    "cell_gradient": None,
    "itemized": {"log10_norm": [[None, -1.5], [0.25, 1e-300]]},
    "word": '∂"[{',
}
BRIEF = {"steps": 3, "followed_gradient": {"log10_norm": [None, -300.0]}, "cell_gradient": None}


def module(**said: Any) -> dict[str, Any]:
    return {
        "name": "lstm",
        "kind": "LSTM",
        "layers": 2,
        "bidirectional": False,
        "input_size": 4,
        "hidden_size": 8,
        "steps": 3,
        "batch": 2,
        "sampled": 1,
        "dtype": "float32",
        "loss_scale": None,
        "proof": {"lstm.weight_hh_l0": 1.2e-7, "lstm.bias_hh_l0": None},
        "trusted": True,
        "why_not": None,
        "first_not_finite": {"layer": 1, "step": 2, "quantity": "h"},
        "flow": FLOW,
    } | said


def report(update: int = 0, **said: Any) -> dict[str, Any]:
    return {
        "update": update,
        "time": f"2026-11-28T03:00:00.{update % 1000:03}Z",
        "loss": 1.25,
        "clipping": {
            "rule": "norm",
            "threshold": 1.0,
            "log10_before": 0.3,
            "log10_after": 0.0,
            "engaged": True,
        },
        "learning_rate": 0.001,
        "optimizer": "Adam",
        "steps_taken": {"lstm.weight_hh_l0": {"log10_weight": 0.5, "log10_step": None}},
        "modules": [module()],
        "seconds": {"capture": 0.003, "analysis": 0.08},
    } | said


def file(*lines: Any, head: Any = None, end: bool = True) -> bytes:
    first = {"format": "unrolled-run", "version": 1, "run": head or {"name": "a", "about": {}}}
    last = [{"end": {"state": "ended", "changed": "2026-11-28T04:00:00Z"}}] if end else []
    return b"".join(json.dumps(line).encode() + b"\n" for line in [first, *lines, *last])


DEEP = b"[" * 200_000 + b"]" * 200_000


async def made(client, **said):
    answer = await client.post(RUNS, json={"name": "char-lstm", "about": {"every": 100}} | said)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{RUNS}/{answer.json()['id']}"
    return answer.headers["location"]


async def sent(client, run, body, **headers):
    answer = await client.post(f"{run}/reports", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["sequence"]


def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["detail"]


async def count(client, table):
    store = client._transport.app.state.store
    return len(list(await store.read(lambda c: c.execute(table.select()))))
