"""A file as a worker reads it."""

import json

from unrolled.app.files.job import BLOCKS, FILE, described


def reader(folder):
    """`read(file)`: what is said of a file, in this process."""

    def read(file):
        (folder / FILE).write_bytes(file)
        said = json.loads(described(folder))
        assert (folder / BLOCKS).stat().st_size == sum(
            packed for one in said["arrays"] for packed, _ in one["blocks"]
        )
        return said

    return read


def only(said):
    [module] = said["modules"]
    return module
