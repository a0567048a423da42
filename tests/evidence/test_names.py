"""Finding places by name."""

import pytest
from builders import build
from hypothesis import given
from hypothesis import strategies as st

from twinstudy import Dataset, find_localities, load
from twinstudy.errors import ArgumentError, UnknownKeyError
from twinstudy.evidence.names import pairing_key, pairing_names, place_labels, place_names
from twinstudy.records.folding import fold_name
from twinstudy.tables.schema import LEVELS


def places(*names: str) -> Dataset:
    rows = [f"l-vn-{n},VN,village,{name}" for n, name in enumerate(names, start=1)]
    return build(localities="\n".join(["id,country,level,name", *rows]))


def ids(dataset: Dataset, name: str, **narrowed: str) -> list[str]:
    return find_localities(dataset, name, **narrowed)["id"].tolist()


@given(st.text())
def test_fold_is_done_once(text):
    assert fold_name(fold_name(text)) == fold_name(text)


SPELLINGS = [
    "Phai Lầu", "phai lau", "PHAI LẦU", "bản Phai Lầu", "ban phai lau", "phailau",
    "Phai Lau", "Phai Lầu village", "Pha\u0069 L\u0061\u0302\u0300u",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "matched", "origin"),
    [
        *[(spelling, "Phai Lầu", "name") for spelling in SPELLINGS],
        *[(spelling, "Tràng Vỹ", "alias") for spelling in ("Tràng Vỹ", "thôn trang vy")],
        *[(spelling, "爱店社区", "name_zh") for spelling in ("爱店", "爱店社区")],
        ("Tràng Vĩ", "Tràng Vĩ", "name"),
        ("Maguan", "Maguan", "alias"),
    ],
)
def test_spelling_is_forgiven_and_what_matched_is_told(mini, name, matched, origin):
    found = find_localities(mini, name)[["matched", "origin", "ambiguous"]]
    assert found.to_numpy().tolist() == [[matched, origin, False]]


def test_names_as_sources_write_them(edited):
    dataset = load(edited("memberships.csv", "đồn Thanh Thủy", "đồn Thanh Thoi"))
    found = find_localities(dataset, "thanh thoi")[["id", "matched", "origin"]]
    assert found.to_numpy().tolist() == [["l-vn-thanh-thuy-post", "đồn Thanh Thoi", "named_as"]]


def test_columns(mini):
    found = find_localities(mini, "Thanh Thủy")
    assert found.dtypes.astype("str").to_dict() == dict.fromkeys(
        ["id", "name", "name_zh", "designation", "country", "parents", "matched"], "str"
    ) | {"level": "category", "origin": "category", "ambiguous": "bool"}
    assert found["level"].cat.categories.tolist() == list(LEVELS)
    assert found["parents"].tolist() == [
        "Vị Xuyên, Hà Giang, Việt Nam",
        "Thanh Thủy, Vị Xuyên, Hà Giang, Việt Nam",
    ]
    assert found["ambiguous"].tolist() == [True, True]


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("l-vn-thanh-thuy-commune", ["xã Thanh Thủy", "phường Thanh Thuy"]),
        ("l-vn-thanh-thuy-post", ["đồn Thanh Thủy", "Đồn Biên phòng Thanh Thủy"]),
        ("l-cn-thien-bao-commune", ["Thiên Bảo 镇", "天保镇"]),
    ],
)
def test_a_level_word_sorts_and_settles(mini, first, names):
    for name in names:
        found = find_localities(mini, name)
        assert (found["id"].iloc[0], found["ambiguous"].any()) == (first, False)


def test_country_and_level_narrow(mini):
    assert ids(mini, "Thanh Thủy", level="border_post") == ["l-vn-thanh-thuy-post"]
    assert ids(mini, "Thiên Bảo", country="VN") == []
    assert len(ids(mini, "Thiên Bảo", country="CN")) == 2


