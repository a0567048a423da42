"""Transitional: the old home of typed frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twinstudy.tables.files import Frames, Tables, column_text, text_tables, type_tables
from twinstudy.tables.schema import TABLES

__all__ = [
    "Frames", "Tables", "coded", "codes_of", "column_text", "key_codes", "text_tables",
    "type_tables",
]  # fmt: skip


def coded(frames: Frames) -> Frames:
    """Return typed frames with references as row numbers of their target, dates as categories."""
    made = {}
    for table in TABLES:
        frame = frames[table.name].copy()
        for column in table.columns:
            if column.type == "reference":
                keys = pd.CategoricalDtype(pd.Index(frames[column.target]["id"].array))
                frame[column.name] = frame[column.name].astype(keys)
            elif column.type in ("date", "interval"):
                frame[column.name] = frame[column.name].astype("category")
        made[table.name] = frame
    return made


def codes_of(column: pd.Series) -> np.ndarray:
    """Return the codes of a categorical column, -1 where missing."""
    return column.cat.codes.to_numpy(np.int64)


def key_codes(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Give rows a number by the order of some columns; equal rows, equal number."""
    combined = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        codes, uniques = pd.factorize(frame[name], sort=True)
        combined = combined * (len(uniques) + 1) + codes + 1
        combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
    return combined
