"""Maps: networks of one shape together, against one after the other, and against PyTorch.

All compute of every network, in float64: how much of the last loss arrives at every step of the
state, what the verdict reads off it, and ‖g‖ before clipping by norm. *Loop* is ``gradient_flow``
for one network after the other, asked for no more than that. *PyTorch* is the same grid with an
axis for the networks, one batched product a step, and two backward passes by autograd, of the last
loss and of the sum; nothing is made of the numbers there, and there are no exponents beyond the
range of a double. They take turns on one thread each, and the least processor time of each counts,
so that what else the machine does is left out.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import anyio

from benchmarks.clock import processor
from scripts import service
from unrolled import engine
from unrolled.app.sweeps.dask import DaskPool, NoCluster
from unrolled.app.sweeps.forms import draws
from unrolled.app.sweeps.local import LocalPool
from unrolled.app.sweeps.running import Pool, computed

CELLS, HIDDEN, STEPS, COUNT = ("simple", "lstm"), (8, 32), 100, 256
NAMES = ("arriving", "decay_per_step", "verdict", "log10_norm", "clipped")
MORE = (*NAMES, "lyapunov", "saturation")
TURNS = 5


def trials(cell: str, hidden: int) -> list[engine.Trial]:
    """A line of a map: radii from 0.3 to 2, four seeds."""
    network = engine.Network(cell, "many-to-many", "tanh", 4, hidden, 4)
    radii = [0.3 + 1.7 * n / COUNT for n in range(COUNT)]
    return [
        engine.Trial(
            network,
            engine.draw_parameters(network, spectral_radius=radius, seed=n % 4),
            engine.random_sequence(network, "cross-entropy", steps=STEPS, seed=n % 4),
            "cross-entropy",
            engine.Truncation(),
            engine.Clip("norm", 1.0),
        )
        for n, radius in enumerate(radii)
    ]


def loop(some: list[engine.Trial], *, exponents: bool) -> None:
    """One network after the other."""
    for one in some:
        flow = engine.gradient_flow(
            one.network,
            one.parameters,
            one.sequence,
            loss=one.loss,
            truncation=one.truncation,
            clip=one.clip,
            graph=False,
            spectral=exponents,
            exponents=1,
        )
        assert flow.diagnosis is not None


def in_turns(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least milliseconds of the processor that each takes."""
    best = dict.fromkeys(works, math.inf)
    for _ in range(TURNS):
        for name, work in works.items():
            best[name] = min(best[name], processor(work, seconds=0.0, least=1))
    return best


def run() -> None:
    """Print a line a cell and size, then what processes and workers make of a map."""
    print(f"Maps: {COUNT} networks of T = {STEPS}, networks a second (best of {TURNS})")
    print(
        f"{'cell':7}{'H':>4} {'together':>9} {'loop':>7} {'ratio':>6} {'PyTorch':>8} {'ratio':>6}"
        f"   with λ₁ and saturation: {'together':>9} {'loop':>7} {'ratio':>6}"
    )
    for cell in CELLS:
        for hidden in HIDDEN:
            _line(cell, hidden)
    print()
    anyio.run(pools)
    print()
    million()


