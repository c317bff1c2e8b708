"""`make bench`: the service, its encodings, the page, the engine's cost, PyTorch, training."""

from benchmarks import (
    bench_api,
    bench_encoding,
    bench_engine,
    bench_landscape,
    bench_page,
    bench_scaling,
    bench_training,
    bench_watch,
    bench_whole,
)


def main() -> None:
    """Print the service, its encodings, the page, the cost, PyTorch, and a watched training."""
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


if __name__ == "__main__":
    main()
