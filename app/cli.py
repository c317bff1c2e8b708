"""The command line: `unrolled serve`, `sweep`, `settings`, `--version`, and what is kept."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from unrolled.app import __version__

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_REFUSED = 2
"""The exit code where what was asked for cannot be."""
_UNREAD = 141
"""The same where nobody reads on: 128 and the number of SIGPIPE, as a shell says it."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for everything else that is refused."""
        _refuse(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="unrolled", description="Watch gradients flow back through time.")
    parser.add_argument("--version", action="version", version=f"unrolled {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="serve|sweep|sweeps|runs|networks|sequences|settings"
    )
    serve = commands.add_parser("serve", help="serve the page and the API")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", help="port to listen on (default: 8000)")
    sweep = commands.add_parser("sweep", help="compute a map of networks, and write its numbers")
    sweep.add_argument("file", help="the map: TOML, or JSON")
    sweep.add_argument("--on", help="a Dask scheduler, tcp://host:8786 (default: this machine)")
    sweep.add_argument("--workers", help="processes on this machine (default: one a core)")
    sweep.add_argument(
        "--no-database",
        action="store_true",
        help="do not look for networks in the database, nor keep them there",
    )
    sweep.add_argument("--out", help="where the numbers go, .npz or .csv (default: beside FILE)")
    runs = commands.add_parser("runs", help="list, export, import or delete the runs that are kept")
    actions = runs.add_subparsers(dest="action", required=True, metavar="list|export|import|delete")
    actions.add_parser("list", help="print every run, the newest first")
    for action, words, names in (
        ("export", "write a run to a file; *.html: to a page that opens anywhere", ("id", "file")),
        ("import", "keep a run from a file, and print its id", ("file",)),
        ("delete", "delete a run with its reports", ("id",)),
    ):
        parser_of = actions.add_parser(action, help=words)
        for name in names:
            parser_of.add_argument(name)
    networks = commands.add_parser("networks", help="list, import or delete the networks of files")
    actions = networks.add_subparsers(dest="action", required=True, metavar="list|import|delete")
    actions.add_parser("list", help="print every network, the newest first")
    actions.add_parser("import", help="keep a file's network, and print its id").add_argument(
        "file"
    )
    actions.add_parser("delete", help="delete a network with its weights").add_argument("id")
    sequences = commands.add_parser("sequences", help="list or delete the sequences of files")
    actions = sequences.add_subparsers(dest="action", required=True, metavar="list|delete")
    actions.add_parser("list", help="print every sequence, the newest first")
    actions.add_parser("delete", help="delete a sequence with its numbers").add_argument("id")
    sweeps = commands.add_parser("sweeps", help="list, show, export or delete maps that are kept")
    actions = sweeps.add_subparsers(dest="action", required=True, metavar="list|show|export|delete")
    actions.add_parser("list", help="print every map, the newest first")
    for action, words, names in (
        ("show", "print what is mapped, and how far it is", ("id",)),
        ("export", "write its points to a file, *.csv or *.npz", ("id", "file")),
        ("delete", "delete a map; the numbers of its networks stay for others", ("id",)),
    ):
        parser_of = actions.add_parser(action, help=words)
        for name in names:
            parser_of.add_argument(name)
    commands.add_parser("settings", help="print every setting as a Markdown table")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; options win over the environment, the environment over defaults.

    Whoever has read enough of what it prints, as `head` has, ends it without a word.
    """
    try:
        try:
            _run(arguments)
        finally:
            print(end="", flush=True)  # here, and not when the interpreter ends
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(_UNREAD) from None


def _run(arguments: Sequence[str] | None) -> None:
    options = _parser().parse_args(arguments)
    if options.command == "settings":
        from unrolled.app.settings import settings_table

        print(settings_table(), end="")
        return
    try:
        if options.command in ("runs", "networks", "sequences", "sweeps"):
            _kept(options)
        elif options.command == "sweep":
            _sweep(options)
        else:
            _serve(options.host, options.port)
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None


def _kept(options: argparse.Namespace) -> None:
    """Work on the database itself, whether or not a service runs."""
    from pydantic import ValidationError

    from unrolled.app.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        _refuse("; ".join(_wrong(one, {}) for one in error.errors()))

    from unrolled.app.store import (
        command,
        networks_command,
        sequences_command,
        sweeps_command,
    )

    logging.getLogger("unrolled.store").setLevel(logging.CRITICAL)  # the refusal says it
    try:
        actions = {
            "runs": None,
            "networks": networks_command.ACTIONS,
            "sequences": sequences_command.ACTIONS,
            "sweeps": sweeps_command.ACTIONS,
        }[options.command]
        command.run(options, settings, actions)
    except command.Refused as error:
        _refuse(str(error))


def _sweep(options: argparse.Namespace) -> None:
    """Compute a map with a bar in a terminal; where it cannot be, one line says why."""
    from pathlib import Path

    from unrolled.app.errors import StoreAway, StoreFull
    from unrolled.app.sweeps.dask import NoCluster
    from unrolled.app.sweeps.front import sweep
    from unrolled.engine import InvalidInput

    out = Path(options.out or Path(options.file).with_suffix(".npz"))
    if out.suffix not in (".npz", ".csv"):
        _refuse(f"--out: received {str(out)!r}; allowed: a name that ends in .npz or .csv")
    workers = options.workers
    if workers is not None and not (workers.isascii() and workers.isdigit() and int(workers)):
        _refuse(f"--workers: received {workers!r}; allowed: a whole number from 1")
    try:
        found = sweep(
            options.file,
            on=options.on,
            workers=workers and int(workers),
            database=not options.no_database,
        )
        found.save(out)
    except InvalidInput as error:
        where = "/" + "/".join(map(str, error.pointer)) if error.pointer else options.file
        _refuse(f"{where}: {error.detail}")
    except (NoCluster, OSError, UnicodeDecodeError, StoreAway, StoreFull) as error:
        _refuse(str(error))
    wrong = f", {len(found.errors)} points with an error" if found.errors else ""
    print(f"{out}: {found.sweep.count:,} points, {found.computed:,} networks computed{wrong}")


def _serve(host: str | None, port: str | None) -> None:
    """Serve until stopped; what the web needs is imported here, so that `--version` is quick.

    Where it cannot start, one line says why, and the exit code is 2.
    """
    from pydantic import ValidationError

    given = {"host": host, "port": port}
    options = {name: value for name, value in given.items() if value is not None}
    try:
        from unrolled.app.settings import Settings

        settings = Settings.model_validate(Settings().model_dump() | options)
        from unrolled.app.main import create_app
    except ValidationError as error:
        _refuse("; ".join(_wrong(one, options) for one in error.errors()))
    if busy := _occupied(settings.host, settings.port):
        _refuse(busy)

    import uvicorn

    from unrolled.app import logs
    from unrolled.app.connection import connection

    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=connection(settings),
            ws="none",
            server_header=False,
            timeout_keep_alive=settings.keep_alive_seconds,
            timeout_graceful_shutdown=settings.stop_seconds,
            log_config=logs.config(settings.log),
            access_log=False,
        )
    )
    app.state.stopped = lambda: server.should_exit
    with suppress(KeyboardInterrupt, SystemExit):  # raised after the service has said why it ends
        server.run()
    if not server.started:
        raise SystemExit(_REFUSED)


def _refuse(why: str) -> NoReturn:
    print(f"unrolled: {why}", file=sys.stderr)
    raise SystemExit(_REFUSED)


def _wrong(error: "ErrorDetails", options: dict[str, Any]) -> str:
    """What is wrong with a setting: where it comes from, what came, what is allowed."""
    name = str(error["loc"][0])
    source = f"--{name}" if name in options else f"UNROLLED_{name.upper()}"
    allowed = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    received = "an address" if name == "database_url" else repr(error["input"])  # with a password
    return f"{source}: received {received}; allowed: {allowed.partition(', unable')[0]}"


def _occupied(host: str, port: int) -> str:
    """Why nothing can listen there, or "" where it can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        return (
            f"cannot listen on {host} port {port}: {reason}; choose another with --port or --host"
        )
    return ""
