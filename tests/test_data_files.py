"""The data dictionary and the data package say what the schema says, and an outsider agrees."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import MINIATURE, Edit
from make_files import data_dictionary, data_package, write_generated

from twinstudy import DataError, Dataset, load
from twinstudy.tables.files import bundled_data
from twinstudy.tables.schema import TABLES, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The miniature with its generated files."""
    copy = shutil.copytree(MINIATURE, tmp_path / "data")
    write_generated(copy)
    return copy


def errors(folder: Path) -> set[tuple[str, str]]:
    """What frictionless finds: (file, kind of error)."""
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    found = {(task.place, error.type) for task in report.tasks for error in task.errors}
    return found | {("", error.type) for error in report.errors}


# -- for people -------------------------------------------------------------------------------


def test_every_table_and_column_stands_in_the_dictionary(mini: Dataset) -> None:
    text = data_dictionary(mini)
    assert f"data version {mini.version}." in text
    parts = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    assert list(parts) == [each.name for each in TABLES]
    for each in TABLES:
        rows = len(mini.tables[each.name])
        assert f"| [{each.name}](#{each.name}) | {rows:,} | {each.description} |" in text
        assert f"File `{each.file}`, key ({', '.join(each.key)})" in parts[each.name]
        lines = [line for line in parts[each.name].split("\n") if line.startswith("| `")]
        for column, line in zip(each.columns, lines, strict=True):
            name, kind, required, meaning = (cell.strip() for cell in line.strip("|").split("|"))
            assert name == f"`{column.name}`"
            assert required == ("yes" if column.required else "")
            assert meaning.startswith(column.description)
            words = re.findall(r"`(\w[\w.-]*)`", meaning.removeprefix(column.description))
            assert words == list(column.words)
            assert (f"[{column.target}](#{column.target})" in kind) == bool(column.target)
            assert (f"({column.unit})" in kind) == bool(column.unit)
    assert "(pairing_id, source_id, locator) is unique too." in parts["claims"]


def test_descriptions_are_sentences() -> None:
    for thing in [*TABLES, *(column for each in TABLES for column in each.columns)]:
        assert re.fullmatch(r"['A-Z][^|]*\.", thing.description), thing.name
    topic = table("contents").column("topic")
    assert len(topic.words) == len(topic.meanings) == 14
    assert all(re.fullmatch(r"To [^.]*\.", meaning) for meaning in topic.meanings)


# -- for programs -----------------------------------------------------------------------------


def test_the_package_has_every_field_key_and_rule_on_cells(mini: Dataset) -> None:
    resources = data_package(mini)["resources"][: len(TABLES)]
    assert [resource["path"] for resource in resources] == [each.file for each in TABLES]
    fields = {}
    for each, resource in zip(TABLES, resources, strict=True):
        schema = resource["schema"]
        fields[each.name] = {field["name"]: field for field in schema["fields"]}
        assert list(fields[each.name]) == list(each.column_names)
        assert (schema["primaryKey"], schema["missingValues"]) == (list(each.key), [""])
        keys = [(key["fields"][0], key["reference"]["resource"]) for key in schema["foreignKeys"]]
        targets = {column.name: column.target for column in each.columns if column.target}
        assert {column: target or each.name for column, target in keys} == targets
    assert fields["counts"]["value"]["type"] == "number"
    assert fields["counts"]["value"]["constraints"] == {"required": True, "minimum": 0}
    assert fields["events"]["quantity"]["type"] == "integer"
    assert fields["localities"]["longitude"]["constraints"] == {"minimum": -180, "maximum": 180}
    assert fields["localities"]["longitude"]["unit"] == "degree"
    assert fields["claims"]["signed"]["type"] == "string"  # EDTF is no date of Frictionless
    assert fields["pairings"]["id"]["constraints"]["unique"]
    words = table("pairings").column("kind").words
    assert fields["pairings"]["kind"]["constraints"] == {"required": True, "enum": list(words)}
    assert re.fullmatch(fields["claims"]["id"]["constraints"]["pattern"], "c-chi-ma-1")


def test_the_package_says_whose_it_is_and_from_what() -> None:
    package = json.loads((bundled_data() / "datapackage.json").read_text("utf-8"))
    for word in ("id", "description", "keywords", "contributors", "sources", "created"):
        assert package[word]
    licences = {resource["path"]: resource.get("licenses") for resource in package["resources"]}
    flat, *maps = [*licences][len(TABLES) :]
    assert flat == "pairings_flat.csv"
    assert set(maps) == {f"map/{path.name}" for path in bundled_data().glob("map/*.geojson")}
    assert licences["map/border.geojson"][0]["name"] == "other-pd"
    assert errors(bundled_data()) == set()


def test_an_independent_judge_finds_the_same_faults(folder: Path) -> None:
    faults = {
        "pairings.csv": ("district,joint", "county,joint", "constraint-error"),
        "memberships.csv": ("-1,l-cn-van-vi", "-1,l-cn-van-vy", "foreign-key"),
        "events.csv": ("e-phai-lau-trang-nhi-1", "e-chi-ma-ai-diem-1", "primary-key"),
        "counts.csv": (",,277,", ",,many,", "type-error"),
        "aliases.csv": (",zh-Latn,", ",Chinese,", "constraint-error"),
    }
    assert errors(folder) == set()
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:  # sizes would differ, as they should
        resource.pop("bytes", None), resource.pop("hash", None)
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for file, (old, new, _) in faults.items():
        text = (folder / file).read_text("utf-8")
        assert text.count(old) == 1, file
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    assert {(file, kind) for file, (_, _, kind) in faults.items()} <= errors(folder)
    with pytest.raises(DataError) as caught:
        load(folder)
    assert {problem.file for problem in caught.value.problems} == set(faults)


# -- writing ----------------------------------------------------------------------------------


def test_files_out_of_step_are_written_and_named(folder: Path) -> None:
    assert write_generated(folder) == []
    path = folder / "claims.csv"
    header, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([header, *rows[::-1], ""]), encoding="utf-8")
    (folder / "README.md").write_text("", encoding="utf-8")
    assert write_generated(folder) == [path, folder / "README.md"]
    assert path.read_text("utf-8").splitlines() == [header, *rows]
    path = folder / "pairings.csv"
    path.write_text(path.read_text("utf-8").replace("two dates", "2 dates"), encoding="utf-8")
    assert write_generated(folder) == [folder / "README.md", folder / "datapackage.json"]
    for resource in json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_broken_tables_are_left_alone(edited: Edit) -> None:
    folder = edited("claims.csv", "2015-12,,", "2015-13,,")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataError, match="1 error in the data"):
        write_generated(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
