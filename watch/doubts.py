"""Why a module's step cannot be captured, or what may make its gradient another one."""

from __future__ import annotations

from collections.abc import Callable

import torch

from unrolled.watch.modules import Tap


def unreached(tap: Tap) -> str:
    """Why a step has no gradient of a module."""
    if tap.seen:
        return "No gradient came back to its outputs in this step."
    if not any(p.requires_grad for p in tap.parameters().values()):
        return "It was not called in this step where gradients are kept: its weights are frozen."
    return (
        "No call of it was seen in this step where gradients are kept: it is not used, runs under "
        "no_grad, or inside torch.compile, where hooks are not called."
    )


def refused(model: torch.nn.Module, tap: Tap) -> str | None:
    """Why nothing can be captured of a module at all."""
    compiled = [model, tap.module]
    if any(getattr(one, "_compiled_call_impl", None) is not None for one in compiled) or any(
        type(one).__name__ == "OptimizedModule" for one in model.modules()
    ):
        return (
            "The model is compiled: torch.compile does not call hooks. Watch it uncompiled, or "
            "compile the parts around its recurrent module."
        )
    return None


def doubts_of(model: torch.nn.Module, tap: Tap) -> Callable[[bool], list[str]]:
    """Asked with whether the module was in training mode: what may make autograd's another one."""
    own = {id(p): name for name, p in tap.parameters().items()}
    shared = sorted(
        f"{name}.{parameter}" if name else parameter
        for name, module in model.named_modules()
        if module is not tap.module
        for parameter, p in module.named_parameters(recurse=False)
        if id(p) in own
    )
    always = [f"its weights are used elsewhere too ({', '.join(shared)})"] if shared else []
    dropout = float(getattr(tap.module, "dropout", 0.0))

    def doubts(training: bool) -> list[str]:
        if dropout and training and getattr(tap.module, "num_layers", 1) > 1:
            return [f"dropout of {dropout:g} between its layers draws a mask unseen", *always]
        return always

    return doubts
