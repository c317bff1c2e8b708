"""The page's modules and styles in few files: a visitor asks for three instead of a hundred.

Nothing is built beforehand and nothing is written: the modules stay in static/, at addresses of
their own, and what is put together of them is made when it is first asked for, anew after changes.

    /assets/page/<hash>/js/main.js             main.js with every module that it imports
    /assets/page/<hash>/css/tokens+layout.css  the files one behind the other

A linked module is a function that returns what the module exports. They are kept by name for the
whole page, so that what is loaded later by an import() finds those that are there already.
"""

import logging
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response

from unrolled.app.packed import PackedFile
from unrolled.app.static_tree import StaticTree

_log = logging.getLogger("unrolled")

_TYPES = {"js": "text/javascript", "css": "text/css"}
_NAMES = r"\{([^{}]*)\}"
_IMPORT = re.compile(rf'^import {_NAMES} from "(\.[^"]+)";\n', re.MULTILINE)
_AGAIN = re.compile(rf'^export {_NAMES} from "(\.[^"]+)";\n', re.MULTILINE)
_NOTHING = re.compile(r"^export \{\};\n", re.MULTILINE)
_KINDS = r"(?:async function\*?|function\*?|const|class)"
_EXPORT = re.compile(rf"^export ({_KINDS} ([\w$]+))", re.MULTILINE)
_UNREAD = re.compile(r"^(?:export|import)\b(?! ?\().*", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LATER = re.compile(r"""\bimport\("(\.[^"]+)"\)""")


class NotLinked(ValueError):
    """A module says what this linker does not read; it is served as it is."""


def _pairs(names: str) -> Iterator[tuple[str, str]]:
    """(name there, name here) of what stands between the braces of an import or export."""
    for each in filter(None, (part.strip() for part in names.split(","))):
        there, _, here = each.partition(" as ")
        yield there, here or there


class _Module:
    """One module, taken apart."""

    def __init__(self, root: Path, path: str) -> None:
        self.path = path
        text = _COMMENT.sub("", (root / path).read_text("utf-8"))
        self.uses: list[str] = []
        self._takes: list[str] = []
        self.gives: dict[str, str] = {}  # name → what it is, here
        text = _IMPORT.sub(lambda found: self._take(found[1], found[2]), text)
        text = _AGAIN.sub(lambda found: self._pass_on(found[1], found[2]), text)
        text = _NOTHING.sub("", text)
        self._text = _EXPORT.sub(self._give, text)
        self.later = {self._beside(target) for target in _LATER.findall(text)}
        if unread := _UNREAD.search(self._text):
            raise NotLinked(f"{path}: {unread[0]}")

    def _beside(self, target: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), target))

    def _take(self, names: str, target: str) -> str:
        used = self._beside(target)
        self.uses.append(used)
        taken = ", ".join(
            there if there == here else f"{there}: {here}" for there, here in _pairs(names)
        )
        self._takes.append(f'const {{ {taken} }} = $modules.get("{used}");\n')
        return ""

    def _pass_on(self, names: str, target: str) -> str:
        used = self._beside(target)
        self.uses.append(used)
        for there, here in _pairs(names):
            self.gives[here] = f'$modules.get("{used}").{there}'
        return ""

    def _give(self, found: re.Match[str]) -> str:
        self.gives[found[2]] = found[2]
        return found[1]

    def __str__(self) -> str:
        given = ", ".join(f"{name}: {what}" for name, what in self.gives.items())
        return (
            f'if (!$modules.has("{self.path}")) $modules.set("{self.path}", (() => {{\n'
            f"{''.join(self._takes)}{self._text}return {{ {given} }};\n}})());\n"
        )


