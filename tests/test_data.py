"""The data that come with the package: sound, canonical, not shrinking, and right where checked."""

import json
import re
import unicodedata
from collections import Counter

import pandas as pd
import pytest
from make_files import data_dictionary, data_package

import twinstudy as ts
from twinstudy.dates import date_bounds
from twinstudy.records.folding import fold_name
from twinstudy.tables.files import bundled_data, csv_bytes, text_tables
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, TABLES

DATASET = ts.load()
FOLDER = bundled_data()
PAIRINGS = ts.consolidate(DATASET).set_index("pairing_id")
PLACES = DATASET.localities.set_index("id")
NAME, LEVEL, POSITION = PLACES["name"], PLACES["level"], PLACES["position"]
NBS = DATASET.codes.query("system == 'nbs'").set_index("locality_id")["code"]

FLOORS = {"sources": 215, "localities": 248, "aliases": 122, "codes": 238, "containments": 276,
          "successions": 61, "pairings": 69, "claims": 146, "memberships": 319, "contents": 108,
          "events": 59, "counts": 157}  # fmt: skip

#: The province of a place in each of the seven, before and after the reform of 2025.
PROVINCES = {
    "phai-lau": ("Quảng Ninh", "Quảng Ninh"), "chi-ma": ("Lạng Sơn", "Lạng Sơn"),
    "ta-lung-commune": ("Cao Bằng", "Cao Bằng"), "coc-phuong": ("Lào Cai", "Lào Cai"),
    "thanh-thuy-commune": ("Hà Giang", "Tuyên Quang"), "po-to": ("Lai Châu", "Lai Châu"),
    "sin-thau-commune": ("Điện Biên", "Điện Biên"),
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_files_are_canonical_and_no_rows_are_lost(table) -> None:  # type: ignore[no-untyped-def]
    text = text_tables(DATASET.tables)[table.name]
    assert (FOLDER / table.file).read_bytes() == csv_bytes(text)
    assert len(text) >= FLOORS[table.name]


def test_every_kind_and_every_border_province_is_there() -> None:
    assert set(DATASET.pairings["kind"]) == set(KINDS)
    area = ts.ancestors(DATASET, level="province", at="2025-06-30")
    home = ts.members(DATASET).query("side == 'VN'")["locality_id"].map(area).map(NAME)
    assert set(home.dropna()) == {before for before, _ in PROVINCES.values()}


def test_a_roll_up_follows_the_reform() -> None:
    old, new = (ts.ancestors(DATASET, level="province", at=at).map(NAME) for at in ("2014", "2026"))
    keys = {key: f"l-vn-{key}" for key in PROVINCES}
    assert {key: (old[place], new[place]) for key, place in keys.items()} == PROVINCES


def test_the_data_are_sound_and_the_generated_files_in_step() -> None:
    assert ts.check() == []
    assert (FOLDER / "README.md").read_text("utf-8") == data_dictionary(DATASET)
    package = (FOLDER / "datapackage.json").read_text("utf-8")
    assert json.loads(package) == data_package(DATASET)


#: Each number of the five articles that the project began with, read there by hand: of which
#: Vietnamese area, the measure, kind, value and paragraph, and where it is not exact, what it is.
ARTICLES = {
    ("s-thinh-vuong-viet-nam-nd-ket-nghia-quang-ninh", "quang-ninh-province"): [
        ("pairings", "", 7, 7),
    ],
    ("s-lang-son-press-nd-doi-ngoai-nhan-dan", "lang-son-province"): [
        ("border_units", "district", 5, 5), ("border_units", "commune", 21, 5),
        ("border_units", "village", 73, 5), ("twinned", "village", 9, 8),
        ("twinned", "commune", 2, 8), ("twinned", "district", 5, 7),
    ],
    ("s-lang-son-press-nd-doi-ngoai-nhan-dan", "cao-loc-district"): [
        ("twinned", "village", 2, 10), ("twinned", "commune", 2, 10),
        ("border_length", "", 74, 10, "at_least"),
    ],
    ("s-bao-ha-giang-20220704-doi-ngoai", "ha-giang-province"): [
        ("border_length", "", 277, 7, "at_least"), ("pairings", "commune", 14, 11),
        ("twinned", "commune", 34, 11), ("border_units", "commune", 34, 11),
        ("twinned", "commune", 11, 11), ("twinned", "district", 6, 11),
        ("twinned", "border_post", 12, 11), ("border_units", "border_post", 12, 11),
    ],
    ("s-lao-cai-border-guard-nd-doi-ngoai", "lao-cai-province"): [
        ("pairings", "village", 6, 17), ("pairings", "commune", 1, 17),
        ("twinned", "border_post", 8, 8), ("twinned", "border_post", 11, 8),
    ],
}  # fmt: skip
EVENTS = {
    "p-thanh-thuy-post-thien-bao": {
        "letters": 1456, "talks": 322, "political exchanges": 1, "ad-hoc exchanges": 107,
        "calls": 144, "bilateral patrols": 31, "handovers": 384, "people": 2693,
    },
    "p-po-hen-than-san": {"calls": 82, "exchanges": 14, "legal sessions": 4},
}  # fmt: skip


@pytest.mark.parametrize(("source", "area"), ARTICLES)
def test_the_totals_of_the_five_articles_stand_in_counts(source: str, area: str) -> None:
    rows = DATASET.counts.query(f"source_id == @source and area_id == 'l-vn-{area}'")
    columns = rows[["measure", "kind", "value", "locator", "qualifier"]].astype("object").fillna("")
    found = set(columns.itertuples(index=False, name=None))
    for measure, kind, value, paragraph, *qualifier in ARTICLES[source, area]:
        assert (measure, kind, value, f"par. {paragraph}", *(qualifier or ["exact"])) in found


@pytest.mark.parametrize("pairing", EVENTS)
def test_the_quantities_of_the_five_articles_stand_in_events(pairing: str) -> None:
    rows = DATASET.events[DATASET.events["pairing_id"] == pairing]
    assert EVENTS[pairing].items() <= dict(zip(rows["unit"], rows["quantity"], strict=True)).items()


#: What the sources say of pairings: when they were signed, what is a plan or in doubt, that three
#: communes and a town are one pairing, and that a reprint, or a claim on talks only, is no witness.
SAID = {
    "signed": {
        "chi-ma-ai-diem": "2015-12", "po-hen-than-san": "2014-08-26",
        "coc-phuong-tam-binh-ba": "2013-08-17", "trang-vi-van-vi": "2014-03-11",
        "po-to-cua-cai": "2014-09-03", "phuc-hoa-long-chau": "2013-09-04",
        "lang-son-district-sung-ta": "2013", "lao-cai-province-van-nam": "2017-08-14",
        "phai-lau-trang-nhi": "", "na-vang-ban-tat": "", "thanh-thuy-post-thien-bao": "",
    },
    "status": {
        **dict.fromkeys(["hoang-su-phi-ma-quan", "xin-man-ma-quan",
                         "dong-van-district-ma-ly-pho"], "planned"),
        **dict.fromkeys(["u-ma-ma-ni-tan-trai", "dien-bien-muong-khang",
                         "lai-chau-district-kim-binh"], "doubtful"),
        **dict.fromkeys(["lao-cai-province-van-nam", "lang-son-district-sung-ta",
                         "dong-dang-thuong-thach", "mong-cai-phong-thanh-cang"], "agreed"),
    },
    ("signed", "members_a", "members_b", "matching"): {
        "thanh-thuy-minh-tan-thanh-duc-thien-bao": ("2018", 1, 3, "joint"),
    },
    ("claims", "witnesses"): {"lo-co-chin-lao-kha": (2, 1), "po-hen-than-san": (5, 2)},
    ("claims", "witnesses", "reported_by"): {
        "sin-thau-sen-thuong-khuc-thuy": (2, 1, pd.Timestamp("2026-11-22")),
    },
}  # fmt: skip


@pytest.mark.parametrize("columns", SAID)
def test_pairings_are_what_the_sources_say(columns: str | tuple[str, ...]) -> None:
    for key, said in SAID[columns].items():
        row = PAIRINGS.loc[f"p-{key}"].astype("object").fillna("")
        assert (row[columns] if isinstance(columns, str) else tuple(row[[*columns]])) == said, key
    assert (PAIRINGS["witnesses"] <= PAIRINGS["claims"]).all()
    assert PAIRINGS.loc["p-coc-phuong-tam-binh-ba", "witnesses"] >= 8


def test_every_claim_has_a_status_and_three_pairings_are_told_both_ways() -> None:
    claims = DATASET.claims
    assert claims["status"].notna().all()
    told = claims[claims["status"] != "silent"]
    ways = told.groupby("pairing_id")["status"].agg(lambda words: set(words.astype("str")))
    both = [key for key, words in ways.items() if len(words) == 2]
    keys = ["dong-van-district-ma-ly-pho", "muong-khuong-ma-quan", "xin-man-ma-quan"]
    assert sorted(both) == [f"p-{key}" for key in keys]
    assert (claims["status"] == "silent").sum() == 4


def test_every_source_was_read_by_a_day_and_bounded_by_it() -> None:
    sources = DATASET.sources
    assert sources["accessed"].notna().all()
    read = date_bounds(sources["accessed"])["latest"]
    assert read.max() <= pd.Timestamp("2026-11-28")
    published = date_bounds(sources["published"])["latest"]
    assert (published <= read).all()
    lists = sources["kind"].isin(["map", "statistics"])
    assert (sources["read"].isna() == lists).all()
    # What was read is more than an opening.
    for name in ("claims", "events", "counts"):
        assert not DATASET.tables[name]["locator"].str.contains("opening", na=False).any()


def test_lengths_of_before_2009_are_kept_from_those_of_today() -> None:
    counts = DATASET.counts
    assert (counts["value"] > 0).all()
    today = counts[counts["measure"] == "border_length"].set_index("id")
    provinces = PLACES.query("level == 'province' and country == 'VN'").index
    sums = today[today["area_id"].isin(provinces)].groupby("area_id")["value"].min()
    assert sums.sum() == pytest.approx(1449.566, abs=3)
    whole = counts.set_index("id").loc["n-vn-5", "value"]
    chinese = today[today["side"] == "CN"]["value"]
    assert set(chinese.index) == {"n-phong-thanh-cang-prefecture-1", "n-quang-tay-province-5"}
    assert chinese.max() < whole


def test_sources_of_points_have_a_licence_or_say_that_none_is_stated() -> None:
    sources = DATASET.sources.set_index("id")["licence"]
    used = DATASET.localities["position_source_id"].dropna()
    assert set(sources.dropna().index) == set(used)
    assert (used.map(sources) == "none stated").sum() == 59


def test_both_wordings_of_a_letter_of_intent_and_of_a_friendship_stay() -> None:
    claims = ts.trace(DATASET, "p-dong-van-district-ma-ly-pho")
    assert claims["signed"].fillna("").tolist() == ["2025-01", ""]
    events = ts.trace(DATASET, "p-dong-van-district-ma-ly-pho", events=True)
    assert events["kind"].tolist() == ["other"]
    found = ts.conflicts(DATASET).query("pairing_id == 'p-mong-cai-dong-hung'")
    assert {"2015-10-20", "2015-12"} <= set(found["value"])


def test_only_what_a_source_counts_has_a_number() -> None:
    items = DATASET.claims.groupby("pairing_id")["agreement_items"].max()
    assert items[["p-cua-khau-quoc-te-lao-cai-ha-khau", "p-po-hen-than-san"]].tolist() == [11, 6]
    single = DATASET.events[DATASET.events["quantity"] == 1]
    assert single["unit"].tolist() == ["political exchanges"]


def test_a_point_by_inference_is_probable_and_twelve_partners_lie_inland() -> None:
    keys = ["cn-giang-van-commune", "cn-ha-khau-post", "vn-cua-khau-quoc-te-lao-cai-post",
            "vn-lung-po", "vn-phai-lau"]  # fmt: skip
    assert sorted(PLACES.index[POSITION == "probable"]) == [f"l-{key}" for key in keys]
    assert pd.isna(POSITION["l-cn-ai-diem"])  # the gate is the point of the town
    assert (PLACES["at_border"] == "no").sum() == 12


def test_a_name_is_given_where_a_code_and_a_text_support_it() -> None:
    keys = ["l-cn-giang-van-commune", "l-cn-van-vi"]
    assert NBS[keys].tolist() == ["532624205000", "450681101201"]
    assert PLACES.loc[keys, "name_zh"].tolist() == ["杨万", "万尾"]
    assert pd.isna(PLACES.loc["l-cn-trang-nhi", "name_zh"])


def test_a_number_means_a_unit_only_at_its_date_and_binh_xa_was_split() -> None:
    codes = DATASET.codes.query("system == 'gso' and code == '06541'").sort_values("during")
    assert codes["locality_id"].map(NAME).tolist() == ["Yên Khoái", "Mẫu Sơn"]
    assert codes["during"].tolist() == ["../2025-06-30", "2025-07-01/.."]
    rows = DATASET.successions.query("old_id == 'l-vn-binh-xa-commune'")
    assert set(rows["new_id"].map(NAME)) == {"Đình Lập", "Kiên Mộc"}
    assert set(rows["kind"]) == {"split"}


def test_no_two_places_of_a_level_under_one_parent_are_spelt_alike() -> None:
    keys = Counter(
        (row.parent_id, LEVEL[row.child_id], row.during, fold_name(NAME[row.child_id]))
        for row in DATASET.containments.itertuples()
    )
    assert [key for key, number in keys.items() if number > 1] == []


def test_notes_are_short_and_names_have_no_level_word_and_no_loose_accents() -> None:
    notes = [frame["note"].dropna() for frame in DATASET.tables.values() if "note" in frame]
    assert [note for column in notes for note in column if len(note) > 600] == []
    for name in [*NAME, *DATASET.aliases["name"]]:
        assert unicodedata.is_normalized("NFC", name)
    word = re.compile(r"^(xã|phường|huyện|tỉnh|thị trấn|thị xã|thôn) ", re.IGNORECASE)
    assert [name for name in NAME if word.match(name)] == []


@pytest.mark.parametrize("target", ["sources", "localities"])
def test_every_source_and_every_place_is_used(target: str) -> None:
    columns = [(table.name, each) for table in TABLES for each in table.columns]
    used = [DATASET.tables[name][each.name] for name, each in columns if each.target == target]
    assert set(DATASET.tables[target]["id"]) == set(pd.concat(used).dropna())


def test_every_member_lies_in_a_province_before_and_after_the_reform() -> None:
    placed = set(DATASET.memberships["locality_id"])
    for at in ("2025-06-30", "2026"):
        area = ts.ancestors(DATASET, level="province", at=at)
        assert [key for key in sorted(placed) if pd.isna(area[key])] == []


def test_members_are_of_the_level_of_the_kind_or_the_note_says_why() -> None:
    pairings = DATASET.pairings.set_index("id")
    for row in ts.members(DATASET).itertuples():
        wanted = LEVEL_OF_KIND.get(pairings["kind"][row.pairing_id])
        if wanted and LEVEL[row.locality_id] != wanted:
            assert "prefecture" in pairings["note"][row.pairing_id], row.pairing_id


def test_codes_have_the_form_of_their_list_and_chinese_ones_begin_like_that_around() -> None:
    digits = {"province": 2, "district": 3, "commune": 5}
    zeros = {"province": 10, "prefecture": 8, "district": 6, "commune": 3}
    for row in DATASET.codes.itertuples():
        rank = LEVEL[row.locality_id]
        if row.system == "gso":
            assert re.fullmatch(f"[0-9]{{{digits[rank]}}}", row.code), row.locality_id
        if row.system == "nbs":
            assert re.fullmatch("[0-9]{12}", row.code), row.locality_id
            assert row.code.endswith("0" * zeros.get(rank, 0)), row.locality_id
    for row in DATASET.containments.itertuples():
        if row.child_id in NBS and row.parent_id in NBS:
            shared = NBS[row.parent_id][: 12 - zeros[LEVEL[row.parent_id]]]
            assert NBS[row.child_id].startswith(shared), row.child_id


def test_units_end_before_their_successors_begin() -> None:
    exists = date_bounds(PLACES["exists"])
    rows = DATASET.successions
    date = date_bounds(rows["date"])["earliest"].to_numpy()
    ended = exists["latest"][rows["old_id"]].to_numpy()
    begun = exists["earliest"][rows["new_id"]].to_numpy()
    assert (ended < date).all()  # missing, which is "still there", is not
    assert (pd.isna(begun) | (begun == date)).all()


def test_a_written_name_is_no_alias_where_it_is_the_name() -> None:
    for row in DATASET.aliases.itertuples():
        assert row.name not in set(PLACES.loc[row.locality_id, ["name", "name_zh"]]), row.name


def test_what_the_border_shows() -> None:
    """Phục Hòa counts as Quảng Hòa; Lạng Sơn comes before Hà Giang by report, and not by name."""
    day = "2025-06-30"
    districts = ts.coverage(DATASET, kind="district", at=day).set_index(["area", "side"])
    columns = ["certain", "eligible", "reported"]
    assert districts.loc[("Cao Bằng", "VN"), columns[:2]].tolist() == [3, 7]
    assert districts.loc[("Lạng Sơn", "VN"), columns[1:]].tolist() == [5, 5]
    local = ts.density(DATASET, kind=("village", "commune"), at=day).set_index(["basis", "area"])
    for basis, first in (("reported", "Lạng Sơn"), ("named", "Hà Giang")):
        of_two = local.loc[basis].loc[["Lạng Sơn", "Hà Giang"], "upper"]
        assert of_two.idxmax() == first
