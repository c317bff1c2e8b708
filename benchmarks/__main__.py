"""`make bench`: the service, encodings, the page, the engine, PyTorch, training, runs, maps."""

from benchmarks import (
    bench_api,
    bench_encoding,
    bench_engine,
    bench_landscape,
    bench_page,
    bench_scaling,
    bench_sweep,
    bench_training,
    bench_watch,
    bench_whole,
)


def main() -> None:
    """Print the service, encodings, the page, the cost, PyTorch, a watched training, and maps."""
    bench_api.run()
    print()
    bench_encoding.run()
    print()
    bench_page.run()
    print()
    bench_scaling.run()
    print()
    bench_whole.parts()
    print()
    bench_whole.run()
    print()
    bench_landscape.run()
    print()
    bench_training.run()
    print()
    bench_engine.report(bench_engine.run())
    print()
    bench_watch.run()
    print()
    bench_sweep.run()


if __name__ == "__main__":
    main()
