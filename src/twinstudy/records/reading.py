"""Other people's cells: one spelling, one form of date, readable ids, and what cannot be read."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from statistics import median

import numpy as np
import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError, Problem
from twinstudy.tables.files import CONTROL, column_text
from twinstudy.tables.schema import LEVELS, Column, table

#: Joins country and key to one text; white space, so it is never inside a part.
BETWEEN = "\x1f"
_LONGEST_TEXT = 1_000  # characters; so that a row never makes a line too long for a file
_UNCLEAN = re.compile(f"{CONTROL.pattern}|[\ud800-\udfff]")
_TIMED = re.compile(r"\+?([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:.*")
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")
#: Latin letters that Unicode does not take apart.
_LETTERS = str.maketrans(
    {"đ": "d", "ð": "d", "ɖ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
     "ħ": "h", "ŧ": "t", "ŋ": "ng", "ə": "e"}
)  # fmt: skip
#: Characters of place names, the traditional form before the simplified one.
_CHINESE = (
    "東东興兴門门馬马關关廣广雲云寧宁憑凭龍龙愛爱鎮镇縣县區区鄉乡灘滩灣湾島岛橋桥場场莊庄陽阳陰阴"
    "貴贵寶宝義义靈灵嶺岭邊边國国會会長长萬万烏乌鳳凤華华蘭兰羅罗綠绿紅红黃黄錦锦銀银鐵铁鋼钢鹽盐"
    "臺台濱滨漢汉滬沪澤泽濟济溝沟淺浅滄沧漁渔營营豐丰盧卢廬庐廟庙廈厦慶庆應应懷怀戰战歸归歷历歡欢"
    "氣气達达連连遠远遼辽運运進进鄭郑鄧邓鄰邻開开間间閩闽閣阁閘闸陸陆陳陈隊队際际隱隐雙双雞鸡離离"
    "電电霧雾靜静韓韩順顺頭头顧顾風风飛飞駐驻騎骑驛驿魚鱼魯鲁鳥鸟鴨鸭鶴鹤鷹鹰麗丽麥麦齊齐龐庞龜龟"
    "壩坝壟垄塊块墾垦壽寿夾夹孫孙學学實实寬宽將将專专對对岡冈崗岗峽峡嶼屿巒峦廠厂張张彎弯後后從从"
    "復复恆恒戶户擴扩數数舊旧時时晉晋書书來来條条楊杨樂乐樓楼橫横樹树權权欄栏涇泾淵渊湯汤溫温滿满"
    "瀘泸瀾澜無无煙烟熱热爐炉牆墙獅狮環环瑪玛畝亩當当眾众碼码礦矿碩硕禮礼種种穀谷窩窝節节簡简紙纸"
    "納纳細细絲丝經经統统維维網网緬缅線线縱纵總总習习聖圣聯联膠胶臨临葉叶蒼苍蓋盖蓮莲蔣蒋薩萨萊莱"
    "藍蓝藥药蘆芦蘇苏處处號号蟲虫衛卫裏里裡里觀观許许詩诗諒谅諸诸譚谭護护豬猪貓猫貝贝財财貨货貢贡"
    "買买賀贺資资賓宾趙赵車车軍军輪轮輝辉農农邁迈醫医釣钓針针鉛铅銅铜錫锡鍋锅鍾钟鐘钟鏡镜灑洒硯砚"
    "聞闻衝冲塵尘倉仓傳传傷伤優优億亿劉刘劍剑動动勞劳勝胜協协單单嚴严員员園园圓圆圍围團团執执堅坚"
    "報报壯壮點点彌弥巖岩蠻蛮猺瑶"
)
_SIMPLER = str.maketrans(_CHINESE[::2], _CHINESE[1::2])


def read_column(
    values: pd.Series, read: Callable[[object], str], place: tuple[str, str],
    problems: list[Problem], *, missing: str = "",
) -> pd.Series:  # fmt: skip
    """Read cells as text by row counted from 1, "" where there is none; tell faults of a place.

    The place is a file and a column; `missing` says what is wrong with an empty cell, if anything.
    """
    try:
        codes, distinct = pd.factorize(values)
    except TypeError:
        raise ArgumentError(
            f"column {values.name!r} holds what is no text, number or date; make it text first"
        ) from None
    texts, faults = [], []
    for value in distinct.tolist():
        try:
            texts.append(read(value))
            faults.append(("", "" if texts[-1] else missing))
        except ArgumentError as error:
            texts.append("")
            faults.append((str(value), str(error)))
    faults.append(("", missing))  # the last one stands for missing cells, whose code is -1
    bad = np.array([bool(why) for _, why in faults])
    rows = np.flatnonzero(bad[codes]).tolist()
    problems += [Problem(place[0], n + 1, place[1], *faults[codes[n]]) for n in rows]
    cells = pd.array([*texts, ""], dtype="str").take(codes)
    return pd.Series(cells, index=pd.RangeIndex(1, len(values) + 1))


def read_as(values: pd.Series, column: Column, file: str, problems: list[Problem]) -> pd.Series:
    """Read cells as the text that would stand in a column of a table."""
    if column.type == "number" and pd.api.types.is_numeric_dtype(values):
        return column_text(values, column).set_axis(pd.RangeIndex(1, len(values) + 1))
    read = date_text if column.type in ("date", "interval") else plain_text
    return read_column(values, read, (file, column.name), problems)


def plain_text(value: object) -> str:
    """Read a value as text in Unicode NFC with single spaces; whole floats lose their ``.0``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if len(text) > _LONGEST_TEXT:
        raise ArgumentError(
            f"{text[:20] + '…'!r} has {len(text):,} characters, of {_LONGEST_TEXT:,} allowed; "
            "shorten it"
        )
    unclean = None if text.isprintable() else _UNCLEAN.search(text)
    if unclean:
        raise ArgumentError(f"{text!r} holds the character {unclean.group()!r}; take it out")
    return text


