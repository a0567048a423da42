"""The command line, as people and CI call it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import MINIATURE, Edit

from twinstudy import load, read_graph
from twinstudy.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
MINI = str(MINIATURE)


def process(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a process, with more variables in its environment."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **more}
    return subprocess.run([sys.executable, *arguments], cwd=more.get("PWD"), env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip


#: An edit stands for the miniature with it.
BROKEN = ("claims.csv", "2015-12,,", "2015-13,,")
WRONG = "claims.csv:2: signed: '2015-13' has no month 13; write a month from 01 to 12\n"


@pytest.mark.parametrize(
    "case",
    [
        (["info", MINI], 0, f"twinstudy {load(MINIATURE).version}\n\nAgreed pairings by Viet", ""),
        (["info", BROKEN], 1, "", f"twinstudy: 1 error in the data:\n{WRONG}"),
        (["check", MINI], 0, "no problems\n", ""),
        (["check", MINI, "--format", "json"], 0, "[]\n", ""),
        (["check", BROKEN], 1, WRONG, ""),
        (["check", ("pairings.csv", "Two sources", "=Two sources")], 0,
         "pairings.csv:3: warning: note: ", ""),
        (["check", "none"], 2, "", "twinstudy: `path` is 'none', which is no folder;"),
        (["show", "l-vn-trang-vi", "--data", MINI], 0, "Tràng Vĩ (thôn), VN village\nl-vn-t", ""),
        (["show", "thôn Tràng Vỹ", "--data", MINI], 0, "Tràng Vĩ (thôn), VN village\nl-vn-t", ""),
        (["show", "Phai Lao", "--data", MINI], 1, "",
         "twinstudy: no place or pairing is called 'Phai Lao'; close to it: Phai L"),
        (["diff", MINI, MINI], 0, "no difference\n", ""),
        (["diff", MINI, ("pairings.csv", "Two sources", "The sources")], 1,
         "pairings\n  ~ p-phai-lau-trang-nhi: note\n", ""),
        (["diff", MINI, "none"], 2, "", "twinstudy: `path` is 'none', which is no folder;"),
        (["export", "graphml", "graph.json"], 2, "",
         "twinstudy: FILE is 'graph.json'; a file of format graphml ends in .graphml\n"),
        (["export", "hif", "graph.json"], 2, "",
         "twinstudy: FILE is 'graph.json'; a file of format hif ends in .hif.json\n"),
        (["export", "json", "ties.json", "--at", "2014~"], 2, "",
         "twinstudy: `at` is '2014~'; give one date without ~ or ?"),
        (["export", "csv", "none/ties.csv"], 2, "", "twinstudy: [Errno 2] the folder is not there"),
        (["export", "json", "none/ties.json"], 2, "",
         "twinstudy: `path` is 'none/ties.json', and 'none' is no folder; make it"),
        (["run"], 2, "", "twinstudy: 'FOLDER' is not inside the twinstudy repository, which holds"),
        ([], 2, "usage: twinstudy", ""),
    ],
)  # fmt: skip
def test_every_command_has_an_exit_code_and_a_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    edited: Edit,
    case: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    words, code, *texts = case
    assert main([str(edited(*word)) if isinstance(word, tuple) else word for word in words]) == code
    for found, wanted in zip(capsys.readouterr(), texts, strict=True):
        assert found.startswith(wanted.replace("FOLDER", str(Path.cwd())))
        assert bool(found) == bool(wanted)


def test_info_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    main(["info"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split()[0] == "province"
    assert f"pairings     {len(load().pairings):>9} rows" in lines
    assert max(map(len, lines)) < 80


def test_show_tells_of_a_pairing_in_short_or_in_full_and_of_all_places_of_a_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["show", "p-phai-lau-trang-nhi", "--data", MINI]
    assert main(arguments) == main([*arguments, "--full"]) == 0
    short, full = capsys.readouterr().out.split("twinstudy show p-phai-lau-trang-nhi --full\n")
    assert short.startswith("Phai Lầu – Tràng Nhì\np-phai-lau-trang-nhi\n")
    assert "  claim     c-phai-lau-trang-nhi-3\n" in full
    assert main(["show", "thanh thuy", "--data", MINI]) == 0
    assert [block.splitlines()[0] for block in capsys.readouterr().out.split("\n\n")] == [
        "Thanh Thủy (xã), VN commune",
        "Thanh Thủy (đồn biên phòng), VN border post",
    ]


@pytest.mark.parametrize("form", ["graphml", "json", "hif.json", "geojson", "csv", "bib"])
def test_every_form_of_export(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"out.{form}"
    assert main(["export", form.removesuffix(".json"), str(path), "--data", MINI]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    begin = {"geojson": "{", "csv": "pairing_id,", "bib": "@misc{s-agency-2021-05,"}
    if form in begin:
        assert path.read_text("utf-8").startswith(begin[form])
    else:
        assert "p-chi-ma-ai-diem" in read_graph(path)


def test_export_of_ties_at_a_date(tmp_path: Path) -> None:
    ties = []
    for at in ("2012", "2020"):
        path = str(tmp_path / f"{at}.json")
        main(["export", "json", path, "--graph", "locality", "--at", at, "--data", MINI])
        ties.append(read_graph(path).number_of_edges())
    assert ties == [1, 7]


@pytest.mark.parametrize("command", ["info", "check", "show", "diff", "export", "run"])
def test_help_gives_examples_and_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert f"examples:\n  twinstudy {command}" in out
    assert "exit codes: 0 all is well; 1 " in out
    assert max(map(len, out.splitlines())) < 80
    main([])
    assert f"\n    {command} " in capsys.readouterr().out


def test_a_mistyped_word_is_answered_by_the_words_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["export", "geojsn", "a"])
    error = capsys.readouterr().err
    assert "'geojsn'" in error
    assert "geojson" in error


# -- as processes ------------------------------------------------------------------------------


def test_a_terminal_without_vietnamese_letters_stops_nothing(edited: Edit) -> None:
    done = process("-m", "twinstudy", "show", "l-vn-phai-lau", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Phai L\\u1ea7u")
    folder = str(edited("claims.csv", "2015-12,,", "năm 𠀀,,"))
    done = process("-m", "twinstudy", "check", folder, "--format", "json", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    [problem] = json.loads(done.stdout)
    assert problem.pop("message").startswith("'năm 𠀀' is not a date")
    assert problem == {"file": "claims.csv", "line": 2, "column": "signed", "value": "năm 𠀀",
                       "severity": "error", "count": 1}  # fmt: skip


def test_code_beside_the_data_is_not_run(tmp_path: Path) -> None:
    for name in ("pandas", "json", "csv", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this was run')")
    done = process("-m", "twinstudy", "check", MINI, PWD=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "no problems\n", "")


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    heavy = '{"numpy", "pandas", "nbclient", "networkx"} & set(sys.modules)'
    code = f"import sys, twinstudy.__main__ as m; m.main([]); sys.exit(str({heavy} or 0))"
    done = process("-c", code)
    assert (done.returncode, done.stderr) == (1, "0\n")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize("end", ["| true", ">&-"])
def test_a_closed_pipe_is_no_error(end: str) -> None:
    command = f"set -o pipefail; {sys.executable} -m twinstudy info {end}"
    done = process(
        "-c", f"import subprocess as s; raise SystemExit(s.call(['bash', '-c', {command!r}]))"
    )
    assert (done.returncode, done.stderr) == (0, "")
