"""Networks out of files: kept once, listed, chosen, computed with."""

import numpy as np
import pytest

from tests.app.networks import NETWORKS, made, npz, safetensors, sent, torch_arrays, with_head
from unrolled.app.files.readers import OPEN

pytestmark = pytest.mark.anyio
FLOW = "/api/v1/flow"


async def test_a_file_comes_in_is_found_and_goes(kept):
    async with kept() as client:
        file = safetensors(with_head(torch_arrays(layers=2)))
        answer = await sent(client, file, "dir/char-lstm.safetensors")
        network = answer.json()
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"{NETWORKS}/{network['id']}"
        assert network["name"] == "char-lstm.safetensors"
        assert network["format"] == "safetensors"
        assert network["bytes"] == len(file)
        assert (network["module"], network["head"]) == ("lstm", "fc")
        [module] = network["modules"]
        assert module["tensors"]["weight_hh_l1"] == "lstm.weight_hh_l1"
        assert module["supported"]
        assert (module["cell"], module["layers"], module["hidden_size"]) == ("lstm", 2, 4)
        assert set(network["statistics"]) == {
            *(f"{p} (layer {n})" for p in ("W_xh", "W_hh", "b_h") for n in (0, 1)), "W_hy", "b_y",
        }  # fmt: skip
        again = await sent(client, file, "other")
        assert again.status_code == 200
        assert again.json() == network
        assert (await client.get(NETWORKS)).json() == {"networks": [network], "next": None}
        assert (await client.get(f"{NETWORKS}/{network['id']}")).json() == network
        where = f"{NETWORKS}/{network['id']}"
        said = {"name": "b", "note": "c", "head": None}
        changed = (await client.patch(where, json=said)).json()
        assert (changed["name"], changed["note"], changed["head"]) == ("b", "c", None)
        assert (await client.delete(where)).status_code == 204
        assert (await client.get(where)).status_code == 404
        assert (await client.delete(where)).status_code == 404


async def test_a_module_need_not_be_named_where_one_is_chosen(kept):
    async with kept() as client:
        one = await made(client, safetensors(with_head(torch_arrays())))
        weights = {"kind": "network", "id": one["id"], "head": "fc"}
        sequence = {"kind": "random", "steps": 6}
        whole = {"cell": "lstm", "input_size": 3, "hidden_size": 4, "output_size": 5}
        whole |= {"activation": "tanh", "num_layers": 1, "bidirectional": False}
        named = weights | {"module": "lstm"}
        wanted = await client.post(FLOW, json={"weights": named, "sequence": sequence})
        for network in ({}, whole):
            asked = {"network": network, "weights": weights, "sequence": sequence}
            answer = await client.post(FLOW, json=asked)
            assert answer.status_code == 200, answer.text
            assert answer.json()["experiment"]["weights"] == named
            assert answer.json()["loss"] == wanted.json()["loss"]
        two = {name.replace("lstm.", end): one for end in ("a.", "b.")
               for name, one in torch_arrays().items()}  # fmt: skip
        other = await made(client, safetensors(two))
        weights = {"kind": "network", "id": other["id"]}
        answer = await client.post(FLOW, json={"weights": weights, "sequence": sequence})
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/weights/module"
        assert error["detail"].startswith(
            "missing, and none is chosen in the network; the file has:"
        )


async def test_an_experiment_takes_its_weights(kept):
    """What is computed equals the same weights said as numbers."""
    arrays = with_head(torch_arrays())
    async with kept() as client:
        network = await made(client, safetensors(arrays))
        weights = {"kind": "network", "id": network["id"], "module": "lstm", "head": "fc"}
        asked = {
            "network": {"cell": "lstm", "input_size": 3, "hidden_size": 4, "output_size": 5},
            "weights": weights,
            "sequence": {"kind": "random", "steps": 6},
            "include": ["itemized", "advice"],
        }
        answer = await client.post(FLOW, json=asked)
        assert answer.status_code == 200, answer.text
        said = {
            "kind": "explicit",
            "W_xh": arrays["lstm.weight_ih_l0"].tolist(),
            "W_hh": arrays["lstm.weight_hh_l0"].tolist(),
            "b_h": (arrays["lstm.bias_ih_l0"].astype("f8") + arrays["lstm.bias_hh_l0"]).tolist(),
            "W_hy": arrays["fc.weight"].tolist(),
            "b_y": arrays["fc.bias"].tolist(),
        }
        other = (await client.post(FLOW, json=asked | {"weights": said})).json()
        answer = answer.json()
        assert answer["experiment"]["weights"] == weights
        assert (answer["weights_of"], other["weights_of"]) == (network["name"] or "lstm", None)
        assert answer["notes"] == [
            f"Of the network 'lstm' it is assumed: {OPEN}.",
            "The weights came as float32; everything is computed in float64.",
        ]
        assert other["notes"] == []
        for name in ("loss", "hidden_gradient", "parameter_gradients", "itemized"):
            assert answer[name] == other[name]
        again = await client.post(FLOW, json=answer["experiment"])
        assert again.json() == answer


