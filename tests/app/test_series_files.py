"""Files of sequences: what is read of each kind, what is said, and what is refused, and where."""

import json
import zipfile
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.app.sequences import npz
from unrolled.app.files.content import Refused
from unrolled.app.series import content as bounds
from unrolled.app.series.formats import read
from unrolled.app.series.job import Kept, described
from unrolled.app.series.measured import measure
from unrolled.app.store.packing import unpacked


@pytest.fixture
def taken(tmp_path):
    """`taken(file, name)`: the sequence of a file, measured."""

    def take(file, name="a.csv", wanted=None):
        path = tmp_path / "file"
        path.write_bytes(file if isinstance(file, bytes) else file.encode())
        return measure(read(path, name, wanted))

    return take


TABLES = {
    "with names": ("a,b\n1,2\n3,4\n", ["a", "b"], [[1, 2], [3, 4]]),
    "without": ("1,2\n3,4", ["column 1", "column 2"], [[1, 2], [3, 4]]),
    "one column": ("x\n1\n2.5e1\n-.5", ["x"], [[1], [25], [-0.5]]),
    "semicolons": ("a;b\n1;2\n3;4\n", ["a", "b"], [[1, 2], [3, 4]]),
    "tabs": ("a\tb\n1\t2\n3\t4\n", ["a", "b"], [[1, 2], [3, 4]]),
    "bars": ("1|2\n3|4", ["column 1", "column 2"], [[1, 2], [3, 4]]),
    "spaces": ("a b\n1   2 \n3 4\n", ["a", "b"], [[1, 2], [3, 4]]),
    "quotes": ('"a, the first","b"\r\n"1","2"\r\n', ["a, the first", "b"], [[1, 2]]),
    "empty lines": ("\n\na,b\n\n1,2\n\n\n3,4\n\n", ["a", "b"], [[1, 2], [3, 4]]),
    "the same name": ("a,a,\n1,2,3\n", ["a", "a (2)", "column 3"], [[1, 2, 3]]),
    "a mark": ("\ufeffa,b\n1,2\n", ["a", "b"], [[1, 2]]),
    "gaps": ("a,b\n,1\n2,NA\nnan,3\n", ["a", "b"], [[2, 1], [2, 1], [2, 3]]),
    "dates": ("t,v\n2026-01-02 10:00,1\n2026-01-03 10:00,2\n", ["v"], [[1], [2]]),
    "decimal commas": ("a;b\n1,5;2\n-,25;3,0e1\n", ["a", "b"], [[1.5, 2], [-0.25, 30]]),
    "commas and tabs": ("0,5\t1\n0,125\t2\n", ["column 1", "column 2"], [[0.5, 1], [0.125, 2]]),
    "commas and dates": ("t;v\n02.01.2026;1,5\n03.01.2026;NA\n", ["v"], [[1.5], [1.5]]),
    "dates, no names": ("02.01.2026;1\n03.01.2026;2\n", ["column 2"], [[1], [2]]),
}


@pytest.mark.parametrize("what", TABLES)
def test_a_table_is_read(taken, what):
    file, names, values = TABLES[what]
    found = taken(file)
    assert [one.name for one in found.columns] == names
    assert found.values.tolist() == values
    assert found.document()["format"] == "csv"
    assert found.kind == "series"


def test_a_decimal_comma_is_said(taken):
    [said] = taken("a;b\n0;1,5\n1;-1,5\n").warnings
    assert said == "Numbers are read with a decimal comma ('1,5' in line 2)."
    assert taken("a;b\n0;1\n1;2\n").warnings == []
    assert taken("0,5;1\n0,25;2\n", "told by its numbers").document()["format"] == "csv"