@pytest.mark.parametrize(
    ("names", "designations", "ambiguous"),
    [
        (("Đồng Văn", "dong van", "ĐỒNG VĂN"), ["thị trấn", "xã", "xã", "huyện"], True),
        (("xã Đồng Văn", "xa dong van"), ["xã", "xã", "thị trấn", "huyện"], True),
        (("huyện Đồng Văn",), ["huyện", "thị trấn", "xã", "xã"], False),
        (("爱店", "ái điểm"), ["社区", "镇"], True),
        (("爱店镇",), ["镇", "社区"], False),
    ],
)
def test_places_of_one_name_in_the_data(names, designations, *, ambiguous):
    for name in names:
        found = find_localities(load(), name)
        assert found["designation"].tolist() == designations
        assert set(found["ambiguous"]) == {ambiguous}


def test_the_chain_of_a_unit_that_is_no_more_is_its_last_one():
    assert find_localities(load(), "huyện Đồng Văn")["parents"].iloc[0] == "Hà Giang, Việt Nam"


def test_a_level_word_may_be_part_of_a_name():
    dataset = build(
        localities="""
            id,country,level,designation,name
            l-cn-ban-tat,CN,village,thôn,Bản Tát
            l-cn-tat,CN,village,bản,Tát
            l-cn-tat-commune,CN,commune,镇,Tát
        """
    )
    assert ids(dataset, "Bản Tát") == ["l-cn-ban-tat", "l-cn-tat", "l-cn-tat-commune"]
    assert ids(dataset, "thôn Bản Tát")[0] == "l-cn-ban-tat"
    assert ids(dataset, "Tát") == ["l-cn-tat", "l-cn-tat-commune", "l-cn-ban-tat"]
    assert find_localities(dataset, "Tát", level="village")["ambiguous"].tolist() == [False] * 2


def test_accents_as_typed_come_first():
    dataset = places("Na Lau", "Nà Lầu", "Nà Lâu")
    assert ids(dataset, "Nà Lầu") == ["l-vn-2", "l-vn-1", "l-vn-3"]
    assert not find_localities(dataset, "Nà Lầu")["ambiguous"].any()
    assert ids(dataset, "na lau") == ["l-vn-1", "l-vn-2", "l-vn-3"]
    assert find_localities(dataset, "na lau")["ambiguous"].all()


def test_nothing_found(mini):
    found = find_localities(mini, "Phai Lồng")
    assert found.empty
    assert found.columns.tolist() == find_localities(mini, "Chi Ma").columns.tolist()
    assert found.attrs["nearest"][0] == "Phai Lầu"
    assert find_localities(mini, "爱").attrs["nearest"] == ["爱店社区"]
    assert find_localities(mini, "龙").attrs["nearest"] == []
    assert find_localities(build(), "Phai Lầu").empty


def test_a_comma_or_bracket_ends_a_name_and_those_that_begin_alike_are_close():
    towns = places('"Halifax, West Yorkshire"', "Ash (Dosse)", "Haifa", "Harlaxton")
    assert ids(towns, "halifax") == ids(towns, "Halifax, Yorkshire") == ["l-vn-1"]
    assert ids(towns, "Ash") == ["l-vn-2"]
    close = {"Halifx": "Halifax", "Hali": "Halifax, West Yorkshire", "Harlaxtom": "Harlaxton"}
    for text, near in close.items():
        assert find_localities(towns, text).attrs["nearest"][0].startswith(near)


