"""See gradients flow back through time: the Python interface.

    import unrolled

    network = unrolled.Network(
        "simple", "many-to-many", "tanh", input_size=4, hidden_size=8, output_size=3
    )
    weights = unrolled.draw_parameters(network, seed=1)
    sequence = unrolled.random_sequence(network, "squared-error", steps=50)
    flow = unrolled.gradient_flow(network, weights, sequence, loss="squared-error")
    print(flow.diagnosis.summary)

    run = unrolled.load_run("run.unrolled")
    print(run.state, run.last_update, run.reports[-1].loss)

Every name but `load_run` is the engine's; `unrolled.engine` says what its arrays are.
"""

from unrolled.engine import *  # noqa: F403
from unrolled.engine import __all__ as _of_the_engine
from unrolled.watch.runs import load_run as load_run

__all__ = [*_of_the_engine, "load_run"]  # noqa: PLE0604