def test_latin_1_is_read_where_it_names_columns_and_said(taken):
    file = "Größe;Wert\n1;2\n2;3\n".encode("latin-1")
    for name in ("a.csv", "told by its numbers"):
        found = taken(file, name)
        assert [one.name for one in found.columns] == ["Größe", "Wert"]
        assert found.warnings[0] == (
            "The file is not UTF-8: the names of its columns are read as Windows-1252 (Latin-1)."
        )
    text = taken("Grüße an alle".encode("latin-1"), "a.txt")
    assert text.document()["alphabet"] == "".join(sorted(set("Grüße an alle")))
    assert text.warnings[0] == "The file is not UTF-8: it is read as Windows-1252 (Latin-1)."
    for name, content in (
        ("a.txt", b"an\x81 alle"),
        ("a.txt", b"an\x07 alle \xe4"),  # a bell is in no text
        ("a.txt", "Grüße ".encode() + b"\xe4"),  # one letter of UTF-8 is damaged
        ("a.json", '{"Größe": [1, 2]}'.encode("latin-1")),
        ("a.csv", b"a\x81,b\n1,2\n"),  # not of Windows-1252 either
        ("a.csv", b"\xff\xfea,b\n1,2"),
    ):
        with pytest.raises(Refused, match=r"not UTF-8|not UTF-16|character 0"):
            taken(content, name)


def test_what_was_left_out_and_filled_is_said(taken):
    found = taken("day,a,b,c\n2026-01-01,1,,x\n2026-01-02,,2,y\n")
    assert found.warnings[:4] == [
        "Column 'day' holds dates or times ('2026-01-01' in line 2) and is left out.",
        "Column 'c' holds words ('x' in line 2) and is left out.",
        "Column 'a' lacks 1 of 2 values; each gap is filled with the value of the row before.",
        "Column 'b' lacks 1 of 2 values; each gap is filled with the value of the row before.",
    ]
    assert [one.missing for one in found.columns] == [1, 1]


def test_what_is_not_scaled_is_said_with_its_range(taken):
    [far] = taken("a,b\n0.5,0\n-1,41000\n").warnings
    assert far == (
        "Column 'b' runs from 0 to 41,000 while column 'a' stays within ±1: the network hears of "
        "'b' alone, and its units saturate. Scale it."
    )
    [near] = taken("a,b\n20,30\n25,35.5\n").warnings[:1]
    assert near.startswith("Column 'b' runs from 30 to 35.5: inputs beyond ±10 saturate")
    [small] = taken("a\n0.001\n-0.002\n").warnings
    assert "runs from -0.002 to 0.001" in small
    assert taken("a\n1\n-1\n").warnings == []
    [same] = taken("a,b\n1,7\n2,7\n").warnings
    assert same == "Column 'b' is 7 in every row: it says nothing."


def test_statistics_are_about_what_is_there(taken):
    [one] = taken("x\n1\n\n3\nNA\n8\n").columns
    assert (one.min, one.max, one.mean, one.missing) == (1, 8, 4, 1)
    assert one.std == pytest.approx(np.std([1, 3, 8]))
    [huge] = taken("x\n1e308\n-1e308\n").columns
    assert huge.std == pytest.approx(1e308)


JSON = {
    "numbers": ([1, 2.5, None], ["value"], [[1], [2.5], [2.5]]),
    "rows": ([[1, 2], [3, 4]], ["column 1", "column 2"], [[1, 2], [3, 4]]),
    "columns": ({"a": [1, 2], "t": ["2026-01-01", "x"]}, ["a"], [[1], [2]]),
    "records": ([{"a": 1}, {"b": 2, "a": True}], ["a", "b"], [[1, 2], [1, 2]]),
    "batches": ([[[1], [2]], [[3], [4]]], ["column 1"], [[[1], [2]], [[3], [4]]]),
}


@pytest.mark.parametrize("what", JSON)
def test_json_is_read(taken, what):
    file, names, values = JSON[what]
    found = taken(json.dumps(file), "a.json")
    assert [one.name for one in found.columns] == names
    assert found.values.tolist() == values
    assert taken(json.dumps(file), "told by its first character").values.tolist() == values


def test_arrays_stand_side_by_side(taken):
    found = taken(npz(x=np.arange(6.0).reshape(3, 2), y=np.array([7, 8, 9], "i2")))
    assert [one.name for one in found.columns] == ["x[0]", "x[1]", "y"]
    assert found.values.tolist() == [[0, 1, 7], [2, 3, 8], [4, 5, 9]]
    many = taken(npz(x=np.zeros((4, 3, 2), "f4"), y=np.ones((4, 3)), t=np.array(["2026"], "M8[Y]")))
    assert (many.kind, many.values.shape) == ("batches", (4, 3, 3))
    assert many.warnings[0] == "Array 't' holds dates or times and is left out."
    gaps = taken(npz(x=np.array([[[np.nan], [1.0]], [[2.0], [np.nan]]])))
    assert gaps.values.tolist() == [[[1], [1]], [[2], [2]]]


