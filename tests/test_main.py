"""The command line, as people and CI call it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twinstudy import load, read_graph
from twinstudy.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
MINIATURE = ROOT / "tests" / "miniature"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken, data"
    shutil.copytree(MINIATURE, folder)
    claims = folder / "claims.csv"
    claims.write_text(claims.read_text(encoding="utf-8").replace("2015-12", "2015-13"), "utf-8")
    return folder


def test_info_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "info", str(MINIATURE))
    assert code == 0
    assert out.splitlines()[0] == f"twinstudy {load(MINIATURE).version}"
    assert out.splitlines()[3].split()[0] == "province"
    assert "pairings             6 rows" in out
    assert max(map(len, out.splitlines())) < 80


def test_check_of_sound_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", str(MINIATURE)) == (0, "no problems\n", "")
    assert run(capsys, "check", str(MINIATURE), "--format", "json") == (0, "[]\n", "")


def test_check_names_every_problem(capsys: pytest.CaptureFixture[str], broken: Path) -> None:
    code, out, _ = run(capsys, "check", str(broken))
    assert code == 1
    assert out == ("claims.csv:2: signed: '2015-13' has no month 13; write a month from 01 to 12\n")
    code, out, _ = run(capsys, "check", str(broken), "--format", "json")
    assert code == 1
    [problem] = json.loads(out)
    assert problem | {"message": ""} == {
        "file": "claims.csv",
        "line": 2,
        "column": "signed",
        "value": "2015-13",
        "message": "",
        "severity": "error",
        "count": 1,
    }


def test_warnings_are_shown_and_do_not_count(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(MINIATURE, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "pairings.csv"
    path.write_text(path.read_text("utf-8").replace("Two sources", "=Two sources"), "utf-8")
    code, out, _ = run(capsys, "check", str(tmp_path))
    assert code == 0
    assert out.startswith("pairings.csv:3: warning: note: ")


def test_a_folder_that_is_none_could_not_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "no-such-folder")
    assert (code, out) == (2, "")
    assert err.startswith("twinstudy: `path` is 'no-such-folder', which is no folder;")


def test_bad_data_are_told_by_every_command(
    capsys: pytest.CaptureFixture[str], broken: Path
) -> None:
    code, out, err = run(capsys, "info", str(broken))
    assert (code, out) == (1, "")
    assert err.startswith("twinstudy: 1 error in the data:\nclaims.csv:2: signed:")


def test_show_tells_of_a_pairing_in_short_or_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["show", "p-phai-lau-trang-nhi", "--data", str(MINIATURE)]
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert out.startswith("Phai Lầu – Tràng Nhì\np-phai-lau-trang-nhi\n")
    assert out.endswith("  more      twinstudy show p-phai-lau-trang-nhi --full\n")
    code, full, _ = run(capsys, *arguments, "--full")
    assert code == 0
    assert "  claim     c-phai-lau-trang-nhi-3\n" in full


@pytest.mark.parametrize("name", ["l-vn-trang-vi", "trang vi", "Tràng Vỹ", "thôn Tràng Vĩ"])
def test_show_finds_a_place_however_it_is_written(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, out, _ = run(capsys, "show", name, "--data", str(MINIATURE))
    assert code == 0
    assert out.startswith("Tràng Vĩ (thôn), VN village\nl-vn-trang-vi\n")


def test_show_tells_all_places_of_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "show", "thanh thuy", "--data", str(MINIATURE))
    assert code == 0
    assert [block.splitlines()[0] for block in out.split("\n\n")] == [
        "Thanh Thủy (xã), VN commune",
        "Thanh Thủy (đồn biên phòng), VN border post",
    ]


def test_show_of_an_unknown_name_offers_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "show", "Phai Lao", "--data", str(MINIATURE))
    assert (code, out) == (1, "")
    assert err.startswith(
        "twinstudy: no place or pairing is called 'Phai Lao'; close to it: Phai L"
    )


@pytest.mark.parametrize(("form", "suffix"), [("graphml", "graphml"), ("hif", "hif.json")])
def test_export_of_graphs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str, suffix: str
) -> None:
    path = tmp_path / f"graph.{suffix}"
    code, out, _ = run(capsys, "export", form, str(path), "--data", str(MINIATURE))
    assert (code, out) == (0, f"wrote {path}\n")
    assert "p-chi-ma-ai-diem" in read_graph(path)


def test_export_of_ties_at_a_date(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "ties.geojson"
    arguments = ["--graph", "locality", "--at", "2014", "--data", str(MINIATURE)]
    assert run(capsys, "export", "geojson", str(path), *arguments)[0] == 0
    assert json.loads(path.read_text("utf-8"))["type"] == "FeatureCollection"


def test_export_of_the_flat_table_and_of_the_sources(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for form, first in (("csv", "pairing_id,"), ("bib", "@misc{s-agency-2021-05,")):
        path = tmp_path / f"out.{form}"
        assert run(capsys, "export", form, str(path), "--data", str(MINIATURE))[0] == 0
        assert path.read_text("utf-8").startswith(first)


def test_diff_names_what_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = shutil.copytree(MINIATURE, tmp_path / "new")
    assert run(capsys, "diff", str(MINIATURE), str(folder)) == (0, "no difference\n", "")
    path = folder / "pairings.csv"
    path.write_text(path.read_text("utf-8").replace("Two sources", "The sources"), "utf-8")
    code, out, _ = run(capsys, "diff", str(MINIATURE), str(folder))
    assert (code, out) == (1, "pairings\n  ~ p-phai-lau-trang-nhi: note\n")
    assert run(capsys, "diff", str(MINIATURE), "nowhere")[0] == 2


def test_json_is_json_in_any_locale(broken: Path) -> None:
    claims = broken / "claims.csv"
    claims.write_text(claims.read_text("utf-8").replace("2015-13", "năm 𠀀"), "utf-8")
    command = [sys.executable, "-m", "twinstudy", "check", str(broken), "--format", "json"]
    done = subprocess.run(command, env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["value"] == "năm 𠀀"


def test_code_beside_the_data_is_not_run(tmp_path: Path) -> None:
    for name in ("pandas", "json", "csv", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this was run')")
    done = subprocess.run([sys.executable, "-m", "twinstudy", "check", str(MINIATURE)],
                          env=ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "no problems\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("graphml", "graph.json"),
            "FILE is 'graph.json'; a file of format graphml ends in .graphml",
        ),
        (("json", "ties.json", "--at", "2014~"), "`at` is '2014~'; give one date without ~ or ?"),
        (
            ("json", "none/ties.json"),
            "`path` is 'none/ties.json', and 'none' is no folder; make it",
        ),
    ],
)
def test_an_export_that_cannot_be(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "export", *arguments, "--data", str(MINIATURE))
    assert (code, out) == (2, "")
    assert err.startswith(f"twinstudy: {message}")


def test_run_outside_of_the_repository_says_what_it_needs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "run")
    assert code == 2
    assert "is not inside the twinstudy repository, which holds the notebooks; clone" in err


@pytest.mark.parametrize("command", ["info", "check", "show", "diff", "export", "run"])
def test_help_gives_examples_and_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert f"examples:\n  twinstudy {command}" in out
    assert "exit codes: 0 all is well; 1 " in out
    assert max(map(len, out.splitlines())) < 80


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys)
    assert code == 2
    assert all(f"\n    {name} " in out for name in ("info", "check", "show", "diff", "export"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["exprot"], "'exprot' is none of info, check, show, diff, export, run; did you mean exp"),
        (["xyz"], "'xyz' is none of info, check, show, diff, export, run\n"),
        (["export", "geojsn", "a"], "'geojsn' is none of graphml, json, hif, geojson, csv, bib; d"),
    ],
)
def test_a_mistyped_word_is_named_with_the_nearest(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    code = """
import sys
from twinstudy.__main__ import main
try:
    main(["--help"])
except SystemExit:
    print(sorted({"numpy", "pandas", "jinja2", "nbclient", "networkx"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("end", ["| true", ">&-"])
def test_a_closed_pipe_is_no_error(end: str) -> None:
    command = f"{sys.executable} -m twinstudy info {end}"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=ENVIRONMENT,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_vietnamese_letters_stops_nothing() -> None:
    command = [sys.executable, "-m", "twinstudy", "show", "l-vn-phai-lau"]
    done = subprocess.run(command, env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Phai L\\u1ea7u")