def date_text(value: object) -> str:
    """Write a value as EDTF, without asking whether it is a date: years get four digits."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, np.datetime64):
        return str(value)[:10]
    text = plain_text(value)
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return text.zfill(4)
    timed = _TIMED.fullmatch(text)  # Wikidata has zeros where a month or day is not known
    return timed.group(1).removesuffix("-00").removesuffix("-00") if timed else text


def fold_name(text: str) -> str:
    """Fold a name for comparison: small letters without accents, Chinese in simplified form.

    >>> fold_name("Ðồng  Văn"), fold_name("東興市"), fold_name("L'Aquila")
    ('dong van', '东兴市', 'l aquila')
    """
    text = text.casefold()
    if not text.isascii():
        # Taken apart, some letters are capitals again, and some small ones can be taken apart.
        small = unicodedata.normalize("NFKD", text).casefold()
        text = unicodedata.normalize("NFKD", small).translate(_LETTERS).translate(_SIMPLER)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", text))


def main_part(name: str) -> str:
    """Return what stands before a comma or bracket: "Halifax" of "Halifax, West Yorkshire"."""
    return re.split(r"\s*[,;(（，、\[]", name, maxsplit=1)[0] or name


def slug(text: str) -> str:
    """Fold a text to lower-case ASCII words joined by hyphens, with a hash for other scripts."""
    folded = fold_name(text)
    words = re.findall("[a-z0-9]+", folded)
    return "-".join([*words, _hash(text)] if not words or _FOREIGN.search(folded) else words)


def distinct_ids(slugs: pd.Series, contents: pd.Series) -> pd.Series:
    """Give all slugs that stand more than once a hash of what they mean, so that none moves."""
    again = slugs.duplicated(keep=False)
    return slugs.mask(again, slugs + "-" + contents.map(_hash))


def _hash(text: str) -> str:
    """Hash a text to twelve hexadecimal digits, few to read and enough for millions."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def some(shown: Sequence[str]) -> str:
    """List three examples and count the rest."""
    more = f" and {len(shown) - 3:,} more" if len(shown) > 3 else ""
    return ", ".join(shown[:3]) + more


def joined(parts: list[pd.Series]) -> pd.Series:
    """Join country and key to one text a row; "" where a part is missing."""
    texts = [BETWEEN.join(row) if all(row) else "" for row in zip(*parts, strict=True)]
    return pd.Series(texts, index=parts[0].index, dtype="str")


def warning(file: str, message: str, column: object = "", value: str = "") -> Problem:
    """Make a warning about a column as a whole."""
    return Problem(file, 0, str(column), value, message, "warning")