async def test_what_is_left_out_of_the_network_is_taken_from_the_file(kept):
    async with kept() as client:
        file = safetensors(with_head(torch_arrays(layers=2)))
        network = await made(client, file)
        weights = {"kind": "network", "id": network["id"], "module": "lstm", "head": "fc"}
        sizes = {"cell": "lstm", "input_size": 3, "hidden_size": 4, "num_layers": 2}
        whole = {
            "network": sizes | {"output_size": 5, "activation": "tanh"},
            "weights": weights,
            "sequence": {"kind": "random", "steps": 6},
        }
        said = (await client.post(FLOW, json=whole)).json()
        for own in (None, {}, {"topology": "many-to-many"}, {"input_size": None, "cell": "lstm"}):
            asked = whole | {"network": own}
            if own is None:
                del asked["network"]
            answer = await client.post(FLOW, json=asked)
            assert answer.status_code == 200, answer.text
            assert answer.json() == said, own
            check = await client.post("/api/v1/check", json={"experiment": asked})
            assert check.status_code == 200, check.text
        [told] = (await client.post(FLOW, json=whole | {"network": {"hidden_size": 8}})).json()[
            "errors"
        ]
        assert (told["pointer"], "has 4" in told["detail"]) == ("/network/hidden_size", True)
        for pointer, of in (("/weights/id", {"id": "x"}), ("/weights/head", {"head": "q"})):
            [told] = (
                await client.post(FLOW, json={"weights": weights | of, "sequence": {"steps": 6}})
            ).json()["errors"]
            assert told["pointer"] == pointer
        [told] = (
            await client.post("/api/v1/check", json={"experiment": {"weights": weights | of}})
        ).json()["errors"]
        assert told["pointer"] == "/experiment/weights/head"


async def test_both_directions_of_a_file_need_not_be_said(kept):
    async with kept() as client:
        arrays = torch_arrays(3, prefix="")
        arrays |= {f"{name}_reverse": value for name, value in arrays.items()}
        network = await made(client, npz(arrays))
        entering = {"at": "hidden", "value": [[[1.0] * 8]] * 4}
        asked = {
            "weights": {"kind": "network", "id": network["id"], "module": network["module"]},
            "sequence": {
                "kind": "explicit",
                "inputs": [[[1.0, 2.0, 3.0]]] * 4,
                "entering": entering,
            },
            "loss": "given",
        }
        answer = await client.post(FLOW, json=asked)
        assert answer.status_code == 200, answer.text
        said = answer.json()["experiment"]["network"]
        assert (said["cell"], said["bidirectional"], said["hidden_size"]) == ("gru", True, 4)


async def test_what_differs_from_the_file_is_said(kept):
    async with kept() as client:
        network = await made(client, safetensors(with_head(torch_arrays())))
        weights = {"kind": "network", "id": network["id"], "module": "lstm", "head": "fc"}
        right = {"cell": "lstm", "input_size": 3, "hidden_size": 4, "output_size": 5}
        for change, of, pointer, words in (
            ({"hidden_size": 8}, {}, "/network/hidden_size", "has 4"),
            ({"cell": "gru"}, {}, "/network/cell", "has 'lstm'"),
            ({"num_layers": 2}, {}, "/network/num_layers", "has 1"),
            ({"output_size": 4}, {}, "/network/output_size", "has 5"),
            ({}, {"head": None}, "/weights/head", "given"),
            ({}, {"head": "fd"}, "/weights/head", "'fc'"),
            ({}, {"module": "gru"}, "/weights/module", "'lstm'"),
            ({}, {"id": "nothing"}, "/weights/id", "no network"),
        ):
            asked = {"network": right | change, "weights": weights | of}
            answer = await client.post(FLOW, json=asked)
            assert answer.status_code == 422, answer.text
            [error] = answer.json()["errors"]
            assert (error["pointer"], words in error["detail"]) == (pointer, True), error
            check = await client.post("/api/v1/check", json={"experiment": asked})
            assert check.status_code == 422
            assert check.json()["errors"][0]["pointer"].endswith(pointer)


async def test_no_refusal_advises_another_size_than_the_file_has(kept):
    async with kept() as client:
        network = await made(client, safetensors(with_head(torch_arrays())))
        series = {"file": ("a.csv", b"a,y\n1,2\n3,4\n5,6\n")}
        stored = (await client.post("/api/v1/sequences", files=series)).json()["id"]
        for sequence, loss, told in (
            ({"kind": "text", "text": "a text"}, "cross-entropy", "take another sequence"),
            ({"kind": "stored", "id": stored, "target": "y"}, "squared-error", "as many columns"),
        ):
            asked = {
                "weights": {
                    "kind": "network",
                    "id": network["id"],
                    "module": "lstm",
                    "head": "fc",
                },
                "sequence": sequence,
                "loss": loss,
            }
            answer = await client.post(FLOW, json=asked)
            assert answer.status_code == 422, answer.text
            [error] = answer.json()["errors"]
            assert error["pointer"] == "/network/input_size"
            assert told in error["detail"]
            assert "send" not in error["detail"]
            assert "leave it out" not in error["detail"]


