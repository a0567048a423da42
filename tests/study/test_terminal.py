"""The line that shows progress."""

import io
import time

from twinstudy.study.terminal import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_quiet_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with Progress("reading", stream) as progress:
        progress.tell(1, 2, "claims.csv")
        time.sleep(1.1)
    assert stream.getvalue() == ""


def test_progress_is_quiet_for_a_second_and_leaves_no_trace() -> None:
    stream = Terminal()
    with Progress("reading", stream):
        pass
    assert stream.getvalue() == "\r\x1b[K"
    with Progress("running", stream) as progress:
        progress.tell(1, 2, "01-coverage")
        time.sleep(1.3)
    assert (
        "\r[############............]  50 %, running, 1 s, 01-coverage\x1b[K" in stream.getvalue()
    )
    assert stream.getvalue().endswith("\r\x1b[K")
