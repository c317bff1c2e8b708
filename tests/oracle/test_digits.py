"""The task `digits` against the digits that scikit-learn loads itself."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from unrolled.engine.training.tasks import batches, posed


def test_pictures_and_digits_are_those_of_scikit_learn() -> None:
    bunch = load_digits()
    known = {
        (picture / 16.0).tobytes(): int(digit)
        for picture, digit in zip(bunch.data, bunch.target, strict=True)
    }
    one = posed({"name": "digits"})
    for found in (one.held_out(1_000), one.draw(batches(0), 20_000)):
        pictures = np.ascontiguousarray(found.inputs[..., 0].T)
        assert [known[picture.tobytes()] for picture in pictures] == found.targets[0].tolist()


def test_baseline_is_next_to_that_of_ten_digits_as_likely() -> None:
    baseline = posed({"name": "digits"}).baseline
    assert 0.0 < baseline - np.log(10.0) < 0.02