def test_a_text_is_its_characters(taken):
    found = taken("abba\u00e9\n", "a.txt")
    assert (found.kind, found.content.alphabet) == ("text", "ab\u00e9")
    assert found.values.ravel().tolist() == [0, 1, 1, 0, 2]
    assert found.warnings == []
    assert taken("ab".encode("utf-16"), "a.txt").content.alphabet == "ab"
    assert taken("1 2 3\n4 5 6\n", "numbers.txt").kind == "series"
    assert taken("1 2 3\n4 5 6\n", "numbers.txt", "text").kind == "text"
    assert taken("[is this json?", "a.md").kind == "text"


DEEP = "[" * 100_000 + "]" * 100_000
REFUSED: dict[str, tuple[Any, ...]] = {
    "ragged": ("a,b\n1,2\n3\n", "line 3: received 1 cell, a comma standing between two; allowed:"),
    "a word": ("a,b\n1,2\n3,x\n5,6\n", "line 3, column 'b': received 'x'; allowed: a number"),
    "a decimal comma": ('a,b\n"1,5",2\n"2,5",3\n', "line 2, column 'a': received '1,5', with a"),
    "every one": ('a,b\n"1,5","2,5"\n', "line 2, column 'a': received '1,5', with a comma"),
    "both": ("a;b\n1,5;2\n2;3.5\n", "line 3: received '3.5', with a point, and in line 2 '1,5'"),
    "a thousand or not": ("a;b\n1,234;2\n41,000;3\n", "'1,234', which may be 1.234 or 1234"),
    "commas twice": ("a;b\n1,234,567;2\n", "line 2, column 'a': received '1,234,567', with a"),
    "thousands": ('t,v\n1,"41,000"\n', "line 2, column 'v': received '41,000', with a comma"),
    "beyond a double": ("a\n1e999\n", "line 2, column 'a': received '1e999'"),
    "infinity": ("a\n1\n2\ninf\n", "line 4, column 'a': received 'inf'"),
    "python's own": ("a\n1\n1_000\n3\n", "line 3, column 'a': received '1_000'"),
    "names alone": ("a,b\n", "no row below"),
    "words alone": ("a,b\nc,d\n", "received no column of numbers"),
    "a long cell": ("a\n" + "1" * 3_000 + "\n", "cannot be told apart"),
    "an open quote": ('a\n"1\n' + "2\n" * 3_000, "cannot be told apart"),
    "many columns": (",".join(["1"] * 2_001), "received 2001 columns; allowed: 2000"),
    "a long name": (f"{'a' * 201}\n1\n", "allowed: up to 200 printable characters"),
    "not printable": ("a\x1bb\n1\n", "allowed: up to 200 printable characters"),
    "nothing": ("", "received an empty file"),
    "white space": (" \n\t\n", "received an empty file"),
    "character 0": ("a\n1\n\0\n", "line 3: received the character 0"),
    "not UTF-8": (b"a\n1\n\xff\n", "line 3: received bytes that are not UTF-8 at position 4"),
    "half of UTF-16": (b"\xff\xfea", "not UTF-16"),
    "a pickle": (b"\x80\x04\x95", "received a pickle"),
    "an array": (b"\x93NUMPY\x01\x00", "save an .npz of named arrays"),
    "gzip": (b"\x1f\x8b\x08", "unpack it first"),
    "a workbook": (b"PK\x03\x04", "save it as CSV", "a.xlsx"),
    "no archive": (b"PK\x03\x04garbage", "cannot be read as a zip archive"),
    "torn json": ("[1,\n2,", "line 2, column 3: received what is not JSON", "a.json"),
    "a scalar": ("5", "received 5; allowed: an array of numbers", "a.json"),
    "empty json": ("{}", "received an object, empty; allowed", "a.json"),
    "deep json": (DEEP, "nested too deeply", "a.json"),
    "json's infinity": ("[1, Infinity]", "received Infinity", "a.json"),
    "large json": ("[1, 1e999]", "/1: received", "a.json"),
    "digits": (f"[{'9' * 5_000}]", "too many digits", "a.json"),
    "a large whole": (f"[{'9' * 400}]", "/0: received a whole number of more than", "a.json"),
    "ragged json": ("[[1, 2], [3]]", "/1: received an array of 1; allowed: an array", "a.json"),
    "ragged columns": ('{"a": [1], "b": [1, 2]}', "/b: received 2 values; allowed: 1", "a.json"),
    "ragged batches": ("[[[1]], [[1], [2]]]", "/1: received 2 rows of 1; allowed: 1", "a.json"),
    "a word in json": ('[1, "x", 3]', "/1: received 'x'; allowed: a number", "a.json"),
    "mixed json": ('[{"a": 1}, 2]', "/1: received 2; allowed: an object", "a.json"),
    "an object within": ('{"a": {"b": 1}}', "/a: received an object of 1", "a.json"),
    "one character": ("a", "received a text of 1 characters", "a.txt"),
    "many characters": ("".join(map(chr, range(0x4E00, 0x4E00 + 2_001))), "2001 diff", "a.txt"),
    "pickled": (npz(x=np.array([{}, None], object)), "are a pickle"),
    "complex": (npz(x=np.ones(3, complex)), "received complex128; allowed: real numbers"),
    "four axes": (npz(x=np.ones((2, 2, 2, 2))), "allowed: (T,), (T, D) or (N, T, D)"),
    "no axis": (npz(x=np.array(1.0)), "received shape ()"),
    "empty array": (npz(x=np.ones((0, 3))), "received shape (0, 3)"),
    "other lengths": (npz(x=np.ones(3), y=np.ones(4)), "arrays of other lengths: x (3,), y (4,)"),
    "not finite": (npz(x=np.array([1.0, np.inf])), "x[1, 0]: received Infinity"),
    "no arrays": (npz(t=np.array(["a"])), "received no column of numbers"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_place(taken, what):
    file, told, *name = REFUSED[what]
    with pytest.raises(Refused) as refusal:
        taken(file, *name)
    assert told in str(refusal.value)
    assert refusal.value.status in (415, 422)


def test_a_bomb_and_a_lying_array_are_not_unpacked(taken, tmp_path):
    def archive(**members):
        path = tmp_path / "made.npz"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, body in members.items():
                file.writestr(f"{name}.npy", body)
        return path.read_bytes()

    with pytest.raises(Refused, match="unpack to"):
        taken(archive(x=b"\0" * 2**24))
    head = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }"
    with pytest.raises(Refused, match="takes 80000000"):
        taken(archive(x=(head % b"10000000,").ljust(127) + b"\n"))
    with pytest.raises(Refused, match="cannot be read as npz"):
        taken(archive(x=b"\x93NUMPY\x01\x00"))
    with pytest.raises(Refused, match=r"allowed: \.npy alone"):
        taken(archive(x=b"").replace(b"x.npy", b"x.txt"))


def test_too_many_numbers_are_refused_before_they_are_held(taken, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_NUMBERS", 5)
    for file, name in (("1,2\n" * 3, "a.csv"), ("[[1,2],[1,2],[1,2]]", "a.json")):
        with pytest.raises(Refused, match="6 numbers; allowed: 5"):
            taken(file, name)
    with pytest.raises(Refused, match="6 numbers; allowed: 5"):
        taken(npz(x=np.ones((3, 2))))


@pytest.mark.parametrize(("value", "dtype"), [("0.5", "<f4"), ("0.1", "<f8")])
def test_numbers_are_kept_as_narrow_as_they_are_exact(tmp_path, value, dtype):
    (tmp_path / "file").write_text(f"a,b\n1,2\n3,{value}\n")
    kept = msgspec.msgpack.decode(described(tmp_path / "file", "a.csv", None), type=Kept)
    assert (kept.shape, kept.dtype) == ((2, 2), np.dtype(dtype).name)
    assert kept.said["format"] == "csv"
    raw = unpacked(kept.body, kept.size)
    assert np.frombuffer(raw, dtype).reshape(kept.shape).tolist() == [[1, 2], [3, float(value)]]