def doubtful_dates(signed: pd.Series, file: str, column: object) -> Iterator[Problem]:
    """Yield what looks like no date of signing: years, days and intervals that cannot be meant."""
    counts = Counter(signed[signed.ne("")])
    dates = {text: parse_date(text) for text in sorted(counts)}
    years: Counter[int] = Counter()
    for text, day in dates.items():
        if day.earliest and day.latest and day.earliest.year == day.latest.year:
            years[day.earliest.year] += counts[text]
    for year, count in sorted(years.items()):
        around = [years[y] for y in (year - 2, year - 1, year + 1, year + 2)
                  if min(years) <= y <= max(years)]  # fmt: skip
        if around and count > 5 * max(median(around), 1):
            message = (
                f"{count} of {years.total()} dates lie in {year}, where the years around it have "
                f"{median(around):g} (median); if it stands for 'not known', name it in "
                "`undated_values`"
            )
            yield warning(file, message, column, str(year))
    days = [text for text, day in dates.items() if day.earliest == day.latest]
    firsts = [text for text in days if text[4:10] == "-01-01"]
    if sum(counts[text] for text in firsts) < max(5, 0.9 * sum(counts[text] for text in days)):
        firsts = []
    early = [text for text, day in dates.items() if day.latest and day.latest.year < 800]
    late = [t for t, day in dates.items() if day.earliest and day.earliest > date.today()]  # noqa: DTZ011
    spans = [
        text for text, day in dates.items() if day.earliest
        and (not day.latest or day.latest.year - day.earliest.year > 10)
    ]  # fmt: skip
    for texts, said, remedy in (
        (early, "lie before the year 800", "write years with four digits"),
        (late, "lie in the future", "correct them, or name them in `undated_values`"),
        (firsts, "are a 1 January", "where only the year is known, give it alone (.str[:4])"),
        (spans, "span more than ten years", "an interval is signed within: give beginnings alone"),
    ):  # fmt: skip
        if texts:
            count = sum(counts[text] for text in texts)
            message = f"{count} of {counts.total()} dates {said}, such as {some(texts)}; {remedy}"
            yield warning(file, message, column)


def read_places(frame: pd.DataFrame | None, width: int, problems: list[Problem]) -> pd.DataFrame:
    """Read a frame about places, by row: country, key, key above ("" for none) and its cells."""
    if frame is not None and not isinstance(frame, pd.DataFrame):
        raise ArgumentError(f"`localities` is a {type(frame).__name__}; give a pandas DataFrame")
    if frame is None or not len(frame):
        return pd.DataFrame(columns=["country", "key", "parent", "during"], dtype="str")
    columns = {column.name: column for column in table("localities").columns}
    columns |= {"during": table("containments").column("during")}
    unknown = [str(name) for name in frame.columns if name not in {*columns, "parent"}]
    levels = frame.index.nlevels
    if unknown or not frame.columns.is_unique:
        raise ArgumentError(
            f"`localities` has the columns {some(list(map(repr, unknown))) or 'of one name'}; use "
            f"some of {', '.join([*columns, 'parent'])}, each once"
        )
    if levels not in (width, width + 1):
        raise ArgumentError(
            f"`localities` has an index of {levels} levels; index it by the {width} "
            "columns of the key, or by these and the country"
        )

    def above(value: object) -> str:
        parts = value if width > 1 else (value,)
        if not isinstance(parts, tuple) or len(parts) != width:
            raise ArgumentError(f"{value!r} is no key; write a tuple of {width} values")
        return BETWEEN.join(map(plain_text, parts))

    index = frame.index.to_frame(index=False)
    no_key = "the row has no key; fill the index"
    parts = [
        read_column(index.iloc[:, n], plain_text, ("localities", ""), problems, missing=no_key)
        for n in range(width)
    ]
    stated = pd.DataFrame(
        {
            name: read_as(frame[name], column, "localities", problems)
            for name, column in columns.items()
            if name in frame
        },
        index=parts[0].index,
    )
    for name in {"country", "parent", "during"} - {*stated}:
        stated[name] = ""
    if levels > width:
        stated["country"] = read_column(
            index.iloc[:, width], plain_text, ("localities", "country"), problems
        )
    if "parent" in frame:
        stated["parent"] = read_column(frame["parent"], above, ("localities", "parent"), problems)
    stated["key"] = joined(parts)
    return stated[stated["key"].ne("")]


def with_countries(places: pd.Series, stated: pd.DataFrame) -> pd.Series:
    """Take the country of a place of ZZ from the frame about places, where it gives one."""
    given = stated.loc[stated["country"].ne(""), ["country", "key"]].drop_duplicates()
    known = given.drop_duplicates("key", keep=False).set_index("key")["country"]
    key = places.str[3:]
    country = key.map(dict(known)).astype("str")
    return places.mask(places.str.startswith("ZZ") & country.notna(), country + BETWEEN + key)


def inferred_countries(stated: pd.DataFrame, named: Iterable[str]) -> pd.Series:
    """Take the country of a key from the pairs, and that of a parent from its children."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for country, key in (place.split(BETWEEN, 1) for place in named):
        known[key].add(country)
    everywhere = {country for each in known.values() for country in each}
    for _ in LEVELS:
        for child, parent in zip(stated["key"], stated["parent"], strict=True):
            known[parent] |= known[child]
    found = [known[key] or everywhere for key in stated["key"]]
    countries = [next(iter(each)) if len(each) == 1 else "" for each in found]
    return pd.Series(countries, index=stated.index, dtype="str")
