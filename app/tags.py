"""Entity tags, RFC 9110: what an answer is called, and whether a client has it already."""

import hashlib

from unrolled.app import __version__


def entity_tag(form: bytes) -> str:
    """The tag of the answer to a request of this form, from this version of the service.

    It is weak, since one tag stands for the plain and for the compressed answer.
    """
    digest = hashlib.sha256(__version__.encode() + b"\0" + form).hexdigest()
    return f'W/"{digest[:32]}"'


def names(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header lists the tag, weak or not (RFC 9110, 8.8.3.2)."""
    plain = tag.removeprefix("W/")
    known = (if_none_match or "").split(",")
    return plain in (each.strip().removeprefix("W/") for each in known)
