"""The database goes away, is locked, is full, is damaged; the service is killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import httpx
import pytest
from sqlalchemy import event

from scripts import service
from tests.app.runs import RUNS, report
from unrolled.app.settings import Settings
from unrolled.app.store import engine as store_engine
from unrolled.app.store.database import Database
from unrolled.app.store.migrate import HEAD
from unrolled.app.store.tables import METADATA

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def on_a_file(monkeypatch):
    monkeypatch.delenv("UNROLLED_DATABASE_URL", raising=False)
    monkeypatch.setattr(store_engine, "BUSY_SECONDS", 0.05)


def away(answer, why):
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert why in answer.json()["detail"]
    assert "/" not in answer.json()["detail"].replace("https://", "")


async def begun(client):
    return (await client.post(RUNS, json={})).headers["location"]


async def test_a_folder_that_cannot_be_written_to_leaves_the_rest_working(kept, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    async with kept(data_folder=blocked / "data") as client:
        away(await client.get(RUNS), "")
        away(await client.post(RUNS, json={}), "")
        assert (await client.get("/healthz")).status_code == 200
        blocked.unlink()
        assert (await client.post(RUNS, json={})).status_code == 201


async def test_a_locked_database_is_waited_for_and_then_refused(kept, tmp_path):
    async with kept() as client:
        run = await begun(client)
        with sqlite3.connect(tmp_path / "data" / "runs.sqlite3", isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            away(await client.post(f"{run}/reports", json=report()), "another process")
            other.execute("ROLLBACK")
        other.close()
        assert (await client.post(f"{run}/reports", json=report())).status_code == 201


async def test_a_full_disk_is_said_and_nothing_torn(kept):
    async with kept() as client:
        run = await begun(client)
        store = client._transport.app.state.store
        limit = 0

        def bounded(connection, record):
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA max_page_count = {limit or 2**30}")
            cursor.close()

        event.listen(store._engine.sync_engine, "connect", bounded)
        limit = 1  # never below what there is already
        flow = {"noise": os.urandom(60_000).hex()}
        large = report(modules=[report()["modules"][0] | {"flow": flow}])
        answer = await client.post(f"{run}/reports", json=large)
        assert answer.status_code == 507, answer.text
        assert "disk" in answer.json()["detail"]
        assert (await client.get(run)).json()["reports"] == 0
        limit = 0
        assert (await client.post(f"{run}/reports", json=large)).status_code == 201


async def test_a_file_that_is_taken_away_is_made_anew(kept, tmp_path):
    async with kept() as client:
        run = await begun(client)
        (tmp_path / "data" / "runs.sqlite3").unlink()
        assert (await client.get(run)).status_code == 404
        assert (await client.post(RUNS, json={})).status_code == 201


def _newer(file):
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        made.execute("INSERT INTO alembic_version VALUES ('9999')")
    made.close()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.write_bytes(b"no database at all" * 100), "no database"),
        (_newer, "newer version"),
    ],
)
async def test_a_database_of_another_kind_is_left_alone(kept, tmp_path, spoil, why):
    async with kept() as client:
        file = tmp_path / "data" / "runs.sqlite3"
        file.parent.mkdir()
        spoil(file)
        before = file.read_bytes()
        away(await client.get(RUNS), why)
        assert file.read_bytes() == before


async def test_a_server_that_is_not_there(kept):
    async with kept(database_url="postgresql://a:secret@127.0.0.1:1/runs") as client:
        answer = await client.get(RUNS)
        away(answer, "does not answer")
        assert "secret" not in answer.text


def test_the_steps_make_the_tables_that_are_described(tmp_path):
    """What Alembic makes is what the tables say, and its newest step is the one that is known."""
    import anyio
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from unrolled.app.store import migrate

    config = Config()
    config.set_main_option("script_location", str(migrate._STEPS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]

    async def differences():
        database = Database(Settings(data_folder=tmp_path))

        def compared(connection):
            return compare_metadata(MigrationContext.configure(connection), METADATA)

        return await database.read(lambda connection: connection.run_sync(compared))

    assert anyio.run(differences) == []


def test_a_connection_keeps_what_it_promises(tmp_path):
    import anyio

    async def asked():
        database = Database(Settings(data_folder=tmp_path))

        async def read(connection):
            names = ("foreign_keys", "synchronous", "journal_mode", "auto_vacuum")
            return [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]

        return await database.read(read)

    sound = sqlite3.sqlite_version_info >= (3, 51, 3)
    assert anyio.run(asked) == [1, 2, "wal" if sound else "delete", 1]
    assert (tmp_path / "runs.sqlite3").stat().st_mode & 0o077 == 0o044


def test_what_was_answered_is_there_after_a_kill(tmp_path):
    """Two services on one folder; both are killed while they are reported to."""
    data = tmp_path / "data"
    environment = service.without_settings() | {
        "UNROLLED_DATA_FOLDER": str(data),
        "UNROLLED_WORKERS": "1",
    }
    ports = [service.unused_port() for _ in range(2)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "unrolled", "serve", "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for port in ports
    ]
    try:
        with httpx.Client(timeout=30) as client:
            urls = [f"http://127.0.0.1:{port}" for port in ports]
            for url in urls:
                _wait(client, url)
            run = client.post(urls[0] + RUNS, json={}).headers["location"]
            answered = []
            for update in range(20):
                answer = client.post(f"{urls[update % 2]}{run}/reports", json=report(update))
                assert answer.status_code == 201, answer.text
                answered.append(answer.json()["sequence"])
            for process in processes:
                process.send_signal(signal.SIGKILL)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert answered == list(range(1, 21))
    printed = subprocess.run(
        [sys.executable, "-m", "unrolled", "runs", "export", run.rpartition("/")[2], "a.unrolled"],
        env=environment | {"PYTHONPATH": str(service.ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert printed.returncode == 0, printed.stderr
    assert len((tmp_path / "a.unrolled").read_text().splitlines()) == 21


def _wait(client, url):
    for _ in range(300):
        try:
            client.get(f"{url}/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")
