"""The problem document, RFC 9457."""

from pydantic import Field

from unrolled.app.schemas.strict import StrictModel


class ProblemError(StrictModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(
        description="JSON pointer into the request body.", examples=["/network/hidden_size"]
    )
    detail: str = Field(
        description="What was received and what is allowed.",
        examples=["received 0; allowed: at least 1"],
    )


class Problem(StrictModel):
    """Any error of this service, as application/problem+json."""

    type: str = Field(default="about:blank", description="The kind of problem; the title says it.")
    title: str = Field(description="The HTTP status in words.", examples=["Unprocessable Content"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What happened, for a reader.")
    errors: list[ProblemError] | None = Field(
        default=None, description="For bad input: everything that is wrong with it."
    )
