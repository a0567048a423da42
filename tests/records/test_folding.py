"""One way to fold a name."""

import pytest

from twinstudy.records.folding import fold_name, main_part, slug


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("東興", "东兴"), ("馬關縣", "马关县"), ("憑祥市", "凭祥市"), ("諒山", "谅山"), ("廣寧", "广宁"),
        ("L'Aquila", "l aquila"), ("Ko\u0308ln", "koln"), ("Straße", "strasse"), ("İzmir", "izmir"),
        *[(f"{d}ồng Văn", "dong van") for d in ("Đ", "đ", "\u00d0", "\u00f0", "\u0189", "D\u0335", "D")],
        ("Ａｂ１", "ab1"), (" Ma\u00a0Lù  Thàng ", "ma lu thang"), ("a_b-c", "a b c"), ("…", ""),
    ],
)  # fmt: skip
def test_names_are_folded(name: str, folded: str) -> None:
    assert fold_name(name) == fold_name(folded) == folded


def test_ids_and_comparisons_fold_alike() -> None:
    for name in ("Ðồng Văn", "Łódź", "Þingvellir", "Quảng Ninh"):
        assert slug(name) == fold_name(name).replace(" ", "-")


@pytest.mark.parametrize(
    ("name", "part"),
    [("Halifax, West Yorkshire", "Halifax"), ("Ash (Dosse)", "Ash"), ("河口（镇）", "河口"),
     ("Bath", "Bath"), ("(Bath)", "(Bath)")],
)  # fmt: skip
def test_the_part_before_a_comma_or_bracket(name: str, part: str) -> None:
    assert main_part(name) == part
