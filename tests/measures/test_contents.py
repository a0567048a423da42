"""Contents on the miniature, counted by hand."""

from twinstudy import contents
from twinstudy.tables.schema import TOPICS


def test_topics_of_the_miniature(mini):
    table = contents(mini).set_index("topic")
    assert table.index.tolist() == list(TOPICS)
    # Phai Lầu tells visits and order in plain words, a translation being no second witness; the
    # communes tell friendship as an aim, livelihood, and the line by implication: a whole list,
    # which alone says what was not agreed.
    assert table.loc["crime_and_order", ["explicit", "told", "witnesses"]].tolist() == [1, 1, 1]
    for topic in ("friendship", "markers_and_line"):
        assert table.loc[topic, ["explicit", "told"]].tolist() == [0, 1]
    assert table["base"].unique().tolist() == [2]
    assert table["pairings"].unique().tolist() == [5]
    assert table.loc[["visits", "livelihood"], "not_agreed"].tolist() == [1, 0]


def test_later_talks_and_planned_pairings_count_when_asked_for_and_kinds_bear_on_all(mini):
    assert contents(mini).set_index("topic").loc["trade_and_movement", "told"] == 0
    assert contents(mini, status="planned")["told"].sum() == 0
    later = contents(mini, basis="later", status="planned").set_index("topic")
    assert later.loc["trade_and_movement", "told"] == 1
    villages = contents(mini, kind="village").set_index("topic")
    assert villages["base"].unique().tolist() == [1]
    columns = ["explicit", "told", "not_agreed", "witnesses"]
    assert villages.loc["livelihood", columns].tolist() == [0] * 4
    assert villages.loc["visits", "explicit"] == 1