def test_places_have_international_vietnamese_and_chinese_names():
    dataset = build(
        localities="""
            id,country,level,name,name_zh
            l-cn-a,CN,commune,Đông Hưng,东兴
            l-cn-b,CN,district,Đông Hưng,
            l-cn-c,CN,commune,Kiến Thủy,
            l-vn-d,VN,commune,Đồng Văn,同文
            l-vn-d-post,VN,border_post,Đồng Văn,
            l-vn-e,VN,commune,Đồng Văn,
            l-vn-h,VN,district,Hạ,
            l-vn-x,VN,province,X,
            l-vn-x-2,VN,province,X,
        """,
        aliases="""
            locality_id,name,language
            l-cn-a,Dong Hung,en
            l-cn-a,Dong Xing,zh-Latn
            l-cn-a,Dongxing,zh-Latn
            l-cn-b,East Prosperity,en
            l-cn-b,Dongxing,zh-Latn
            l-vn-d,Tongwen,zh-Latn
        """,
        containments="child_id,parent_id\nl-vn-e,l-vn-h",
        successions="old_id,new_id,date,kind\nl-vn-x,l-vn-x-2,2020,rename",
    )
    # The reading without its accents is no English name; pinyin is written as one word.
    english = ["Dongxing", "East Prosperity", "Kiến Thủy"]
    assert place_names(dataset).tolist()[:4] == [*english, "Đồng Văn"]
    assert place_names(dataset, "zh").tolist()[:4] == ["东兴", "Đông Hưng", "Kiến Thủy", "同文"]
    assert place_names(dataset, "vi").tolist() == dataset.localities["name"].tolist()
    assert place_labels(dataset).tolist() == [
        *english, "Đồng Văn (commune)", "Đồng Văn (border post)", "Đồng Văn (commune, Hạ)",
        "Hạ", "X (l-vn-x)", "X (l-vn-x-2)",
    ]  # fmt: skip
    with pytest.raises(ArgumentError, match=r"^`names` is 'de'; use one of international, vi, zh$"):
        place_names(dataset, "de")


def test_labels_are_unique():
    labels = place_labels(load())
    assert labels.is_unique
    assert labels["l-vn-lao-cai-province"] == "Lào Cai (province, until 2025-06-30)"
    assert labels["l-vn-chi-ma"] == "Chi Ma"


def test_pairings_are_named_by_their_members():
    dataset = load()
    assert pairing_names(dataset)["p-po-hen-than-san"] == "Pò Hèn – Tansan"
    assert pairing_names(dataset, "vi")["p-po-hen-than-san"] == "Pò Hèn – Thán Sản"
    assert pairing_names(dataset, "zh")["p-chi-ma-ai-diem"] == "峙马 – 爱店"
    assert pairing_names(dataset)["p-mong-cai-dong-hung"] == "Móng Cái – Dongxing (district)"


def test_a_pairing_is_meant_by_its_key_or_a_name_that_it_alone_has():
    names = "p-chi-ma-ai-diem", "chi ma", "Chi Ma - Aidian", "chi ma ai diem", "峙马–爱店"
    assert {pairing_key(load(), text) for text in names} == {"p-chi-ma-ai-diem"}
    assert pairing_key(load(), "Móng Cái – Dongxing (other)") == "p-mong-cai-dong-hung-party"


SEVERAL = (
    "^`pairing` is 'Móng Cái – Dongxing', which can mean 'p-mong-cai-dong-hung' "
    r"\(Móng Cái – Dongxing \(district\)\), 'p-mong-cai-dong-hung-party' "
    r"\(Móng Cái – Dongxing \(other\)\); give one of the keys$"
)


@pytest.mark.parametrize(
    ("error", "text", "message"),
    [
        (ArgumentError, "Móng Cái – Dongxing", SEVERAL),
        (UnknownKeyError, "p-chi-ma", r"^`pairing` is 'p-chi-ma', which .*'p-chi-ma-ai-die"),
        (UnknownKeyError, "Po Henn", "is no pairing of the data; near it: 'Pò Hèn'"),
        (ArgumentError, "东兴", r"'p-hai-yen-dong-hung' .* and 1 more; give one"),
        (ArgumentError, 5, r"^`pairing` is 5; give the key or the name of a pair"),
    ],
)
def test_names_of_several_or_none_are_answered(error, text, message):
    with pytest.raises(error, match=message):
        pairing_key(load(), text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": " - "}, "`name` is ' - '; give a name with at least one letter$"),
        ({"name": 5}, "`name` is 5; give a name as text$"),
        ({"country": "LA"}, "`country` is 'LA'; use one of CN, VN$"),
        ({"level": "town"}, "`level` is 'town'; use one of country, province, pref"),
        ({"dataset": "data"}, "`dataset` is a str; give a dataset"),
    ],
)
def test_arguments(mini, arguments, message):
    with pytest.raises(ArgumentError, match=f"^{message}"):
        find_localities(**({"dataset": mini, "name": "Chi Ma"} | arguments))
