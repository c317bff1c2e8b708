"""An array in a few numbers."""

from typing import Any

import numpy as np

from unrolled.app.files.content import Values


def statistics(values: Values) -> dict[str, Any]:
    """Of the numbers that are finite: least, greatest, mean, standard deviation, log₁₀ ‖·‖.

    NaN where there is none, or the norm is exactly zero; counts of zeros and of what is not finite.
    """
    finite = np.isfinite(values)
    kept = values[finite].astype(np.float64)
    lost = int(values.size - kept.size)
    counts = {"shape": list(values.shape), "zeros": int((kept == 0.0).sum()), "not_finite": lost}
    if not kept.size:
        return counts | dict.fromkeys(("min", "max", "mean", "std", "log10_norm"), np.nan)
    largest = float(np.abs(kept).max())
    scale = largest or 1.0
    scaled = kept / scale
    norm = float(np.linalg.norm(scaled))
    return counts | {
        "min": float(kept.min()),
        "max": float(kept.max()),
        "mean": float(scaled.mean() * scale),
        "std": float(scaled.std() * scale),
        "log10_norm": float(np.log10(norm) + np.log10(scale)) if norm else np.nan,
    }
