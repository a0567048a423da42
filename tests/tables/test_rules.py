"""One broken input per rule, with the full message."""

from pathlib import Path

import pytest
from conftest import Edit

from twinstudy import DataError, check, load
from twinstudy.errors import ArgumentError
from twinstudy.tables.schema import TABLES

#: What is put in the place of what in which file, and the messages.
CASES = {
    "required cell": ("pairings.csv", "p-xin-man-ma-quan,district,joint,", "p-xin-man-ma-quan,district,,",
        "pairings.csv:7: matching: the cell is empty; every row needs one: 'joint': all members of one side with all of the other; 'unspecified': the source lists both sides without saying who is tied to whom"),
    "id pattern": ("events.csv", "e-chi-ma-ai-diem-1", "e-Chi_Ma",
        "events.csv:2: id: 'e-Chi_Ma' has the wrong form; write 'e-' and lower-case ASCII letters and digits joined by single hyphens"),
    "country code": ("localities.csv", "l-vn-phai-lau,VN", "l-vn-phai-lau,vn",
        "localities.csv:16: country: 'vn' has the wrong form; write a two-letter ISO 3166-1 code in capitals",
        "containments.csv:15: parent_id: 'l-vn-quang-ninh-province' lies in another country than its child; correct one of them"),
    "address": ("sources.csv", "https://example.org/g", "example.org/g",
        "sources.csv:4: url: 'example.org/g' has the wrong form; write an address that starts with http:// or https://"),
    "vocabulary": ("pairings.csv", "district,joint", "county,joint",
        "pairings.csv:7: kind: 'county' is not in the vocabulary; use one of village, commune, district, province, border_post, other"),
    "date": ("claims.csv", "2015-12,,", "2015-13,,",
        "claims.csv:2: signed: '2015-13' has no month 13; write a month from 01 to 12"),
    "inverted interval": ("events.csv", "2014/2021", "2021/2014",
        "events.csv:3: date: '2021/2014' ends before it begins; write the earlier date first"),
    "interval without end": ("codes.csv", "02,../2025-06-30", "02,2025-06-30",
        "codes.csv:2: during: '2025-06-30' is not an interval; write A/B, A/.. or ../B"),
    "unbounded interval": ("codes.csv", "02,../2025-06-30", "02,../..",
        "codes.csv:2: during: '../..' has no bound; write at least one date, or leave it out"),
    "whole number": ("claims.csv", "2014-08-26,6,", "2014-08-26,six,",
        "claims.csv:3: agreement_items: 'six' is not a whole number; write digits only"),
    "decimal number": ("counts.csv", ",,277,", ',,"277,5",',
        "counts.csv:4: value: '277,5' is not a plain decimal number; write digits with a point, such as 277.5"),
    "bounds": ("localities.csv", "107.5678,21.6084", "21.6084,107.5678",
        "localities.csv:16: latitude: '107.5678' is out of bounds; write -90 to 90"),
    "minimum": ("events.csv", ",82,calls", ",0,calls",
        "events.csv:3: quantity: '0' is out of bounds; write 1 or more"),
    "spaces": ("localities.csv", "bản,Phai Lầu,", "bản, Phai Lầu,",
        "localities.csv:16: name: ' Phai Lầu' has spaces around it; take them out"),
    "formula": ("pairings.csv", "Two sources give two dates.", "=SUM(A1:A9)",
        "pairings.csv:3: warning: note: '=SUM(A1:A9)' would run as a formula in a spreadsheet; import the file as text"),
    "repeated id": ("events.csv", "e-phai-lau-trang-nhi-1", "e-chi-ma-ai-diem-1",
        "events.csv:3: id: 'e-chi-ma-ai-diem-1' repeats the id of an earlier row; keep one of them, or give this one a key of its own"),
    "repeated key": ("aliases.csv", "zh-Latn,", "zh-Latn,\nl-cn-ma-quan-district,Maguan,vi,",
        "aliases.csv:3: locality_id: 'l-cn-ma-quan-district' repeats the locality_id, name of an earlier row; keep one of them, or give this one a key of its own"),
    "broken reference": ("memberships.csv", "c-trang-vi-van-vi-1,l-vn-trang-vi", "c-trang-vi-van-vi-1,l-vn-trang-vy",
        "memberships.csv:20: locality_id: 'l-vn-trang-vy' is not in localities.csv; nearest: 'l-vn-trang-vi'"),
    "broken reference without a near key": ("aliases.csv", "l-cn-ma-quan-district", "x",
        "aliases.csv:2: locality_id: 'x' is not in localities.csv; add the row, or correct the key"),
    "reprint of a reprint": ("sources.csv", "https://example.org/a,,", "https://example.org/a,s-news-nd,",
        "sources.csv:3: original_source_id: 's-agency-2021-05' has an original itself, or is this row; name the first report"),
    "half a point": ("localities.csv", "107.5678,21.6084", "107.5678,",
        "localities.csv:16: longitude: a point needs longitude and latitude; give both or neither",
        "localities.csv:16: position: longitude, latitude and position go together; say how well the point is known"),
    "point of unknown quality": ("localities.csv", "21.6084,probable,", "21.6084,,",
        "localities.csv:16: position: longitude, latitude and position go together; say how well the point is known",
        "localities.csv:16: position_source_id: a source of a point needs the point; give both or neither"),
    "parent of the same level": ("containments.csv", "l-vn-phai-lau,l-vn-quang-ninh-province", "l-vn-phai-lau,l-vn-chi-ma",
        "containments.csv:15: parent_id: 'l-vn-chi-ma' is not of a higher level than its child; the levels are, from the top, country, province, prefecture, district, commune, village, border_post"),
    "two parents on one day": ("containments.csv", "l-vn-phai-lau,l-vn-quang-ninh-province,,", "l-vn-phai-lau,l-vn-lang-son-province,2020-06-30/..,\nl-vn-phai-lau,l-vn-quang-ninh-province,../2020-06-30,",
        "containments.csv:15: during: '2020-06-30/..' overlaps with the time of another parent of the same level; end one of the two before the other begins"),
    "one code for two places on one day": ("codes.csv", "00928,../2026", "00928,../2026\nl-vn-xin-man-district,gso,02,2025-06-30/..",
        "codes.csv:4: during: '2025-06-30/..' overlaps with another row of the same system and code; end one of the two before the other begins"),
    "circle of three successors": ("successions.csv", "merge,s-stat-2020", "merge,\nl-vn-tuyen-quang-province,l-vn-quang-ninh-province,2026,merge,\nl-vn-quang-ninh-province,l-vn-ha-giang-province,2027,merge,",
        "successions.csv:2: old_id: 'l-vn-ha-giang-province' becomes its own successor; take one step of the circle out",
        "successions.csv:3: old_id: 'l-vn-tuyen-quang-province' becomes its own successor; take one step of the circle out",
        "successions.csv:4: old_id: 'l-vn-quang-ninh-province' becomes its own successor; take one step of the circle out"),
    "claim without members": ("claims.csv", "c-xin-man-ma-quan-1,", "c-xin-man-ma-quan-0,p-xin-man-ma-quan,s-news-2022,par. 1,,,,,\nc-xin-man-ma-quan-1,",
        "claims.csv:10: id: 'c-xin-man-ma-quan-0' names no member; add its rows to memberships.csv"),
    "pairing without claims": ("pairings.csv", "p-xin-man-ma-quan,", "p-nobody,other,joint,agreed,\np-xin-man-ma-quan,",
        "pairings.csv:7: id: 'p-nobody' has no claim; add one, or take the pairing out"),
    "one side": ("memberships.csv", "c-trang-vi-van-vi-1,l-cn-van-vi,Vạn Vĩ\n", "",
        "pairings.csv:6: id: the members of 'p-trang-vi-van-vi' do not make two sides; name members of two countries, or exactly two of one"),
    "quantity without unit": ("events.csv", ",82,calls", ",82,",
        "events.csv:3: quantity: quantity and unit go together; give both or neither"),
    "kind of a count": ("counts.csv", "border_length,,,277", "border_length,commune,,277",
        "counts.csv:4: kind: 'commune' does not fit border_length; leave it empty"),
    "level of a count": ("counts.csv", "border_units,village", "border_units,other",
        "counts.csv:5: kind: 'other' does not fit border_units; use one of country, province, prefecture, district, commune, village, border_post"),
    "side of pairings": ("counts.csv", "pairings,village,,25", "pairings,village,VN,25",
        "counts.csv:7: side: 'VN' does not fit pairings, which have two sides; leave it empty"),
    "units without side": ("counts.csv", "border_units,village,VN", "border_units,village,",
        "counts.csv:5: side: the units stand on one side; give the country code of it"),
    "part of a unit": ("counts.csv", "VN,73,", "VN,73.5,",
        "counts.csv:5: value: '73.5' is no whole number of units; correct it"),
    "signed on the day after publication": ("claims.csv", "par. 6,2018,,", "par. 6,2022-07-05,,",
        "claims.csv:7: signed: '2022-07-05' is later than the publication of its source; correct one of the two dates"),
    "nothing stated": ("contents.csv", "deepen friendship", "",
        "contents.csv:5: stated: the cell is empty; every row needs one: what is to be done, in our own words"),
    "long statement": ("contents.csv", "deepen friendship", "x" * 101,
        f"contents.csv:5: stated: '{'x' * 99}…' has the wrong form; write at most 100 characters, in your own words"),
    "aim in plain words": ("contents.csv", "aim,implied", "aim,explicit",
        "contents.csv:5: certainty: 'explicit' does not fit an aim, from which contents follow only; write implied"),
    "whole list without contents": ("claims.csv", "2015-12,,,", "2015-12,4,whole,",
        "claims.csv:2: list: 'whole' needs rows of this claim in contents.csv; add them, or write counted"),
    "counted although told": ("claims.csv", "2014-08-26,6,part", "2014-08-26,6,counted",
        "claims.csv:3: list: 'counted' does not fit a claim with rows in contents.csv; write whole or part"),
    "counted without a number": ("claims.csv", "2015,7,counted", "2015,,counted",
        "claims.csv:5: list: 'counted' needs the number in agreement_items; give it, or leave this empty"),
    "a number without a word on the list": ("claims.csv", "2015,7,counted", "2015,7,",
        "claims.csv:5: warning: list: the claim counts contents and has none in contents.csv; add them, or write counted where the source lists none"),
    "long id": ("events.csv", "e-phai-lau-trang-nhi-1", "e-" + "x" * 99,
        f"events.csv:3: id: 'e-{'x' * 97}…' is longer than 100 characters; shorten it"),
    "two codes of a place on one day": ("codes.csv", "00928,../2026", "00928,../2026\nl-vn-thanh-thuy-commune,gso,1,2026-12-31/..",
        "codes.csv:4: during: '2026-12-31/..' overlaps with another row of the same system and locality; end one of the two before the other begins"),
    "read before it was published": ("sources.csv", "2022-07-04,vi,https://example.org/n,,", "2022-07-04,vi,https://example.org/n,,2022-07-03",
        "sources.csv:5: accessed: '2022-07-03' is earlier than the publication; correct one of the two dates"),
    "source of an empty cell": ("localities.csv", "l-cn-ai-diem,CN,village,社区,Ái Điểm,爱店社区,,,,,,,", "l-cn-ai-diem,CN,village,社区,Ái Điểm,爱店社区,,,,,,,s-stat-2020",
        "localities.csv:3: at_border_source_id: 's-stat-2020' is the source of an empty cell; write yes or no into at_border, or take it out"),
    "length away from the border": ("localities.csv", "104.9784,22.8026,approximate,s-stat-2020,", "104.9784,22.8026,approximate,s-stat-2020,no",
        "counts.csv:2: area_id: 'l-vn-ha-giang-province' is said not to touch the border; correct its at_border in localities, or the count",
        "counts.csv:4: area_id: 'l-vn-ha-giang-province' is said not to touch the border; correct its at_border in localities, or the count"),
    "agreed by no claim": ("claims.csv", "2013~,,,", "2013~,,,planned",
        "pairings.csv:6: status: every claim on this pairing says planned; write planned, or correct a claim"),
    "a year of two digits": ("claims.csv", "2013~,", "0085,",
        "claims.csv: warning: signed: 1 of 6 dates lie before the year 800, such as 0085; write years with four digits"),
    "an interval that is start and end": ("claims.csv", "2013~,", "1992/2013,",
        "claims.csv: warning: signed: 1 of 6 dates span more than ten years, such as 1992/2013; an interval is signed within: give beginnings alone"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_rule_has_its_message(edited: Edit, case: str) -> None:
    edit = list(CASES[case])
    assert [str(problem) for problem in check(edited(*edit[:3]))] == edit[3:]


_PARENT, _CODE = "l-vn-phai-lau,l-vn-quang-ninh-province,,", "l-vn-ha-giang-province,gso,02,"
_OTHER_PARENT, _REFORM = "l-vn-phai-lau,l-vn-lang-son-province", "l-vn-tuyen-quang-province"
_MEMBER = "c-trang-vi-van-vi-1,l-cn-van-vi,Vạn Vĩ"
_ITEMS = "2014-08-26,6,part"
#: Edits at the edge of a rule, with file and line of what is refused.
EDGES = {
    "two parents on two days": ("containments.csv", _PARENT, f"{_OTHER_PARENT},2020-07-01/..,\n{_PARENT[:-1]}../2020-06-30,"),
    "two parents without a time": ("containments.csv", _PARENT, f"{_OTHER_PARENT},,\n{_PARENT}", "containments.csv:16"),
    "a short time within a long one": ("containments.csv", _PARENT, f"{_OTHER_PARENT},2001/2002,\nl-vn-phai-lau,l-vn-ha-giang-province,2003/..,\n{_PARENT[:-1]}../2005,", "containments.csv:15", "containments.csv:16"),
    "one code for two places on two days": ("codes.csv", _CODE, f"l-vn-xin-man-district,gso,02,2025-07-01/..\n{_CODE}"),
    "two codes of a place on two days": ("codes.csv", _CODE, f"l-vn-ha-giang-province,gso,99,2025-07-01/..\n{_CODE}"),
    "three members of one country": ("memberships.csv", _MEMBER, "c-trang-vi-van-vi-1,l-vn-phai-lau,A\nc-trang-vi-van-vi-1,l-vn-chi-ma,B", "pairings.csv:6"),
    "two members of one country": ("memberships.csv", _MEMBER, "c-trang-vi-van-vi-1,l-vn-phai-lau,A"),
    "a chain of two reforms": ("successions.csv", "merge,s-stat-2020", f"merge,\n{_REFORM},l-vn-quang-ninh-province,2026,merge,"),
    "a point at the upper bounds": ("localities.csv", "107.5678,21.6084", "180,90"),
    "a point at the lower bounds": ("localities.csv", "107.5678,21.6084", "-180,-90"),
    "a point just above": ("localities.csv", "107.5678,21.6084", "180.1,90.1", "localities.csv:16", "localities.csv:16"),
    "an id of 100 letters": ("events.csv", "e-chi-ma-ai-diem-1", f"e-{'x' * 98}"),
    "signed on the day of publication": ("claims.csv", "par. 6,2018,,", "par. 6,2022-07-04,,"),
    "a planned pairing signed later": ("claims.csv", "s-gov-2023,par. 3,,", "s-gov-2023,par. 3,2024,"),
    "a claim on a plan signed later": ("claims.csv", "par. 9,2015,7,counted,,", "par. 9,2024,7,counted,planned,"),
    "read on the day of publication": ("sources.csv", "2022-07-04,vi,https://example.org/n,,", "2022-07-04,vi,https://example.org/n,,2022-07-04"),
    "fewer items than rows": ("claims.csv", _ITEMS, "2014-08-26,1,whole"),
    "more items than rows": ("claims.csv", _ITEMS, "2014-08-26,6,whole"),
    "one claim of two on a plan": ("claims.csv", "par. 9,2015,7,counted,,", "par. 9,2015,7,counted,planned,"),
    "claims without a place in the source": (
        "claims.csv", "05,par. 2,2014-08-26,6,part,,\nc-phai-lau-trang-nhi-2,p-phai-lau-trang-nhi,s-agency-2021-06-en,par. 2",
        "05,,2014-08-26,6,part,,\nc-phai-lau-trang-nhi-2,p-phai-lau-trang-nhi,s-agency-2021-05,", "claims.csv:4"),
    # Both references are nothing that is there, and still two different things.
    "misspelt sources are no repeats": ("claims.csv", "s-agency-2021-05,par. 2", "s-agencee,par. 2", "claims.csv:3"),
    # A bad row or key is one problem, and accuses no other table.
    "a row of members too long": ("memberships.csv", "c-trang-vi-van-vi-1,l-cn", "c-trang-vi-van-vi-1,,l-cn", "memberships.csv:19"),
    "a row of claims too long": ("claims.csv", "p. 40,", "p. 40,,", "claims.csv:9"),
    "a claim on an unknown pairing": ("claims.csv", "c-trang-vi-van-vi-1,p-trang-vi-van-vi", "c-trang-vi-van-vi-1,p-trang-vi", "claims.csv:9"),
    "a member of an unknown claim": ("memberships.csv", "c-trang-vi-van-vi-1,l-cn", "c-trang-vi-van-vi-2,l-cn", "memberships.csv:19"),
    "a row of pairings too long": ("pairings.csv", "p-trang-vi-van-vi,village", "p-trang-vi-van-vi,,village", "pairings.csv:6"),
    "a row of places too long": ("localities.csv", "l-vn-trang-vi,VN", "l-vn-trang-vi,,VN", "localities.csv:21"),
    "a row of sources too long": ("sources.csv", "Foreign relations,", "Foreign, relations,", "sources.csv:5"),
    "a member without country": ("localities.csv", "l-cn-thien-bao-commune,CN", "l-cn-thien-bao-commune,", "localities.csv:6"),
}  # fmt: skip


@pytest.mark.parametrize("case", EDGES)
def test_a_rule_ends_where_it_should(edited: Edit, case: str) -> None:
    file, old, new, *lines = EDGES[case]
    assert [f"{each.file}:{each.line}" for each in check(edited(file, old, new))] == lines


def test_problems_come_at_once_causes_before_consequences_and_errors_before_warnings(
    edited: Edit,
) -> None:
    edited("aliases.csv", "l-cn-ma-quan-district,Maguan", "l-cn-ma-quan-district,=Maguan")
    edited("containments.csv", "l-vn-phai-lau,l-vn-quang-ninh", "l-vn-phai-lau,l-vn-quang-nin")
    edited("sources.csv", "s-gov-2023,government", "s-gov-2023,ministry")
    folder = edited("events.csv", "2014/2021", "2021/2014")
    problems = check(folder)
    assert [(each.file, each.line, each.column, each.severity) for each in problems] == [
        ("events.csv", 3, "date", "error"),
        ("sources.csv", 4, "kind", "error"),
        ("containments.csv", 15, "parent_id", "error"),
        ("aliases.csv", 2, "name", "warning"),
    ]
    with pytest.raises(DataError, match=r"3 errors and 1 warning .*:\nevents.csv:3: dat") as caught:
        load(folder)
    assert caught.value.problems == problems


def test_warnings_do_not_keep_data_out(edited: Edit) -> None:
    folder = edited("pairings.csv", "Two sources give two dates.", "=1+1")
    assert [problem.severity for problem in load(folder).report] == ["warning"]


@pytest.mark.parametrize("path", [5, ["data"], b"data", "nowhere"])
def test_what_is_no_folder_is_a_bad_argument(path: object) -> None:
    with pytest.raises(ArgumentError, match=r"`path` is .*; give (the path of a folder|one) with"):
        check(path)  # type: ignore[arg-type]


def test_a_missing_file_is_one_problem_a_file(tmp_path: Path) -> None:
    assert [str(problem) for problem in check(tmp_path)] == sorted(
        f"{table.file}: the file is missing; every table needs one, if only with its header"
        for table in TABLES
    )


def test_lines_are_those_of_the_file(edited: Edit) -> None:
    path = edited("claims.csv", "2013~", "2013-00") / "claims.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows[::-1], ""]), encoding="utf-8")
    [line] = (number for number, row in enumerate(rows[::-1], start=2) if "2013-00" in row)
    assert [(each.line, each.value) for each in check(path.parent)] == [(line, "2013-00")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("l-vn-phai-lau,", ",", ["a row there has lost its key; mend that first"]),
        ("l-vn-phai-lau,", "??,x,", ["a row there has lost its key; mend that first"]),
        ("l-vn-phai-lau,VN,", "l-vn-phai-lau\tVN\t", []),  # not read, and known by its key
    ],
)
def test_a_row_without_key_points_no_reference_at_another_place(
    edited: Edit, old: str, new: str, said: list[str]
) -> None:
    folder = edited("localities.csv", "\n" + old, "\n" + new)
    found = [str(each) for each in check(folder) if each.file != "localities.csv"]
    assert bool(found) == bool(said)
    assert all(each.endswith("is not in localities.csv; " + said[0]) for each in found)
