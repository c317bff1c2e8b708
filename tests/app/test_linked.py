"""Many files in one: what is put together says what its parts say, in the order of modules."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from unrolled.app.linked import Linked, NotLinked, link
from unrolled.app.static_tree import StaticTree

pytestmark = pytest.mark.anyio

STATIC = Path(__file__).resolve().parents[2] / "static"


@pytest.fixture
def root(tmp_path):
    """`root({"js/a.js": "…"})`: a folder with these files."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


MAIN = """/** Words about it. */

import { two as second, one } from "./numbers.js";
import {
  Sum,
  later,
} from "./deep/sum.js";

/** @type {number} */ const three = 3; /* kept */
log.push(`main ${one} ${second} ${three}`, new Sum(one, second).is);
export { one } from "./numbers.js";
"""
FILES = {
    "js/main.js": MAIN,
    "js/numbers.js": """
log.push("numbers");
export const one = 1;
export const two = one + 1;
/**
 * Not seen.
 */
export function three() { return 3; }
export {};
""",
    "js/deep/sum.js": """import { two } from "../numbers.js";
log.push(`sum ${two}`);
export class Sum { constructor(a, b) { this.is = a + b; } }
export async function* each() { yield two; }
export async function later() { return (await import("./other.js")).two; }
""",
    "js/deep/other.js": 'import { two } from "../numbers.js";\nexport { two };\n',
}


def test_every_module_runs_once_behind_those_that_it_imports(root) -> None:
    text, later = link(root(FILES), "js/main.js")
    places = [
        text.index(f'$modules.set("js/{name}.js"') for name in ("numbers", "deep/sum", "main")
    ]
    assert places == sorted(places)
    assert text.count('$modules.set("js/numbers.js"') == 1
    assert later == {"js/deep/other.js"}
    assert 'const { two: second, one } = $modules.get("js/numbers.js");' in text
    assert 'return { one: $modules.get("js/numbers.js").one };' in text
    assert text.endswith('export const { one } = $modules.get("js/main.js");\n')
    assert "Words about it" not in text
    assert "Not seen" not in text
    assert "const three = 3; /* kept */" in text
    assert not re.search(r"^import ", text, re.MULTILINE)


@pytest.mark.parametrize(
    "said",
    [
        'import everything from "./numbers.js";',
        'import * as all from "./numbers.js";',
        'import "./numbers.js";',
        "export default 1;",
        "export let one = 1;",
        "export var one = 1;",
        "export { one };",
        'export * from "./numbers.js";',
        "export const { one } = numbers;",
        'import { main } from "./main.js";',
    ],
)
async def test_what_cannot_be_linked_is_served_as_it_is(root, caplog, said: str) -> None:
    folder = root(FILES | {"js/main.js": f"{said}\n"})
    with pytest.raises(NotLinked):
        link(folder, "js/main.js")
    tree = StaticTree(folder, "/static")
    linked = Linked(tree, folder, "/assets/page")
    for _ in range(2):
        assert linked.url("js/main.js") == tree.url("js/main.js")
    assert caplog.text.count("js/main.js is served in parts") == 1
    assert await linked.respond(tree.hash(), "js/main.js", Headers()) is None


async def test_files_of_one_folder_become_one(root) -> None:
    folder = root({"css/a.css": "a {}\n", "css/b-c.css": "b {}\n"})
    tree = StaticTree(folder, "/static")
    linked = Linked(tree, folder, "/assets/page")
    assert linked.url("css/a.css", "css/b-c.css") == f"/assets/page/{tree.hash()}/css/a+b-c.css"
    answer = await linked.respond(tree.hash(), "css/a+b-c.css", Headers())
    assert answer is not None
    assert answer.body == b"a {}\nb {}\n"
    assert answer.headers["content-type"].startswith("text/css")


async def test_a_change_is_seen_and_an_old_address_has_the_new_file(root) -> None:
    folder = root(FILES)
    tree = StaticTree(folder, "/static")
    linked = Linked(tree, folder, "/assets/page")
    before = linked.url("js/main.js")
    old = tree.hash()
    kept = await linked.respond(old, "js/main.js", Headers())
    assert kept is not None
    assert "immutable" in kept.headers["cache-control"]
    root({"js/numbers.js": FILES["js/numbers.js"].replace("one = 1", "one = 11")})
    assert linked.url("js/main.js") != before
    answer = await linked.respond(old, "js/main.js", Headers())
    assert answer is not None
    assert b"one = 11" in answer.body
    assert answer.headers["cache-control"] == "no-cache"


async def test_nobody_can_have_others_made(root) -> None:
    folder = root(FILES)
    tree = StaticTree(folder, "/static")
    linked = Linked(tree, folder, "/assets/page")
    linked.url("js/main.js")
    for path in ("../main.js", "js/numbers.js", "js/main+numbers.js", "js/../js/main.js", ""):
        assert await linked.respond(tree.hash(), path, Headers()) is None
    assert (
        await linked.respond(tree.hash(), "js/deep/other.js", Headers()) is None
    )  # export { two }
    assert len(linked.files()) == 1


async def test_what_may_be_imported_later_is_linked_too(root) -> None:
    other = 'import { two } from "../numbers.js";\nexport const four = two * 2;\n'
    folder = root(FILES | {"js/deep/other.js": other})
    tree = StaticTree(folder, "/static")
    linked = Linked(tree, folder, "/assets/page")
    linked.url("js/main.js")
    answer = await linked.respond(tree.hash(), "js/deep/other.js", Headers())
    assert answer is not None
    assert b'if (!$modules.has("js/numbers.js"))' in answer.body


def test_the_pages_modules_can_be_linked() -> None:
    text, _ = link(STATIC, "js/main.js")
    assert text.count("$modules.set(") > 50
    if node := shutil.which("node"):
        subprocess.run([node, "--check", "--input-type=module"], input=text, text=True, check=True)


async def test_the_page_loads_little(client) -> None:
    page = (await client.get("/")).text
    asked = re.findall(r'(?:src|href|content)="(/(?:static|assets)/[^"]+)"', page)
    assert len(asked) <= 6  # icon, script before, styles, Plotly, script
    for address in asked:
        answer = await client.get(address, headers={"accept-encoding": "br, gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    main = next(address for address in asked if address.endswith("/main.js"))
    assert (await client.get(main)).headers["content-type"].startswith("text/javascript")
    assert (await client.head(main)).headers["etag"] == (await client.get(main)).headers["etag"]
    assert (await client.get(main.replace("main", "other"))).status_code == 404
