"""What goes into a training loop knows no service, and the service little of it."""

import sys

from tests.test_house import APP, imported_names, sources

WATCH = sources("watch")


def test_the_file_of_a_run_is_read_with_the_standard_library() -> None:
    used = {name.partition(".")[0] for name, _ in imported_names(WATCH["unrolled.watch.runs"])}
    assert used <= set(sys.stdlib_module_names)


def test_watch_knows_no_service() -> None:
    """It goes into a training loop; the service knows of it the file of a run, no more."""
    wrong = {
        f"{module} imports {source}"
        for trees, away in ((WATCH, "unrolled.app"), (APP, "unrolled.watch"))
        for module, tree in trees.items()
        for source, name in imported_names(tree)
        if f"{source}.{name}".startswith(away) and name != "runs"
    }
    assert wrong == set()
