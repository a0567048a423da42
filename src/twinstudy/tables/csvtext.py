"""Transitional: the old home of the reader."""

from twinstudy.tables.files import CONTROL, csv_bytes, text_frame, unclean_cells

__all__ = ["CONTROL", "csv_bytes", "text_frame", "unclean_cells"]