async def test_a_gradient_from_outside_needs_no_head(kept):
    async with kept() as client:
        network = await made(client, npz(torch_arrays(3, prefix="")))
        entering = {"at": "hidden", "value": [[[1.0, 0.0, 0.0, 0.0]]]}
        asked = {
            "network": {
                "cell": "gru", "topology": "many-to-one", "input_size": 3, "hidden_size": 4,
            },
            "weights": {"kind": "network", "id": network["id"], "module": "gru"},
            "sequence": {
                "kind": "explicit", "inputs": [[[1.0, 2.0, 3.0]]] * 4, "entering": entering,
            },
            "loss": "given",
        }  # fmt: skip
        answer = await client.post(FLOW, json=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["hidden_gradient"]["norm"][-1] == 1.0


async def test_a_parameter_as_a_picture(kept):
    arrays = torch_arrays(hidden=100, inputs=2)
    async with kept() as client:
        network = await made(client, npz(arrays))
        at = f"{NETWORKS}/{network['id']}/parameters"
        drawn = (await client.get(f"{at}/W_hh (layer 0)")).json()
        assert drawn["shape"] == [400, 100]
        assert drawn["block"] == [7, 2]
        assert (len(drawn["values"]), len(drawn["values"][0])) == (58, 50)
        whole = arrays["lstm.weight_hh_l0"].astype("f8")
        assert drawn["values"][0][0] == pytest.approx(whole[:7, :2].mean())
        assert drawn["values"][-1][-1] == pytest.approx(whole[399:, 98:].mean())
        vector = (await client.get(f"{at}/b_h (layer 0)")).json()
        assert vector["shape"] == [400]
        assert len(vector["values"]) == 1
        missing = await client.get(f"{at}/W_hy")
        assert missing.status_code == 404
        assert "W_hh (layer 0)" in missing.json()["detail"]


async def test_several_that_fit_are_asked_for(kept):
    two = torch_arrays(prefix="encoder.") | torch_arrays(prefix="decoder.", inputs=7)
    async with kept() as client:
        network = await made(client, safetensors(with_head(two)))
        assert [one["name"] for one in network["modules"]] == ["encoder", "decoder"]
        assert network["module"] is network["head"] is None
        assert network["statistics"] == {}
        where = f"{NETWORKS}/{network['id']}"
        changed = (await client.patch(where, json={"module": "decoder"})).json()
        assert (changed["module"], changed["head"]) == ("decoder", "fc")
        wrong = await client.patch(where, json={"module": "nothing"})
        assert wrong.status_code == 422
        assert "'encoder', 'decoder'" in wrong.json()["detail"]


async def test_bounds_are_said_with_their_settings(kept):
    first, second = (safetensors(torch_arrays(hidden=h)) for h in (4, 5))
    async with kept(max_networks=1) as client:
        await made(client, first)
        answer = await sent(client, second)
        assert answer.status_code == 507
        assert "UNROLLED_MAX_NETWORKS" in answer.json()["detail"]
        assert (await sent(client, first)).status_code == 200
    async with kept(max_networks_bytes=1_000) as client:
        answer = await sent(client, second)
        assert answer.status_code == 507
        assert "UNROLLED_MAX_NETWORKS_BYTES" in answer.json()["detail"]
    async with kept(max_network_bytes=100) as client:
        answer = await sent(client, first)
        assert answer.status_code == 413
        assert "UNROLLED_MAX_NETWORK_BYTES" in answer.json()["detail"]


async def test_what_is_old_goes(kept):
    from unrolled.app.store.networks import sweep
    from unrolled.app.store.tables import NETWORK_BLOCKS
    from unrolled.app.store.tables import NETWORKS as TABLE

    async with kept(network_days=1) as client:
        await made(client, safetensors(torch_arrays()))
        store = client._transport.app.state.store
        assert await store.write(lambda c: sweep(c, store.settings)) == 0
        await store.write(lambda c: c.execute(TABLE.update().values(touched=0)))
        assert await store.write(lambda c: sweep(c, store.settings)) == 1
        rows = await store.read(lambda c: c.execute(NETWORK_BLOCKS.select()))
        assert list(rows) == []


async def test_float16_and_float64_come_exactly(kept):
    async with kept() as client:
        for dtype, note in (("float16", 1), ("float64", 0)):
            arrays = torch_arrays(1, prefix="", dtype=dtype)
            network = await made(client, safetensors(arrays))
            [module] = network["modules"]
            assert (module["dtype"], module["activation"]) == (dtype, "tanh")
            assert "relu" in module["assumed"][0]
            stats = network["statistics"]["W_hh (layer 0)"]
            values = arrays["weight_hh_l0"].astype("f8")
            assert (stats["min"], stats["max"]) == (values.min(), values.max())
            assert stats["log10_norm"] == pytest.approx(np.log10(np.linalg.norm(values)))
            assert note == note
