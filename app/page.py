"""Jinja: the pages' templates, the few globals that they use, and how a page is answered."""

import json
from collections.abc import Iterable
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.templating import Jinja2Templates

from unrolled.app import __version__
from unrolled.app.assets import SHEETS, Assets
from unrolled.app.equations import EQUATIONS
from unrolled.app.notation import math
from unrolled.app.paths import page_directory
from unrolled.app.presets import PRESETS
from unrolled.app.schemas.vocabulary import Entry
from unrolled.app.settings import Settings
from unrolled.app.sweeps.words import WORDS as SWEEP_WORDS
from unrolled.app.vocabulary import VOCABULARY, every_bias
from unrolled.engine import ACTIVATIONS, MAX_LAYERS, MAX_LENGTH, MIN_LENGTH

DIGITS = 7
"""Of a whole number that a link says: the same as in static/js/kinds.js."""
VIEWS = (
    ("Explore", "/"),
    ("Learn", "/learn"),
    ("Train", "/train"),
    ("Map", "/map"),
    ("Live", "/runs"),
    ("Your network", "/networks"),
)
"""What the header names: the views that there are, and their addresses."""
SHORT = {"Your network": "Yours"}
"""What stands there instead on a small screen."""


def choices(entries: Iterable[Entry], capital: bool = False) -> list[tuple[str, str]]:
    """What a control offers: name and label of every entry; `capital`: as a title has it.

    What needs numbers that only a request of a program's own holds is not offered.
    """
    return [
        (entry.name, entry.label[0].upper() + entry.label[1:] if capital else entry.label)
        for entry in entries
        if not getattr(entry, "needs", None)
    ]


def templates(assets: Assets, settings: Settings) -> Jinja2Templates:
    """The template environment.

    Filters: `combined`, one mapping over another. Globals that every template sees:

    * `static_url("js/main.js")`: a file below static/, under the hash of the whole tree.
    * `linked_url("js/main.js")`: a module with all that it imports; of several files of one folder:
      one with all in it; `styles_url()`: the same of the style sheets.
    * `plotly_url`, `plotly_version`: the Plotly that the page draws with; `whole_plotly_url`: the
      one that it loads for a picture which this one cannot draw.
    * `font_url`: the mathematics font of the installed package.
    * `math(latex)`: MathML markup; red terms of the notes carry `class="known"`.
    * `equations`: `app.equations.EQUATIONS`; `presets`: `app.presets.PRESETS`.
    * `activations`: the engine's rows, whose formulas the equations print.
    * `offered`: the same as `GET /api/v1/presets` answers it.
    * `vocabulary`: what `GET /api/v1/vocabulary` answers, as models and, `words`, as JSON without
      what trainings have, or, `training_words`, with it; `train_start`: how a training is set up;
      `sweep_words`: what may stand in a map;
      `choices(entries)`: a table of it as a control takes it; `biases`: every gate's that a draw
      may set; `max_layers`; `lengths`, between which T_max lies; `largest`, a
      seed.
    * `first`: what the page says of the default experiment, so that it is there before any script;
      `scripts/first_words.py` writes it.
    * `acts`: the storyline that the page has.
    * `views`: what the header names, and `short`, what it says on a small screen;
      `published`: requests whose answers somebody has printed.
    * `limits`: the settings, of which the number fields take their maxima.
    * `version`: of Unrolled.
    """
    directory = page_directory("templates")
    environment = Environment(
        loader=FileSystemLoader(directory),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["combined"] = lambda one, other: {**one, **other}
    environment.globals |= {
        "static_url": assets.static.url,
        "linked_url": assets.linked.url,
        "styles_url": lambda: assets.linked.url(*SHEETS),
        "plotly_url": assets.url(assets.plotly),
        "whole_plotly_url": assets.url(assets.whole_plotly),
        "plotly_version": assets.plotly_version,
        "font_url": assets.url(assets.font),
        "math": math,
        "activations": ACTIVATIONS,
        "equations": EQUATIONS,
        "presets": PRESETS,
        "first": json.loads((directory / "first_words.json").read_text("utf-8")),
        "acts": json.loads((directory / "storyline.json").read_text("utf-8")),
        "offered": [preset.model_dump(mode="json") for preset in PRESETS],
        "vocabulary": VOCABULARY,
        "words": VOCABULARY.model_dump(mode="json", exclude={"training"}),
        "training_words": VOCABULARY.model_dump(mode="json"),
        "train_start": json.loads((directory / "train.json").read_text("utf-8")),
        "sweep_words": SWEEP_WORDS.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "choices": choices,
        "biases": every_bias(),
        "max_layers": MAX_LAYERS,
        "lengths": (MIN_LENGTH, MAX_LENGTH),
        "largest": 10**DIGITS - 1,
        "views": VIEWS,
        "short": SHORT,
        "published": {
            path.stem: json.loads(path.read_text("utf-8"))
            for path in sorted((directory / "learn" / "cases").glob("*.json"))
        },
        "limits": settings,
        "version": __version__,
    }
    return Jinja2Templates(env=environment)


def rendered(request: Request, name: str, **context: Any) -> Response:
    """The page of a template, which is asked for again each time: it names files by their hash.

    A page is not embedded unless the context says so.
    """
    pages: Jinja2Templates = request.app.state.templates
    answer = pages.TemplateResponse(request, name, {"embedded": False, **context})
    answer.headers["Cache-Control"] = "no-cache"
    return answer
