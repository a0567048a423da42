"""Finding places by name."""

import pandas as pd
import pytest
from builders import build
from hypothesis import given
from hypothesis import strategies as st

from twinstudy import ArgumentError, Dataset, find_localities, fold, load
from twinstudy.evidence.names import nearest_texts
from twinstudy.tables.schema import LEVELS


def ids(dataset: Dataset, name: str, **narrowed: str) -> list[str]:
    return find_localities(dataset, name, **narrowed)["id"].tolist()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đồng  Văn", "dong van"),
        ("ĐỒN Biên phòng", "don bien phong"),
        ("Nà Thắm - Nà Chào", "na tham na chao"),
        ("爱店镇", "爱店镇"),
        ("Lüchun", "luchun"),
        (" -_ ", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "name",
    [
        "Phai Lầu", "phai lau", "PHAI LẦU", "bản Phai Lầu", "ban phai lau", "phailau",
        "Phai Lau", "Phai Lầu village", "Pha\u0069 L\u0061\u0302\u0300u",
    ],
)  # fmt: skip
def test_spelling_is_forgiven(mini: Dataset, name: str) -> None:
    assert ids(mini, name) == ["l-vn-phai-lau"]


@pytest.mark.parametrize(
    ("name", "matched", "origin"),
    [
        ("Tràng Vĩ", "Tràng Vĩ", "name"),
        ("Tràng Vỹ", "Tràng Vỹ", "alias"),
        ("thôn trang vy", "Tràng Vỹ", "alias"),
        ("爱店", "爱店社区", "name_zh"),
        ("爱店社区", "爱店社区", "name_zh"),
        ("Maguan", "Maguan", "alias"),
    ],
)
def test_what_matched(mini: Dataset, name: str, matched: str, origin: str) -> None:
    found = find_localities(mini, name)
    assert found[["matched", "origin", "ambiguous"]].to_numpy().tolist() == [
        [matched, origin, False]
    ]


def test_names_as_sources_write_them() -> None:
    dataset = build(
        sources="id,kind\ns-1,newspaper",
        localities="id,country,level,name\nl-cn-a,CN,village,A\nl-vn-lo-chin,VN,village,Lồ Cố Chin",
        pairings="id,kind,matching,status\np-1,village,joint,agreed",
        claims="id,pairing_id,source_id\nc-1,p-1,s-1",
        memberships="claim_id,locality_id,named_as\nc-1,l-cn-a,\nc-1,l-vn-lo-chin,bản Lô Chin",
    )
    found = find_localities(dataset, "lo chin")
    assert found[["id", "matched", "origin"]].to_numpy().tolist() == [
        ["l-vn-lo-chin", "bản Lô Chin", "named_as"]
    ]


def test_columns(mini: Dataset) -> None:
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
    ("name", "first", "ambiguous"),
    [
        ("Thanh Thủy", "l-vn-thanh-thuy-commune", True),
        ("xã Thanh Thủy", "l-vn-thanh-thuy-commune", False),
        ("đồn Thanh Thủy", "l-vn-thanh-thuy-post", False),
        ("Đồn Biên phòng Thanh Thủy", "l-vn-thanh-thuy-post", False),
        ("Thiên Bảo 镇", "l-cn-thien-bao-commune", False),
        ("天保镇", "l-cn-thien-bao-commune", False),
        ("phường Thanh Thuy", "l-vn-thanh-thuy-commune", False),
    ],
)
def test_a_level_word_sorts_and_settles(
    mini: Dataset, name: str, first: str, *, ambiguous: bool
) -> None:
    found = find_localities(mini, name)
    assert found["id"].iloc[0] == first
    assert set(found["ambiguous"]) == {ambiguous}


def test_country_and_level_narrow(mini: Dataset) -> None:
    assert ids(mini, "Thanh Thủy", level="border_post") == ["l-vn-thanh-thuy-post"]
    assert ids(mini, "Thiên Bảo", country="VN") == []
    assert len(ids(mini, "Thiên Bảo", country="CN")) == 2


def test_dong_van_is_four_things() -> None:
    dataset = load()
    for name in ("Đồng Văn", "dong van", "ĐỒNG VĂN"):
        found = find_localities(dataset, name)
        assert found["level"].tolist() == ["commune"] * 3 + ["district"]
        assert found["ambiguous"].all()
    for name in ("xã Đồng Văn", "xa dong van"):
        found = find_localities(dataset, name)
        assert found["designation"].tolist() == ["xã", "xã", "thị trấn", "huyện"]
        assert found["ambiguous"].all()
    found = find_localities(dataset, "huyện Đồng Văn")
    assert found["level"].iloc[0] == "district"
    assert not found["ambiguous"].any()
    # The chain of a unit that is no more is its last one.
    assert found["parents"].iloc[0] == "Hà Giang, Việt Nam"


def test_chinese_names_in_the_data() -> None:
    dataset = load()
    assert ids(dataset, "爱店镇")[0] == "l-cn-ai-diem-commune"
    assert not find_localities(dataset, "爱店镇")["ambiguous"].any()
    assert set(ids(dataset, "爱店")) == set(ids(dataset, "ái điểm"))
    assert find_localities(dataset, "爱店")["ambiguous"].all()


def test_a_level_word_may_be_part_of_a_name() -> None:
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


def test_accents_as_typed_come_first() -> None:
    dataset = build(
        localities="""
            id,country,level,name
            l-vn-a,VN,village,Na Lau
            l-vn-b,VN,village,Nà Lầu
            l-vn-c,VN,village,Nà Lâu
        """
    )
    assert ids(dataset, "Nà Lầu") == ["l-vn-b", "l-vn-a", "l-vn-c"]
    assert not find_localities(dataset, "Nà Lầu")["ambiguous"].any()
    assert ids(dataset, "na lau") == ["l-vn-a", "l-vn-b", "l-vn-c"]
    assert find_localities(dataset, "na lau")["ambiguous"].all()


def test_nothing_found(mini: Dataset) -> None:
    found = find_localities(mini, "Phai Lồng")
    assert found.empty
    assert found.columns.tolist() == find_localities(mini, "Chi Ma").columns.tolist()
    assert found.attrs["nearest"][0] == "Phai Lầu"
    assert find_localities(mini, "爱").attrs["nearest"] == []
    assert find_localities(build(), "Phai Lầu").empty


def test_nearest_texts_of_many() -> None:
    many = [f"ban {n:05}" for n in range(30_000)] + ["dong van"]
    assert nearest_texts("dong vang", many) == ["dong van"]


def test_arguments(mini: Dataset) -> None:
    with pytest.raises(
        ArgumentError, match=r"^`name` is ' - '; give a name with at least one letter$"
    ):
        find_localities(mini, " - ")
    with pytest.raises(ArgumentError, match=r"^`country` is 'LA'; the dataset has CN, VN$"):
        find_localities(mini, "Chi Ma", country="LA")
    with pytest.raises(
        ArgumentError, match=r"^`level` is 'town'; use one of country, province, prefecture, "
    ):
        find_localities(mini, "Chi Ma", level="town")


def test_every_name_finds_its_place(mini: Dataset) -> None:
    for place in mini.localities.itertuples():
        for name in (place.name, place.name.upper(), fold(place.name), place.name_zh):
            if not pd.isna(name):
                assert place.id in ids(mini, name)
