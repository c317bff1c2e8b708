"""A snapshot crosses a pipe as plain bytes; what no server took is kept, up to a bound."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled.watch.delivery import ToServer, delivery_of, fresh
from unrolled.watch.snapshot import Call, Message, Module, Snapshot, decode, encode, messages


def snapshot() -> Snapshot:
    random = np.random.default_rng(1)
    call = Call(
        x=random.normal(size=(4, 2, 3)).astype(np.float32),
        batch_sizes=None,
        h_0=random.normal(size=(1, 2, 5)),
        output_gradient=np.asfortranarray(random.normal(size=(4, 2, 5))),
        h_gradient=np.zeros((0, 2, 5), dtype=np.float16),
        follows=0,
    )
    module = Module("core", "GRU", 1, False, 3, 5, 0, "tanh", "float32")
    module.weights = {"weight_hh_l0": random.normal(size=(15, 5))}
    module.gradients = {"weight_hh_l0": None}
    module.calls = [call]
    return Snapshot(7, "2026-01-01T00:00:00Z", [module], loss=0.5, steps_taken={"w": [1.0, 0.5]})


def same(a: Any, b: Any) -> None:
    if isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        for name in a:
            same(a[name], b[name])
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            same(one, other)
    elif hasattr(a, "__dataclass_fields__"):
        assert type(a) is type(b)
        for name in a.__dataclass_fields__:
            same(getattr(a, name), getattr(b, name))
    else:
        assert a == b


def test_what_is_written_is_read() -> None:
    raw = b"".join(encode(Message("sample", snapshot())) + encode(Message("close", {"a": [1]})))
    first, second = messages(io.BytesIO(raw))
    same(first, Message("sample", snapshot()))
    assert (second.kind, second.body) == ("close", {"a": [1]})


def test_a_stream_that_ends_in_a_message_ends() -> None:
    raw = b"".join(encode(Message("sample", snapshot())))
    for size in (0, 3, 16, 40, len(raw) - 1):
        assert decode(io.BytesIO(raw[:size])) is None


def test_no_message_is_longer_than_is_allowed() -> None:
    with pytest.raises(ValueError, match="at most"):
        decode(io.BytesIO(b"\xff" * 16))


def test_no_file_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    assert fresh(path) == path
    path.touch()
    (tmp_path / "run-2.unrolled").touch()
    assert fresh(path) == tmp_path / "run-3.unrolled"


def test_reports_aside_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unrolled.watch.delivery.MOST_BYTES", 500)
    monkeypatch.setattr("unrolled.watch.delivery.LAST_TRIES", 1)
    delivery = delivery_of("http://127.0.0.1:1", "../a b/c", {}, str(tmp_path))
    assert isinstance(delivery, ToServer)
    for n in range(20):
        delivery.report({"update": n, "time": "", "filled": "x" * 100})
    left = delivery.end("ended")
    assert left == str(tmp_path / "-a b-c.unrolled")
    assert 500 < Path(left).stat().st_size < 900
    assert delivery.lost > 10
