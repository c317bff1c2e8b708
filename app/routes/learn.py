"""The view Learn: its overview, its lessons, the test and the worked examples."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from unrolled.app.lessons import Lesson, lessons
from unrolled.app.page import rendered

router = APIRouter(prefix="/learn", include_in_schema=False)


def _every(request: Request) -> list[Lesson]:
    return lessons(request.app.state.templates.env)


def _page(request: Request, name: str, **context: Any) -> Response:
    """A page of this view."""
    return rendered(request, name, lessons=_every(request), **context)


@router.get("", response_class=HTMLResponse)
@router.head("", response_class=HTMLResponse)
async def overview(request: Request) -> Response:
    """Every lesson, and how far the reader has come."""
    return _page(request, "learn/overview.html", missing="")


@router.get("/test", response_class=HTMLResponse)
@router.head("/test", response_class=HTMLResponse)
async def test(request: Request) -> Response:
    """Ten questions, asked before the lessons and after them."""
    return _page(request, "learn/test.html")


@router.get("/examples", response_class=HTMLResponse)
@router.head("/examples", response_class=HTMLResponse)
async def examples(request: Request) -> Response:
    """What was published, beside what is computed now."""
    return _page(request, "learn/examples.html")


@router.get("/{lesson:int}", response_class=HTMLResponse)
@router.head("/{lesson:int}", response_class=HTMLResponse)
async def first_screen(request: Request, lesson: int) -> Response:
    """A lesson's first screen."""
    return _screen(request, lesson, 1)


@router.get("/{lesson:int}/{screen:int}", response_class=HTMLResponse)
@router.head("/{lesson:int}/{screen:int}", response_class=HTMLResponse)
async def screen(request: Request, lesson: int, screen: int) -> Response:
    """A screen of a lesson; the first one has the lesson's own address."""
    found = _screen(request, lesson, screen)
    moved = screen == 1 and found.status_code == 200
    return RedirectResponse(f"/learn/{lesson}", 308) if moved else found


def _screen(request: Request, number: int, screen: int) -> Response:
    for lesson in _every(request):
        if lesson.number == number and 1 <= screen <= len(lesson.screens):
            return _page(request, "learn/screen.html", lesson=lesson, screen=screen)
    return _not_there(request)


@router.get("/{path:path}", response_class=HTMLResponse)
@router.head("/{path:path}", response_class=HTMLResponse)
async def anything_else(request: Request, path: str) -> Response:
    """No page of this view."""
    return _not_there(request)


def _not_there(request: Request) -> Response:
    """404: who reads HTML finds the lessons, all others a problem document."""
    if "text/html" not in request.headers.get("accept", ""):
        raise HTTPException(404)
    answer = _page(request, "learn/overview.html", missing=request.url.path)
    answer.status_code = 404
    return answer
