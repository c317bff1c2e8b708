"""`make bench`: the service against the engine, its encodings, the page, and PyTorch."""

from benchmarks import bench_api, bench_encoding, bench_engine, bench_page


def main() -> None:
    """Print the service, its encodings, the page, and last the engine against PyTorch."""
    bench_api.run()
    print()
    bench_encoding.run()
    print()
    bench_page.run()
    print()
    print(f"geometric mean vs PyTorch: {bench_engine.run():.1f}")


if __name__ == "__main__":
    main()
