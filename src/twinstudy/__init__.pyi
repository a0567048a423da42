# ruff: noqa: I001
# In the order of the flow, which the reference follows; `__init__.py` reads it from here.
from twinstudy.records.dataset import load as load
from twinstudy.tables.table_rules import check as check
from twinstudy.records.restrict import restrict as restrict
from twinstudy.records.restrict import extend as extend
from twinstudy.records.edgelist import from_edgelist as from_edgelist
from twinstudy.records.dataset import Dataset as Dataset
from twinstudy.errors import Problem as Problem
from twinstudy.errors import DataError as DataError
from twinstudy.errors import TwinstudyError as TwinstudyError
from twinstudy.evidence.names import find_localities as find_localities
from twinstudy.evidence.hierarchy import ancestors as ancestors
from twinstudy.evidence.consolidate import members as members
from twinstudy.evidence.trace import pairings as pairings
from twinstudy.evidence.consolidate import consolidate as consolidate
from twinstudy.evidence.trace import conflicts as conflicts
from twinstudy.evidence.trace import trace as trace
from twinstudy.evidence.consolidate import existing as existing
from twinstudy.dates import parse_date as parse_date
from twinstudy.network.graph import incidence_graph as incidence_graph
from twinstudy.network.graph import locality_graph as locality_graph
from twinstudy.network.null import null_graphs as null_graphs
from twinstudy.network.exchange import write_graph as write_graph
from twinstudy.network.exchange import read_graph as read_graph
from twinstudy.network.exchange import to_geodataframe as to_geodataframe
from twinstudy.measures.coverage import coverage as coverage
from twinstudy.measures.density import density as density
from twinstudy.measures.timeline import timeline as timeline
from twinstudy.measures.timeline import signings as signings
from twinstudy.measures.distance import distances as distances
from twinstudy.measures.contents import contents as contents
from twinstudy.figures.map import plot_map as plot_map
from twinstudy.figures.pairings import plot_pairings as plot_pairings
from twinstudy.figures.bars import plot_coverage as plot_coverage
from twinstudy.figures.bars import plot_density as plot_density
from twinstudy.figures.years import plot_timeline as plot_timeline
from twinstudy.figures.years import plot_signings as plot_signings
from twinstudy.figures.bars import plot_null as plot_null
from twinstudy.figures.bars import plot_contents as plot_contents
from twinstudy.study.show import show as show
from twinstudy.figures.style import save_figure as save_figure

__version__: str
