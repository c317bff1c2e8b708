"""`unrolled networks …`: files of networks from the command line."""

import pytest

from tests.app.networks import safetensors, torch_arrays
from unrolled.app.cli import main


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("UNROLLED_DATABASE_URL", raising=False)
    monkeypatch.setenv("UNROLLED_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["networks", *arguments])
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("unrolled: ")
    return line


def test_a_file_comes_in_is_listed_and_is_deleted(tmp_path, capsys, monkeypatch):
    (tmp_path / "in.safetensors").write_bytes(safetensors(torch_arrays()))
    main(["networks", "import", "in.safetensors"])
    network = capsys.readouterr().out.strip()
    main(["networks", "import", "in.safetensors"])
    assert capsys.readouterr().out.strip() == network
    main(["networks", "list"])
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "format", "bytes", "module", "name"]
    assert line.split()[0] == network
    assert line.split()[-2:] == ["torch.nn.LSTM", "in.safetensors"]
    main(["networks", "delete", network])
    assert "no network has the id" in refused(capsys, "delete", network)
    (tmp_path / "in.pt").write_bytes(b"\x80\2}.")
    assert "pickle" in refused(capsys, "import", "in.pt")
    assert "No such file" in refused(capsys, "import", "nothing")
    monkeypatch.setenv("UNROLLED_MAX_NETWORK_BYTES", "10")
    assert "UNROLLED_MAX_NETWORK_BYTES" in refused(capsys, "import", "in.safetensors")
    assert sorted(one.name for one in (tmp_path / "data").iterdir()) == ["runs.sqlite3"]
