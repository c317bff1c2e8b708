"""What a request may not ask of bidirectional layers, and the parts that their answers have."""

from collections.abc import Collection, Mapping

from unrolled.engine import CLIP_RULES, InvalidInput, Network

_ONE_WAY = ("graph", "advice")
"""Parts of an answer that have one way back in mind."""
_NOT_THERE = {
    "values": "the signed numbers stand beside one way back",
    "window": "it cuts the graph and the signed numbers, which are not there",
    "chain": "the factors between a loss and a step lie on one way back",
    "follow": "it chooses the loss that the graph shows, which is not there",
}
"""Field → why bidirectional layers have none."""


def parts(include: Collection[str], whole: Collection[str]) -> list[str]:
    """Everything, where everything is asked for: everything that there is."""
    named = list(include)
    return [part for part in named if part not in _ONE_WAY] if named == list(whole) else named


def refuse(network: Network, spec: Mapping[str, object], include: Collection[str]) -> None:
    """Refuse the first part or field that bidirectional layers do not have.

    Raises:
        InvalidInput: with its pointer.
    """
    if not network.bidirectional:
        return
    for part in include:
        if part in _ONE_WAY:
            raise InvalidInput(
                ("include",),
                f"received {part!r}, which bidirectional layers do not have; allowed: 'itemized', "
                "'spectrum', 'lyapunov', or leave it out",
            )
    for field, why in _NOT_THERE.items():
        if spec[field]:
            allowed = "false" if spec[field] is True else "null"
            raise InvalidInput(
                (field,), f"not there for bidirectional layers: {why}; allowed: {allowed}"
            )
    clip, truncation = spec["clip"], spec["truncation"]
    if isinstance(clip, dict) and CLIP_RULES[clip["rule"]].on_the_way:
        allowed = ", ".join(repr(n) for n, rule in CLIP_RULES.items() if not rule.on_the_way)
        raise InvalidInput(
            ("clip", "rule"),
            f"received {clip['rule']!r}, which acts on one way back; bidirectional layers have "
            f"two: allowed {allowed}",
        )
    if isinstance(truncation, dict) and truncation["kind"] != "none":
        raise InvalidInput(
            ("truncation",),
            f"received {truncation['kind']!r}; in bidirectional layers every loss travels as far "
            "as it can: allowed 'none', or leave it out",
        )
