"""See gradients flow back through time: the Python interface.

    import unrolled

    network = unrolled.Network(
        "simple", "many-to-many", "tanh", input_size=4, hidden_size=8, output_size=3
    )
    weights = unrolled.draw_parameters(network, seed=1)
    sequence = unrolled.random_sequence(network, "squared-error", steps=50)
    flow = unrolled.gradient_flow(network, weights, sequence, loss="squared-error")
    print(flow.diagnosis.summary)

Every name but `load_run`, `TrainedRun` and `sweep` is the engine's; `unrolled.engine` says what its
arrays are. `load_run` reads the file of a run: one that `unrolled.torch.watch` has written, or the
page exported; of one that trained here the updates as arrays, a `TrainedRun`. `sweep` computes a
map of thousands of networks, on this machine or on a Dask cluster.
"""

from typing import TYPE_CHECKING, Any

from unrolled.engine import *  # noqa: F403
from unrolled.engine import __all__ as _of_the_engine
from unrolled.watch.trained import TrainedRun as TrainedRun
from unrolled.watch.trained import load_run as load_run

if TYPE_CHECKING:
    from unrolled.app.sweeps.front import sweep as sweep

__all__ = [*_of_the_engine, "TrainedRun", "load_run", "sweep"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """What needs more than NumPy is imported when it is asked for."""
    if name != "sweep":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from unrolled.app.sweeps.front import sweep

    return sweep