def link(root: Path, entry: str) -> tuple[str, set[str]]:
    """One module in place of `entry` and all that it imports, each run once, in the same order.

    Args:
        root: static/.
        entry: below it: "js/main.js".
    Returns:
        (the module, the paths of those that it may import later, by import()).
    Raises:
        NotLinked: a module has another form of import or export than `import {…} from`, `export {…}
            from` and `export` before a function, class or const; or two import each other.
    """
    modules: dict[str, _Module | None] = {}

    def visit(path: str) -> None:
        if path in modules:
            if modules[path] is None:
                raise NotLinked(f"{path} imports itself by way of others")
            return
        modules[path] = None
        module = _Module(root, path)
        for used in module.uses:
            visit(used)
        del modules[path]
        modules[path] = module  # behind those that it uses

    visit(entry)
    last = modules[entry]
    assert last is not None
    texts = "".join(map(str, modules.values()))
    given = ", ".join(last.gives)
    exports = f'export const {{ {given} }} = $modules.get("{entry}");\n' if given else ""
    later = {path for module in modules.values() if module for path in module.later}
    return f"const $modules = (globalThis.$unrolled ??= new Map());\n{texts}{exports}", later


def _path_of(paths: Sequence[str]) -> str:
    """The address of one or several files of a folder: css/a.css and css/b.css, css/a+b.css."""
    folder, _, _ = paths[0].rpartition("/")
    stems = [path.removeprefix(f"{folder}/") for path in paths]
    _, _, kind = stems[-1].rpartition(".")
    name = "+".join(stem.removesuffix(f".{kind}") for stem in stems)
    return f"{folder}/{name}.{kind}"


class Linked:
    """What is put together of a tree, under the hash of the whole tree.

    Only what is named here or was asked of `url` is made, and what that may import later: nobody
    can have others made. What is named is made by a replica that has shown no page yet, too.

    Args:
        tree: static/, which knows its hash.
        root: static/.
        prefix: of the addresses.
        named: what is put together: a module, or several files of one folder.
    """

    def __init__(
        self, tree: StaticTree, root: Path, prefix: str, named: Iterable[Sequence[str]] = ()
    ) -> None:
        self._tree = tree
        self._root = root
        self._prefix = prefix
        self._hash = ""
        self._files: dict[str, PackedFile | None] = {}  # None: it cannot be made
        self._named = [_path_of(paths) for paths in named]
        self._wanted = set(self._named)

    def url(self, *paths: str) -> str:
        """The address of a module with all that it imports; of several files: of all in one.

        Where a module cannot be linked, its own address.
        """
        path = _path_of(paths)
        self._wanted.add(path)
        if self._file(path) is None:
            return self._tree.url(paths[0])
        return f"{self._prefix}/{self._hash}/{path}"

    def text(self, *paths: str) -> str:
        """A module with all that it imports, or several files in one, for a page that brings it.

        Raises:
            NotLinked: the module cannot be linked.
        """
        return self._made(_path_of(paths))

    def _file(self, path: str) -> PackedFile | None:
        """The file at such an address, made of the tree as it is now."""
        current = self._tree.hash()
        if current != self._hash:
            self._hash, self._files = current, {}
        if path not in self._wanted:  # what one of the named may import later
            for name in self._named:
                self._make(name)
        self._make(path)
        return self._files.get(path)

    def _make(self, path: str) -> None:
        if path not in self._files and path in self._wanted:
            try:
                content = self._made(path).encode()
            except (OSError, NotLinked) as error:
                _log.warning("%s is served in parts: %s", path, error)
                self._files[path] = None
            else:
                media_type = _TYPES[path.rpartition(".")[2]]
                self._files[path] = PackedFile(path, content, media_type)

    def _made(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        stem, _, kind = name.rpartition(".")
        parts = stem.split("+")
        if len(parts) == 1 and kind == "js":
            text, later = link(self._root, path)
            self._wanted |= later
            return text
        return "".join(
            (self._root / folder / f"{part}.{kind}").read_text("utf-8") for part in parts
        )

    async def respond(self, hashed: str, path: str, headers: Headers) -> Response | None:
        """A file as it is now, to be kept where the address has the current hash; None: no such."""
        file = self._file(path)
        if file is None:
            return None
        response = await file.respond(headers)
        if hashed != self._hash:
            response.headers["Cache-Control"] = "no-cache"
        return response

    def files(self) -> list[PackedFile]:
        """What is made by now."""
        return [file for file in self._files.values() if file is not None]
