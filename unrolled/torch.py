"""Watch a PyTorch training: see in each recurrent module how the gradient flows back through time.

    import unrolled.torch

    watch = unrolled.torch.watch(model, every=100)

PyTorch is needed for this module only; nothing else here imports it.
"""

from unrolled.watch.front import Watch, watch

__all__ = ["Watch", "watch"]
