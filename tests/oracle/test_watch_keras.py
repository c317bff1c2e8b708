"""`unrolled.keras.Watch`: its recomputed gradient beside the backend's own, and what `fit` leaves.

The backend is PyTorch here; the last test runs this file once more on JAX.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
from keras import layers

import unrolled.keras
from unrolled.watch.analyse import analyse
from unrolled.watch.keras_batch import Through
from unrolled.watch.keras_layers import recurrent
from unrolled.watch.keras_sample import module_of
from unrolled.watch.snapshot import Snapshot

# Keras converts PyTorch's tensors as NumPy no longer likes it.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")

ROOT = Path(__file__).resolve().parents[2]
BACKEND = keras.backend.backend()
BOUND = 1e-4  # Keras computes in float32, also of float64, on every backend but one
KINDS: dict[str, Any] = {
    "tanh": layers.SimpleRNN,
    "relu": lambda units, **more: layers.SimpleRNN(units, activation="relu", **more),
    "LSTM": layers.LSTM,
    "GRU": layers.GRU,
    "reset first": lambda units, **more: layers.GRU(units, reset_after=False, **more),
    "cell": lambda units, use_bias, **more: layers.RNN(
        layers.LSTMCell(units, use_bias=use_bias), **more
    ),
}
Random = np.random.Generator


def scattered(model: Any, random: Random) -> None:
    """Weights that no initializer makes: every bias is something."""
    for variable in model.trainable_variables:
        variable.assign(random.normal(scale=0.4, size=variable.shape))


def modules(model: Any, *batch: Any) -> list[dict[str, Any]]:
    """The report of one batch."""
    found = recurrent(model)
    seen = Through(model, [one for one in found if one.refused is None], batch).run()
    snapshot = Snapshot(0, "", [module_of(one, seen) for one in found], seen.loss)
    report = json.loads(json.dumps(analyse(snapshot), allow_nan=False))
    return list(report["modules"])


def proof(module: dict[str, Any], bound: float = BOUND) -> None:
    assert module["trusted"], module["why_not"]
    assert module["proof"]
    for name, difference in module["proof"].items():
        assert difference is not None, name
        assert difference <= bound, name


def compiled(model: Any, **options: Any) -> Any:
    model.compile(keras.optimizers.SGD(0.05, **options), "mse")
    return model


@pytest.mark.parametrize("masked", ["", "right", "left", "both"])
@pytest.mark.parametrize(
    ("kind", "sequences", "backwards"), list(product(KINDS, (False, True), (False, True)))
)
def test_every_layer(
    random: Random,
    kind: str,
    sequences: bool,
    backwards: bool,
    masked: str,
) -> None:
    B, T, D, H = (int(random.integers(*span)) for span in ((2, 5), (3, 8), (1, 4), (2, 6)))
    layer = KINDS[kind](
        H,
        return_sequences=sequences,
        go_backwards=backwards,
        use_bias=bool(random.integers(2)),
        zero_output_for_mask=bool(random.integers(2)),
    )
    x = random.normal(size=(B, T, D))
    inputs = keras.Input((T, D))
    read: Any = inputs
    if masked:
        start = random.integers(0, T - 1, B) if masked in ("left", "both") else np.zeros(B, int)
        end = random.integers(start + 1, T + 1) if masked in ("right", "both") else np.full(B, T)
        steps = np.arange(T)
        x[(steps < start[:, None]) | (steps >= end[:, None])] = -7.0
        read = layers.Masking(-7.0)(read)
    head = layers.Dense(2)
    model = compiled(keras.Model(inputs, head(layer(read))))
    scattered(model, random)
    y = random.normal(size=(B, T, 2) if sequences else (B, 2))
    (module,) = modules(model, x, y)
    proof(module)
    assert module["why_not"] is None
    assert module["flow"]["diagnosis"]["summary"]
    assert module["proof"].keys() >= {f"{layer.name}.recurrent_kernel", f"{layer.name}.kernel"}
    if not masked:
        assert (module["steps"], module["batch"]) == (T, B)


def test_states_that_are_handed_on(random: Random) -> None:
    """An encoder's last state is a decoder's first; both h and c come back through it."""
    first, second = keras.Input((6, 3)), keras.Input((4, 2))
    encoder = layers.LSTM(5, return_state=True, name="encoder")
    decoder = layers.LSTM(5, return_sequences=True, name="decoder")
    _, *state = encoder(first)
    out = layers.Dense(1)(decoder(second, initial_state=state))
    model = compiled(keras.Model([first, second], out))
    scattered(model, random)
    x = [random.normal(size=(3, 6, 3)), random.normal(size=(3, 4, 2))]
    encoding, decoding = modules(model, x, random.normal(size=(3, 4, 1)))
    proof(encoding)
    proof(decoding)
    assert "c_n" in encoding["why_not"]
    assert decoding["flow"]["steps"] == 4


def test_both_directions_nested_and_called_twice(random: Random) -> None:
    inside = keras.Sequential([layers.GRU(3, return_sequences=True, name="core")])
    both = layers.Bidirectional(layers.LSTM(4, return_sequences=True, name="lstm"))
    inputs = keras.Input((5, 3))
    once = inside(inputs)
    out = layers.Dense(1)(both(inside(once)))
    model = compiled(keras.Model(inputs, out))
    scattered(model, random)
    found = modules(model, random.normal(size=(2, 5, 3)), random.normal(size=(2, 5, 1)))
    assert sorted(one["name"] for one in found) == ["backward_lstm", "core", "forward_lstm"]
    for module in found:
        proof(module)
        assert module["flow"]["steps"] == 5


def test_penalties_dropout_metrics_and_states_are_left_alone(random: Random) -> None:
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(3, 5, 2)),
            layers.LSTM(
                4,
                kernel_regularizer="l2",
                recurrent_dropout=0.5,
                dropout=0.5,
                activity_regularizer="l2",
                stateful=True,
            ),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    scattered(model, random)
    batch = random.normal(size=(3, 5, 2)), random.normal(size=(3, 1)), random.uniform(size=3)
    model.train_on_batch(*batch)
    held = [*model.variables, *model.metrics_variables]
    before = [np.array(one) for one in held]
    (module,) = modules(model, *batch)
    proof(module)
    for a, b in zip(before, held, strict=True):
        np.testing.assert_array_equal(a, np.array(b))
    assert model.trainable_variables[0].regularizer is not None
    assert "call" not in model.layers[0].__dict__


@pytest.mark.parametrize("policy", ["mixed_bfloat16"])
def test_mixed_precision(random: Random, policy: str) -> None:
    inputs = keras.Input((6, 3))
    h = layers.SimpleRNN(5, return_sequences=True, dtype=policy)(inputs)
    model = compiled(keras.Model(inputs, layers.Dense(1, dtype="float32")(h)))
    (module,) = modules(model, random.normal(size=(4, 6, 3)), random.normal(size=(4, 6, 1)))
    assert module["dtype"] == "bfloat16"
    proof(module, 0.2)


def test_frozen_weights_have_no_proof(random: Random) -> None:
    inputs = keras.Input((6, 3))
    model = keras.Model(inputs, layers.Dense(1)(layers.GRU(5, trainable=False)(inputs)))
    (module,) = modules(compiled(model), random.normal(size=(4, 6, 3)), random.normal(size=(4, 1)))
    assert set(module["proof"].values()) == {None}
    assert (module["trusted"], "frozen" in module["why_not"]) == (False, True)


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (lambda: layers.LSTM(3, activation="elu"), "activation is elu"),
        (lambda: layers.GRU(3, recurrent_activation="hard_sigmoid"), "hard_sigmoid"),
        (lambda: layers.RNN([layers.GRUCell(3), layers.GRUCell(3)]), "StackedRNNCells"),
    ],
)
def test_what_is_not_recomputed_is_a_clear_no(random: Random, layer: Any, why: str) -> None:
    inputs = keras.Input((6, 3))
    model = compiled(keras.Model(inputs, layers.Dense(1)(layer()(inputs))))
    (module,) = modules(model, random.normal(size=(4, 6, 3)), random.normal(size=(4, 1)))
    assert (module["trusted"], module["flow"]) == (False, None)
    assert why in module["why_not"]


def test_a_mask_with_holes_is_a_clear_no(random: Random) -> None:
    inputs = keras.Input((6, 3))
    model = compiled(keras.Model(inputs, layers.Dense(1)(layers.LSTM(3)(layers.Masking()(inputs)))))
    x = random.normal(size=(4, 6, 3))
    x[1, 2] = 0.0
    (module,) = modules(model, x, random.normal(size=(4, 1)))
    assert (module["trusted"], module["flow"]) == (False, None)
    assert "between" in module["why_not"]


# --- in a training --------------------------------------------------------------------------------


def small(**options: Any) -> tuple[Any, Any, Any]:
    keras.utils.set_random_seed(3)
    random = np.random.default_rng(3)
    model = keras.Sequential([keras.Input((6, 3)), layers.LSTM(4, name="lstm"), layers.Dense(1)])
    return compiled(model, **options), random.normal(size=(24, 6, 3)), random.normal(size=(24, 1))


def waits_for_reports(watch: unrolled.keras.Watch) -> None:
    """Until all that was seen is analysed: the newest snapshot would replace one that waits."""
    until = time.monotonic() + 60.0
    while watch._slot is not None and watch._slot.done < -(-watch._update // watch.every):
        assert time.monotonic() < until
        time.sleep(0.05)


def lines(path: Path | str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def test_a_training_leaves_a_file_and_is_the_same_training(tmp_path: Path) -> None:
    model, x, y = small(global_clipnorm=1e-2)
    batch = x[:4], y[:4]
    plain, *_ = small(global_clipnorm=1e-2)
    plain.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    watch = unrolled.keras.Watch(batch, every=5, to=tmp_path / "run.unrolled", name="a try")
    first = float(model.evaluate(*batch, verbose=0))
    weight = np.linalg.norm(np.array(model.get_layer("lstm").cell.recurrent_kernel))
    waits = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: waits_for_reports(watch)
    )
    both = [waits, watch]
    model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, callbacks=both)
    for a, b in zip(plain.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    head, *reports, last = lines(watch.to)
    assert (head["run"]["name"], last["end"]["state"]) == ("a try", "ended")
    assert head["run"]["about"]["framework"] == f"keras {keras.__version__} on {BACKEND}"
    assert [one["update"] for one in reports] == [0, 5, 10]
    assert watch.reports == 3
    report = reports[0]
    assert report["update"] == 0
    assert report["loss"] == pytest.approx(first, rel=1e-5)
    assert (report["optimizer"], report["learning_rate"]) == ("SGD", pytest.approx(0.05))
    assert (report["clipping"]["rule"], report["clipping"]["engaged"]) == ("norm", True)
    assert report["clipping"]["log10_after"] == pytest.approx(-2.0)
    assert report["log10_gradient"] == pytest.approx(report["clipping"]["log10_before"], abs=1e-6)
    step = report["steps_taken"]["lstm.recurrent_kernel"]
    assert step["log10_weight"] == pytest.approx(math.log10(weight), abs=1e-5)
    assert step["log10_step"] < -2.5
    proof(report["modules"][0])


def test_a_second_fit_goes_on_in_the_same_run(tmp_path: Path) -> None:
    model, x, y = small()
    watch = unrolled.keras.Watch((x[:4], y[:4]), every=6, to=tmp_path / "run.unrolled")
    for _ in range(2):
        model.fit(x, y, batch_size=4, verbose=0, callbacks=[watch])
    assert [path.name for path in tmp_path.iterdir()] == ["run.unrolled"]
    assert [one["update"] for one in lines(watch.to) if "update" in one] == [0, 6]


def test_what_fails_ends_the_watch_and_not_the_training(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model, x, y = small()
    watch = unrolled.keras.Watch((x[:4, :, :2], y[:4]), to=tmp_path / "run.unrolled")
    model.fit(x, y, batch_size=4, verbose=0, callbacks=[watch])
    assert "the watch has ended itself" in caplog.text
    assert len(lines(watch.to)) == 1
    assert "call" not in model.layers[0].__dict__


def test_what_cannot_be_watched_is_said_at_once(tmp_path: Path) -> None:
    _, x, y = small()
    for wrong in ({"every": 0}, {"sampled": 1.5}, {"batch": x}):
        with pytest.raises(ValueError, match="allowed"):
            unrolled.keras.Watch(**({"batch": (x, y)} | wrong))
    flat = compiled(keras.Sequential([keras.Input((6, 3)), layers.Flatten(), layers.Dense(1)]))
    watch = unrolled.keras.Watch((x[:4], y[:4]), to=tmp_path / "run.unrolled")
    with pytest.raises(ValueError, match="no recurrent layer"):
        flat.fit(x, y, verbose=0, callbacks=[watch])


def test_the_same_on_jax(random: Random) -> None:
    if BACKEND != "torch":
        return  # it is the one that is run here
    seed = str(random.integers(2**32))
    # Of the layers one each, which is compiled for seconds; not this test again, and not what is
    # refused by a layer's own words before any backend is asked.
    some = "(not test_every_layer or (both and not False and not relu))"
    for other in ("same_on_jax", "not_recomputed", "cannot_be_watched"):
        some += f" and not {other}"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-k",
            some,
            __file__,
        ],
        cwd=ROOT,
        env=os.environ
        | {"KERAS_BACKEND": "jax", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "ORACLE_SEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
