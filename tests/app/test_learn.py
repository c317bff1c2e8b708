"""The view Learn: its addresses, and what every page of it has."""

import copy
import html
import re

import pytest

from tests.app.test_page import POLICY
from tests.browser import lessons as read
from unrolled.app.assets import Assets
from unrolled.app.lessons import lessons
from unrolled.app.page import templates
from unrolled.app.settings import Settings

pytestmark = pytest.mark.anyio

LESSONS = lessons(templates(Assets(), Settings()).env)
SCREENS = [lesson.address(n + 1) for lesson in LESSONS for n in range(len(lesson.screens))]
PAGES = ["/learn", "/learn/test", "/learn/examples", *SCREENS]


def test_lessons_are_numbered_and_have_their_screens():
    assert [lesson.number for lesson in LESSONS] == list(range(1, len(LESSONS) + 1))
    for lesson in LESSONS:
        assert 3 <= len(lesson.screens) <= 5
        assert len(set(lesson.screens)) == len(lesson.screens)
        assert lesson.about.endswith(".")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_goes_from_a_prediction_to_a_question(lesson):
    """Predict, see, try on every screen; the last one ends with a question that is checked."""
    parts = ["data-predict", "data-live=", "data-slide=", "data-ask"]
    for number in range(1, len(lesson.screens) + 1):
        body = str(lesson.body(number))
        found = sorted((body.index(part), part) for part in parts if part in body)
        assert [part for _, part in found] == parts[: 4 if number == len(lesson.screens) else 3]


def _attributes(body, *names):
    """Of every tag that has the first of these attributes, what all of them say."""
    tags = [tag for tag in re.findall(r"<[^>]+>", body) if f" {names[0]}=" in tag]
    said = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in tags]
    return [[html.unescape(one.get(name, "")) for name in names] for one in said]


JUDGING = [
    pytest.param(lesson, n, id=f"{lesson.number}-{n}")
    for lesson in LESSONS
    for n in range(1, len(lesson.screens) + 1)
    if _attributes(str(lesson.body(n)), "data-if")
]


@pytest.mark.parametrize(("lesson", "number"), JUDGING)
async def test_what_a_lesson_judges_follows_its_slider(client, lesson, number):
    """Somewhere along the slider a judgement is one, and somewhere the other."""
    body = str(lesson.body(number))
    asked = read.experiments_of(body)
    ((name, pointers),) = _attributes(body, "data-slide", "data-pointers")
    slider = body[body.index(f'id="slide-{name}"') - 80 :]
    low, high, step = (
        float(re.findall(f'{end}="([^"]+)"', slider)[0]) for end in ("min", "max", "step")
    )
    count = round((high - low) / step)
    found: dict[str, set[bool]] = {
        condition: set() for (condition,) in _attributes(body, "data-if")
    }
    for n in sorted({0, count // 4, count // 2, 3 * count // 4, count}):
        value = round(low + n * step, 10)
        answers = {}
        for live, experiment in copy.deepcopy(asked).items():
            for pointer in pointers.split():
                read.set_at(experiment, pointer, int(value) if value.is_integer() else value)
            answer = await client.post("/api/v1/flow", json=experiment)
            assert answer.status_code == 200, answer.text
            answers[live] = answer.json()
        scope = read.scope_of(answers, **{name: value})
        for condition, seen in found.items():
            seen.add(bool(read.value_of(condition, scope)))
    assert all(seen == {True, False} for seen in found.values()), found


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_one_that_can_be_found_and_read(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == POLICY
    (title,) = re.findall("<title>(.*?)</title>", answer.text)
    assert title.endswith("· Unrolled")
    (description,) = re.findall('<meta name="description" content="(.*?)">', answer.text)
    assert 50 < len(description) < 320
    assert len(re.findall("<h1>", answer.text)) == 1
    scripts = re.findall(r"<script\b([^>]*)>", answer.text)
    assert all("src=" in one or 'type="application/json"' in one for one in scripts)
    assert not re.search(r"\son[a-z]+\s*=", answer.text)
    assert (await client.head(path)).content == b""


async def test_every_page_has_a_title_of_its_own(client):
    pages = [(await client.get(path)).text for path in PAGES]
    titles = [re.findall("<title>(.*?)</title>", page)[0] for page in pages]
    assert len(set(titles)) == len(PAGES)


async def test_the_overview_leads_to_every_lesson(client):
    overview = (await client.get("/learn")).text
    for lesson in LESSONS:
        assert f'<a href="{lesson.address()}">{lesson.title}</a>' in overview


async def test_a_first_screen_has_one_address(client):
    answer = await client.get("/learn/1/1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/learn/1")


@pytest.mark.parametrize(
    "path", ["/learn/0", "/learn/99", "/learn/99/1", "/learn/1/9", "/learn/1/0", "/learn/one"]
)
async def test_what_is_not_there_says_so(client, path):
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    page = await client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert f"There is no page {path}; these are the lessons." in page.text
    assert 'href="/learn/3"' in page.text


async def test_the_views_are_named_and_the_one_that_is_open(client):
    for path, here in (("/", "Explore"), ("/learn", "Learn"), ("/learn/1", "Learn")):
        page = (await client.get(path)).text
        assert re.findall('<a href="([^"]*)" aria-current="page">([^<]*)</a>', page) == [
            ("/" if here == "Explore" else "/learn", here)
        ]


async def test_requests_are_counted_by_their_route(client):
    await client.get("/learn/1/2")
    counted = (await client.get("/metrics")).text
    assert 'route="/learn/{lesson:int}/{screen:int}"' in counted
    assert 'route="/learn/1/2"' not in counted
