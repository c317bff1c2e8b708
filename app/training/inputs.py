"""What decides a run's numbers beside its plan, as bytes: a series or a text, and given weights."""

import io
from collections.abc import Mapping

import numpy as np

from unrolled.engine import Array, Data

_TEXT, _VALUES, _COLUMNS = "text", "values", "columns"


def packed_data(data: Data) -> bytes:
    """The user's own data as an npz file; text is UTF-8."""
    columns = "\0".join(data.columns).encode()
    file = io.BytesIO()
    np.savez(
        file,
        **{
            _VALUES: data.values,
            _COLUMNS: np.frombuffer(columns, np.uint8),
            _TEXT: np.frombuffer(data.text.encode(), np.uint8),
        },
    )
    return file.getvalue()


def unpacked_data(body: bytes) -> Data:
    """The same back; nothing is unpickled.

    Raises:
        ValueError: it is something else.
    """
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        columns = file[_COLUMNS].tobytes().decode()
        names = tuple(columns.split("\0")) if columns else ()
        return Data(file[_VALUES], names, file[_TEXT].tobytes().decode())


def packed_parameters(parameters: Mapping[str, Array]) -> bytes:
    """Weights as an npz file."""
    file = io.BytesIO()
    np.savez(file, **parameters)
    return file.getvalue()


def unpacked_parameters(body: bytes) -> dict[str, Array]:
    """The same back; nothing is unpickled.

    Raises:
        ValueError: it is something else.
    """
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        return dict(file)