def _line(cell: str, hidden: int) -> None:
    from benchmarks.torch_sweep import SweepPeer

    some = trials(cell, hidden)
    few = some[:: COUNT // 32]
    peer = SweepPeer(some)
    peer.check([found.numbers for found in engine.numbers_of(some, NAMES)])
    best = in_turns(
        {
            "together": lambda: engine.numbers_of(some, NAMES),
            "loop": lambda: loop(few, exponents=False),
            "torch": peer.run,
            "more": lambda: engine.numbers_of(some, MORE),
        }
    )
    each = {name: COUNT / time * 1e3 for name, time in best.items() if name != "loop"}
    one = len(few) / best["loop"] * 1e3
    whole = processor(lambda: loop(few[::4], exponents=True), seconds=0.0, least=2)
    slow = len(few[::4]) / whole * 1e3
    print(
        f"{cell:7}{hidden:4} {each['together']:9,.0f} {one:7,.0f} {each['together'] / one:6.1f} "
        f"{each['torch']:8,.0f} {each['together'] / each['torch']:6.1f}   "
        f"{'':24}{each['more']:9,.0f} {slow:7,.0f} {each['more'] / slow:6.1f}",
        flush=True,
    )


# --- processes of our own, and Dask's -------------------------------------------------------------

# 128,000 networks: with fewer, what two workers do is told by how the last tasks happen to end.
MAP = engine.Sweep.of(
    {
        "experiment": {"network": {"hidden_size": 32}, "sequence": {"steps": STEPS}},
        "axes": [
            {"at": "/weights/spectral_radius", "from": 0.3, "to": 2.0, "points": 160},
            {"at": "/weights/input_scale", "from": 0.1, "to": 2.0, "points": 100},
        ],
        "seeds": 8,
        "numbers": list(NAMES),
    }
)


async def seconds(pool: Pool) -> float:
    """A whole map's, once the pool is warm."""
    few = list(draws(engine.Sweep.of(MAP.document() | {"seeds": 1})))[: 1000 * pool.capacity]
    async with computed(few, NAMES, pool) as found:
        async for _ in found:
            pass
    begun = time.perf_counter()
    async with computed(draws(MAP), NAMES, pool) as found:
        async for _ in found:
            pass
    return time.perf_counter() - begun


async def pools() -> None:
    """Print what one and two processes do, of our own and of Dask's."""
    print(
        f"A map of {MAP.draws:,} simple networks, H = 32, T = {STEPS}: networks a second, and ratio"
    )
    for name, of in (("own processes", _own), ("Dask workers", _dask)):
        found = [MAP.draws / await of(count) for count in (1, 2)]
        print(f"{name:14} 1: {found[0]:7,.0f}   2: {found[1]:7,.0f}   {found[1] / found[0]:.2f}")


async def _own(count: int) -> float:
    async with LocalPool(count) as pool:
        return await seconds(pool)


async def _dask(count: int) -> float:
    with cluster(count) as address:
        for _ in range(100):
            try:
                async with DaskPool(address, seconds=30.0) as pool:
                    if len(pool.workers) == count:
                        return await seconds(pool)
            except NoCluster:
                pass
            await anyio.sleep(0.3)
    raise RuntimeError("the workers did not join")


@contextmanager
def cluster(count: int) -> Iterator[str]:
    """A scheduler and so many workers of one thread on this machine."""
    port = service.unused_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
    worker = ("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for command in (scheduler, *[(*worker, "--local-directory", folder)] * count):
            process = subprocess.Popen(
                [sys.executable, "-m", *command, "--no-dashboard"],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield address


# --- a million points -----------------------------------------------------------------------------


def million(seconds: float = 20.0) -> None:
    """Print how many points of a million a second are found on two processes, and the memory."""
    import resource

    small = engine.Sweep.of(
        {
            "experiment": {"network": {"hidden_size": 8}, "sequence": {"steps": 20}},
            "axes": [
                {"at": "/weights/spectral_radius", "from": 0.0, "to": 2.0, "points": 1000},
                {"at": "/weights/input_scale", "from": 0.0, "to": 2.0, "points": 1000},
            ],
        }
    )

    async def some() -> tuple[int, float, list[int]]:
        count, memory, begun = 0, [], time.perf_counter()
        async with LocalPool(2) as pool, computed(draws(small), NAMES, pool) as found:
            async for part in found:
                count += len(part)
                memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
                if time.perf_counter() - begun > seconds:
                    break
        return count, time.perf_counter() - begun, memory

    count, took, memory = anyio.run(some)
    middle = memory[len(memory) // 2]
    print(
        f"A million points (T = 20, H = 8) on 2 processes: {count / took:,.0f} a second, all of "
        f"them in {1e6 / (count / took) / 60:.1f} min; memory of the one that asks "
        f"{memory[-1] / 1024:.0f} MiB, {(memory[-1] - middle) / 1024:+.0f} since the middle of "
        f"{took:.0f} s"
    )


if __name__ == "__main__":
    run()
