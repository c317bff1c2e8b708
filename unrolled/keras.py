"""Watch a Keras training: see in each recurrent layer how the gradient flows back through time.

    import unrolled.keras

    model.fit(x, y, callbacks=[unrolled.keras.Watch(batch=(x[:32], y[:32]), every=100)])

Keras 3 is needed for this module only; nothing else here imports it.
"""

from unrolled.watch.callback import Watch

__all__ = ["Watch"]
