"""Embeddings before a recurrent layer: the layer says what its inputs are."""

import pytest

from tests.app.files_read import only, reader
from tests.app.hostile_models import hdf5, keras
from tests.app.networks import drawn, safetensors, torch_arrays, with_head
from tests.app.test_files_heads import LSTM, dense, layer


@pytest.fixture
def found(tmp_path):
    return reader(tmp_path)


def words(name, tokens, size):
    return (
        f"what it reads are rows of the embedding '{name}' ({tokens} tokens), {size} numbers a "
        "token: the embedding is not computed here, and a text is no input for it"
    )


def test_an_embedding_of_pytorch_is_named_by_what_reads_its_rows(found):
    plain = with_head(torch_arrays(layers=2))
    assert not any("embedding" in one for one in only(found(safetensors(plain)))["assumed"])
    said = found(safetensors({"embed.weight": drawn(96, 3)} | plain))
    assert words("embed.weight", 96, 3) in only(said)["assumed"]
    assert [one["name"] for one in said["heads"]] == ["fc"]
    other = only(found(safetensors({"embed.weight": drawn(96, 7)} | plain)))
    assert not any("embedding" in one for one in other["assumed"])  # nothing reads 7 numbers


def test_what_reads_the_states_below_reads_no_embedding(found):
    """All of them are as wide: two layers of one size, and both as one module."""
    below = torch_arrays(inputs=4, prefix="a.")
    above = torch_arrays(inputs=4, prefix="b.")
    said = found(safetensors({"emb.weight": drawn(50, 4)} | below | above))
    told = {one["name"]: words("emb.weight", 50, 4) in one["assumed"] for one in said["modules"]}
    assert told == {"a": True, "b": False, "a + b": True}


def test_an_embedding_of_keras_is_told_by_its_class(found):
    def of(kind):
        def arrays(file):
            dense(file)
            file[f"layers/{kind.lower()}/vars/0"] = drawn(60, 3)

        layers = [layer(kind, "tokens", input_dim=60, output_dim=3), LSTM]
        return only(found(keras(hdf5(arrays), {"config": {"layers": layers}})))["assumed"]

    [said] = [one for one in of("Embedding") if "embedding" in one]
    assert said == words("layers/embedding/vars/0", 60, 3)
    assert not any("embedding" in one for one in of("Embedded"))
