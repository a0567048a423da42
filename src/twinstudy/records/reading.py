"""Other people's cells: one spelling, one form of date, readable ids, and what cannot be read."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem
from twinstudy.tables.files import CONTROL, column_text
from twinstudy.tables.schema import Column

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
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_SIMPLER)
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
