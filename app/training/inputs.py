"""What decides a run's numbers beside its plan, as bytes: a series or a text, and given weights."""

import io
from collections.abc import Mapping

import numpy as np

from unrolled.engine import Array, Data


def packed_data(data: Data) -> bytes:
    """The user's own data as an npz file; text is UTF-8."""
    columns = "\0".join(data.columns).encode()
    file = io.BytesIO()
    np.savez(
        file,
        values=data.values,
        columns=np.frombuffer(columns, np.uint8),
        text=np.frombuffer(data.text.encode(), np.uint8),
    )
    return file.getvalue()


def unpacked_data(body: bytes) -> Data:
    """The same back; nothing is unpickled.

    Raises:
        ValueError: it is something else.
    """
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        columns = file["columns"].tobytes().decode()
        names = tuple(columns.split("\0")) if columns else ()
        return Data(file["values"], names, file["text"].tobytes().decode())


def packed_parameters(parameters: Mapping[str, Array]) -> bytes:
    """Weights as an npz file."""
    file = io.BytesIO()
    np.savez(file, **dict(parameters))  # type: ignore[arg-type]
    return file.getvalue()


def unpacked_parameters(body: bytes) -> dict[str, Array]:
    """The same back; nothing is unpickled.

    Raises:
        ValueError: it is something else.
    """
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        return dict(file)
