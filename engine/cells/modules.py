"""The modules of other frameworks that compute what a cell here computes, and how they lie.

Source: the documentation of PyTorch's nn.RNN, nn.LSTM and nn.GRU, and of Keras's layers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Module:
    """How a framework lays out one layer.

    Attributes:
        cell: a key of ``CELLS`` that computes the same.
        inward: the name of what multiplies the input, (G·H, D), or transposed.
        recurrent: of what multiplies h_{t−1}, (G·H, H), or transposed.
        biases: the names of its biases, (G·H) each: one, or the input's and the past's, which stay
            apart only where the reset gate multiplies the past's.
        order: the letters of its blocks; "" without gates.
        transposed: whether matrices are (D, G·H) and (H, G·H).
        rows: whether one array holds both biases, (2, G·H).
        projection: the name of what makes h_t, (P, H), where it is projected; "" where it is not.
    """

    cell: str
    inward: str
    recurrent: str
    biases: tuple[str, ...]
    order: str = ""
    transposed: bool = False
    rows: bool = False
    projection: str = ""


_TORCH = ("weight_ih", "weight_hh", ("bias_ih", "bias_hh"))
_KERAS = ("kernel", "recurrent_kernel", ("bias",))
MODULES: dict[str, Module] = {
    "torch.nn.RNN": Module("simple", *_TORCH),
    "torch.nn.LSTM": Module("lstm", *_TORCH, "ifgo"),
    "torch.nn.LSTM(proj_size)": Module("lstm-projected", *_TORCH, "ifgo", projection="weight_hr"),
    "torch.nn.GRU": Module("gru", *_TORCH, "rzn"),
    "keras.SimpleRNN": Module("simple", *_KERAS, transposed=True),
    "keras.LSTM": Module("lstm", *_KERAS, "ifgo", transposed=True),
    "keras.LSTM(activation='relu')": Module("lstm-relu", *_KERAS, "ifgo", transposed=True),
    "keras.GRU": Module("gru", *_KERAS, "zrn", transposed=True, rows=True),
    "keras.GRU(reset_after=False)": Module("gru-reset-before", *_KERAS, "zrn", transposed=True),
}
"""Each with its framework's own activations; that of a module without gates is the network's.

Not here: layer normalisation inside a cell (Ba, Kiros & Hinton 2016), whose gates are not functions
of their own unit alone.
"""
