"""The command line: `unrolled serve`, `unrolled settings`, `unrolled --version`."""

import argparse
from collections.abc import Sequence

from app import __version__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unrolled", description="Watch gradients flow back through time."
    )
    parser.add_argument("--version", action="version", version=f"unrolled {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the page and the API")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    commands.add_parser("settings", help="print every setting as a Markdown table")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; options win over the environment, the environment over defaults."""
    options = _parser().parse_args(arguments)
    if options.command == "settings":
        from app.settings import settings_table

        print(settings_table(), end="")
    else:
        _serve(options.host, options.port)


def _serve(host: str | None, port: int | None) -> None:
    """Serve until stopped; what the web needs is imported here, so that `--version` is quick."""
    import uvicorn

    from app.logs import CONFIG
    from app.main import create_app
    from app.settings import Settings

    given = {"host": host, "port": port}
    options = {name: value for name, value in given.items() if value is not None}
    settings = Settings.model_validate(Settings().model_dump() | options)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        server_header=False,
        timeout_graceful_shutdown=settings.stop_seconds,
        log_config=CONFIG,
        access_log=False,
    )
