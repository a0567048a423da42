"""What all figures share: the user's settings, text from data, fonts, saving, same bytes."""

import itertools
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from artists import tied
from conftest import MINIATURE
from matplotlib import font_manager
from matplotlib.lines import Line2D
from nbclient import NotebookClient

import twinstudy as ts
from twinstudy.errors import ArgumentError
from twinstudy.figures import style

SRC = Path(ts.__file__).parents[1]
ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
import twinstudy as ts
data = ts.load(sys.argv[1])
figures = {
    "map": ts.plot_map(data), "kinds": ts.plot_map(data, by_kind=True),
    "coverage": ts.plot_coverage(data), "density": ts.plot_density(data),
    "timeline": ts.plot_timeline(data), "provinces": ts.plot_timeline(data, by="province"),
    "signings": ts.plot_signings(data), "pairings": ts.plot_pairings(data),
    "contents": ts.plot_contents(data),
}
for name, axes in figures.items():
    ts.save_figure(axes, f"{sys.argv[2]}/{name}")
    ts.save_figure(axes, f"{sys.argv[2]}/{name}.pdf")
"""


def test_figures_have_the_same_bytes_whatever_the_seed_and_the_users_settings(tmp_path):
    users = "axes.grid: True\npatch.linewidth: 3\nfont.size: 20\nlines.linewidth: 4\ntext.usetex: True\n"
    folders = []
    for seed, settings in (("1", ""), ("2", users + "savefig.dpi: 30\nsvg.fonttype: path\n")):
        folder = tmp_path / seed
        (folder / "out").mkdir(parents=True)
        (folder / "matplotlibrc").write_text(settings)
        environment = os.environ | {
            "PYTHONHASHSEED": seed, "PYTHONPATH": str(SRC), "MPLBACKEND": "agg",
            "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        }  # fmt: skip
        command = [sys.executable, "-W", "error", "-c", SCRIPT, str(MINIATURE), "out"]
        subprocess.run(command, env=environment, check=True, capture_output=True, cwd=folder)
        files = sorted((folder / "out").iterdir())
        folders.append({path.name: path.read_bytes() for path in files})
    assert len(folders[0]) == 27
    assert [name for name, data in folders[0].items() if folders[1][name] != data] == []


def test_settings_of_the_user_are_left_as_they_were(mini, tmp_path):
    with plt.style.context("ggplot"):
        before = dict(mpl.rcParams)
        ts.save_figure(ts.plot_timeline(mini), tmp_path / "x")
        assert dict(mpl.rcParams) == before


def test_text_of_data_is_never_mathematics(tmp_path):
    folder = shutil.copytree(MINIATURE, tmp_path / "dollars")
    for path in (folder / "localities.csv", folder / "aliases.csv"):
        text = path.read_text(encoding="utf-8")
        text = text.replace("Thiên Bảo", "Thiên $^$ Bảo").replace("Chi Ma", "Chi $x^2$ Ma")
        text = text.replace("Quảng Ninh", "Quảng $^$ Ninh").replace("Tianbao", "Tian $^$ bao")
        path.write_text(text, encoding="utf-8", newline="")
    dollars = ts.load(folder)
    for name in ("map", "pairings", "signings", "timeline", "contents", "coverage"):
        more = {"by": "province"} if name == "timeline" else {}
        for names in ("international", "vi"):
            title = "from $^$ to $^$"
            axes = getattr(ts, f"plot_{name}")(dollars, names=names, title=title, **more)
            ts.save_figure(axes, tmp_path / f"{name}-{names}")
            plt.close(axes.figure)
    assert "Chi $x^2$ Ma" in (tmp_path / "pairings-vi.svg").read_text(encoding="utf-8")


def test_a_font_that_is_missing_is_named_once(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "_FALLBACKS", ("No Such Font",))
    village = ts.restrict(ts.load(), kind="village")
    chinese = tied(["河口", "龙州"], ["Lào Cai", "Cao Bằng"])
    for draw in (lambda: ts.plot_map(village, names="zh"), lambda: ts.plot_pairings(chinese)):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            ts.save_figure(draw(), tmp_path / "x")
        assert len(said) == 1
    assert "for 4 letters of the names" in str(said[0].message)
    assert "install the font Noto Sans CJK (on Debian: fonts-noto-cjk)" in str(said[0].message)
    assert "河口" in (tmp_path / "x.svg").read_text(encoding="utf-8")


def test_an_installed_font_stands_in_for_letters_that_are_missing(tmp_path, monkeypatch):
    common = font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap()
    other = font_manager.get_font(font_manager.findfont("STIXGeneral")).get_charmap()
    letter = chr(min(code for code in set(other) - set(common) if chr(code).isalpha()))
    monkeypatch.setattr(style, "_FALLBACKS", ("No Such Font", "STIXGeneral"))
    data = tied([f"Alder {letter}"], ["Brook"])
    ts.save_figure(ts.plot_pairings(data), tmp_path / "x")  # a warning would be an error


def test_files_carry_title_and_origin_and_text_as_text(mini, tmp_path):
    axes = ts.plot_coverage(mini, title="Only Hà Giang is near full")
    assert ts.save_figure(axes, tmp_path / "two", origin="01-coverage, cell map") is None
    svg = (tmp_path / "two.svg").read_text(encoding="utf-8")
    title = "<dc:title>Only Hà Giang is near full</dc:title>"
    for each in (title, "twinstudy: 01-coverage, cell map", ">Hà Giang</text>"):
        assert each in svg
    assert "dc:date" not in svg
    assert b"twinstudy: 01-coverage, cell map" in (tmp_path / "two.png").read_bytes()
    assert ts.save_figure(axes.figure, tmp_path / "one.pdf") == tmp_path / "one.pdf"


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("figure", [Line2D([0], [0])], "in no figure any more; give what a plot returns"),
        ("figure", ["x.svg"], "of type str; give a figure, or the axes"),
        ("figure", [pd.DataFrame()], "of type DataFrame; give a figure"),
        ("path", ["x.gif"], "'x.gif'; let it end in one of .svg, .png, .pdf, or in none"),
        ("path", ["none/x.svg"], "'none/x.svg', in a folder that does not exist; make it"),
        ("path", [None, 5, b"x", "", "x\0.svg", "\ud800.svg"], ".*; give the path of a file"),
        ("dpi", [0, -5, True, 1e6, np.inf, np.nan], ".*; give dots per inch, from 10 to 1200$"),
        ("dpi", [pd.NA, pd.Series([True]), "yes"], "of type .*; give a number of dots per inch"),
        ("origin", [5], "of type int; give a text"),
    ],
)
def test_what_cannot_be_saved_is_answered(tmp_path, monkeypatch, name, values, message):
    monkeypatch.chdir(tmp_path)
    for value in values:
        with pytest.raises(ArgumentError, match=f"^`{name}` is {message}"):
            ts.save_figure(**{"figure": plt.figure(), "path": "x.png", name: value})
    assert list(tmp_path.iterdir()) == []


def test_kinds_that_touch_have_colours_that_colour_blind_readers_can_tell_apart():
    blind = np.array(  # deuteranopia: Machado, Oliveira and Fernandes 2009
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    )  # fmt: skip
    for kinds in itertools.combinations(style.MARKERS, 2):
        colours = (np.array(mpl.colors.to_rgb(style.COLOURS[kind])) for kind in kinds)
        one, other = (np.clip(blind @ colour**2.2, 0, 1) ** (1 / 2.2) for colour in colours)
        assert np.abs(one - other).max() > 0.15, kinds


def test_every_call_of_the_gallery_shows_a_picture_in_a_fresh_kernel():
    text = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in text.split("```python\n")[1:]]
    cells = [nbformat.v4.new_code_cell(block) for block in blocks]
    notebook = nbformat.v4.new_notebook(cells=cells)
    environment = os.environ | {"PYTHONPATH": str(SRC)}
    environment.pop("MPLBACKEND", None)
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute(env=environment)
    assert len(cells) >= 9
    for cell in cells[1:]:
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert "image/png" in kinds, cell.source
