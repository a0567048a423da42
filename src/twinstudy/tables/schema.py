"""The tables as plain data: columns, types, vocabularies, keys, and a sentence on each.

Everything else that speaks of the tables (reading, checks, the data dictionary, the data
package) is computed from `TABLES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["id", "reference", "vocabulary", "date", "interval", "integer", "number", "text"]

LEVELS = (
    "country",
    "province",
    "prefecture",
    "district",
    "commune",
    "village",
    "border_post",
)
KINDS = ("village", "commune", "district", "province", "border_post", "other")
STATUSES = ("agreed", "planned", "doubtful")

#: The level of the units that a pairing of each kind ties; `other` has none of its own.
LEVEL_OF_KIND = {
    "village": "village",
    "commune": "commune",
    "district": "district",
    "province": "province",
    "border_post": "border_post",
}

#: What twins agree to do: each topic with what it takes in, and what goes to a neighbour.
TOPICS = {
    "friendship": "To teach, keep or deepen friendship between peoples, Parties, States or "
    "localities as a task of its own, exchange of Party committees, fronts, women and youth as "
    "such included; not a motto, a result or the purpose of another clause.",
    "kinship": "To keep ties of kin, clan or one people across the border; only where kin or clan "
    "is named, else friendship; visits to relatives are visits.",
    "visits": "To visit, greet, comfort or help each other on occasions of life and of the year; "
    "not working talks, shows or matches.",
    "information_and_liaison": "To tell each other what concerns both, keep channels for it, "
    "settle matters together and review the agreement; the matter that the news is about is not "
    "coded again.",
    "livelihood": "To help each other to produce and earn, by seed, technique, experience or "
    "against poverty; not trade or labour across the border.",
    "trade_and_movement": "To let goods and people cross the line more easily or under better "
    "rules, with border trade, gates' procedures, labour, tourism and investment; not illegal "
    "crossing.",
    "services_and_works": "To provide schooling, language, health service, training, buildings "
    "or equipment; not masks and medicines in an epidemic.",
    "culture_and_sport": "To meet in arts, sport, games or folk culture, or to keep their "
    "identity; an occasion without such an act is a visit.",
    "environment": "To keep land, water and villages clean and healthy; not floods, fire or the "
    "course of a border river.",
    "disaster_relief": "To prevent or relieve natural disaster, fire and accident, with search, "
    "rescue and humanitarian help; not epidemics.",
    "disease_control": "To prevent or fight disease of people, livestock or crops; not general "
    "health service.",
    "border_documents": "To observe or to teach people the three land border documents and other "
    "law; markers protected in deed are markers_and_line.",
    "markers_and_line": "To keep markers, line and border waters as they are and to watch them, "
    "joint patrols included; not the fight against crime.",
    "crime_and_order": "To take no part in crime, to prevent it and to keep order: drugs, "
    "trafficking, contraband, illegal crossing, stolen livestock; news about it is "
    "information_and_liaison.",
}

LONGEST_ID = 100  # characters; ids become names of files
SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"


@dataclass(frozen=True)
class Column:
    """One column: its name, meaning and rule.

    Attributes
    ----------
    name
        Name in the header.
    description
        One sentence for the data dictionary.
    type
        ``id`` and ``reference`` are slugs; ``date`` and ``interval`` are EDTF texts;
        ``vocabulary`` is one of `words`; the others are what they say.
    required
        Whether every row must have a value.
    words
        Allowed values of a vocabulary, in the order in which they are listed and plotted.
    meanings
        A definition of each of the words, in their order; empty where the description has them.
    target
        Table that a reference points to.
    pattern
        Regular expression that the whole text must match, with `form` saying it in words.
    form
        What the pattern means, for error messages.
    minimum, maximum
        Bounds of a number, both allowed.
    unit
        Unit of a number.
    """

    name: str
    description: str
    type: Type = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    target: str = ""
    pattern: str = ""
    form: str = ""
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its columns in file order and the columns that identify a row."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    unique: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.name}.csv"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Header of the CSV file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)


def _id(prefix: str, what: str) -> Column:
    return Column(
        "id",
        f"Stable key of the {what}; never reused.",
        type="id",
        required=True,
        pattern=f"{prefix}-{SLUG}",
        form=f"'{prefix}-' and lower-case ASCII letters and digits joined by single hyphens",
    )


def _reference(name: str, target: str, description: str, *, required: bool = True) -> Column:
    return Column(name, description, type="reference", required=required, target=target)


def _country(name: str, description: str, *, required: bool) -> Column:
    return Column(
        name,
        description,
        required=required,
        pattern="[A-Z]{2}",
        form="a two-letter ISO 3166-1 code in capitals",
    )


_SOURCE = "Source that states it."
_LOCATOR = Column(
    "locator",
    "Where it stands in the source, such as the number of the paragraph.",
)

TABLES = (
    Table(
        "sources",
        "What was read: one row a publication.",
        (
            _id("s", "source"),
            Column(
                "kind",
                "What sort of publication it is; 'government' is what counts as official.",
                type="vocabulary",
                required=True,
                words=(
                    "newspaper",
                    "agency",
                    "government",
                    "thesis",
                    "map",
                    "statistics",
                    "other",
                ),
            ),
            Column("title", "Title as published."),
            Column("publisher", "Who published it; empty where it is not known."),
            Column("author", "Author as named by the publication."),
            Column(
                "published",
                "When it was published; an interval that ends on the day of reading where the "
                "source has no date. Bounds from above what it reports, and is never a signing.",
                type="date",
            ),
            Column(
                "language",
                "Language of the text.",
                pattern="[a-z]{2}",
                form="a two-letter ISO 639-1 code in small letters",
            ),
            Column(
                "url",
                "Address at which it was published.",
                pattern=r"https?://[^\s]+",
                form="an address that starts with http:// or https://",
            ),
            _reference(
                "original_source_id",
                "sources",
                "The report that this one translates or reprints; both are one witness.",
                required=False,
            ),
            Column(
                "accessed",
                "Day on which it was read; an interval where only bounds of the day are known.",
                type="date",
            ),
            Column(
                "read",
                "How much of the text was read: the whole, or only its opening, to which the "
                "locators then refer; empty for lists and maps that were looked up.",
                type="vocabulary",
                words=("whole", "opening"),
            ),
            Column(
                "licence",
                "Licence of a source of points: an open one by its short name, or 'none stated'; "
                "points of the latter are single facts outside the licence of the data.",
            ),
            Column("note", "Remark in our own words."),
        ),
    ),
    Table(
        "localities",
        "Places and units that can be twinned, and the units above them.",
        (
            _id("l", "locality"),
            _country("country", "Country that administers it.", required=True),
            Column(
                "level",
                "Level of the unit, the same words for both countries.",
                type="vocabulary",
                required=True,
                words=LEVELS,
            ),
            Column("designation", "The local word for the level, such as xã, trấn or 镇."),
            Column("name", "Name without level word, with all diacritics.", required=True),
            Column("name_zh", "Chinese name, only where a source or an official list gives it."),
            Column("exists", "When the unit exists; open ends where not known.", type="interval"),
            Column(
                "longitude",
                "Longitude of the place itself (WGS 84).",
                type="number",
                minimum=-180,
                maximum=180,
                unit="degree",
            ),
            Column(
                "latitude",
                "Latitude of the place itself (WGS 84).",
                type="number",
                minimum=-90,
                maximum=90,
                unit="degree",
            ),
            Column(
                "position",
                "How well the point is known: exact, approximate (about 1-2 km), or probable "
                "(the place is identified by inference).",
                type="vocabulary",
                words=("exact", "approximate", "probable"),
            ),
            _reference("position_source_id", "sources", "Source of the point.", required=False),
            Column(
                "at_border",
                "Whether it touches the border of the two countries; empty where nothing says so.",
                type="vocabulary",
                words=("yes", "no"),
            ),
            _reference(
                "at_border_source_id",
                "sources",
                "Source that says so.",
                required=False,
            ),
            Column("note", "Remark in our own words."),
        ),
    ),
    Table(
        "aliases",
        "Other names and spellings of localities, as sources write them.",
        (
            _reference("locality_id", "localities", "Locality that the name means."),
            Column("name", "The other name, without level word.", required=True),
            Column(
                "language",
                "Language of the name, with the script where it matters (zh-Latn is pinyin).",
                required=True,
                pattern="[a-z]{2}(-[A-Z][a-z]{3})?",
                form="an ISO 639-1 code, with a script such as -Latn where it matters",
            ),
            _reference("source_id", "sources", "Source that uses the name.", required=False),
        ),
        key=("locality_id", "name"),
    ),
    Table(
        "codes",
        "Official codes of localities; a code means a unit only at the date of its list.",
        (
            _reference("locality_id", "localities", "Locality that the code means."),
            Column(
                "system",
                "List that the code stands in: GSO (Viet Nam), NBS (China), ISO 3166-2, GeoNames.",
                type="vocabulary",
                required=True,
                words=("geonames", "gso", "iso3166-2", "nbs"),
            ),
            Column("code", "The code as text, leading zeros kept.", required=True),
            Column(
                "during",
                "When the code means this locality.",
                type="interval",
                required=True,
            ),
        ),
        key=("locality_id", "system", "during"),
    ),
    Table(
        "containments",
        "Which unit lies in which, and when.",
        (
            _reference("child_id", "localities", "The unit that lies inside."),
            _reference("parent_id", "localities", "The unit around it, of a higher level."),
            Column("during", "When it lies there.", type="interval"),
            _reference("source_id", "sources", _SOURCE, required=False),
        ),
        key=("child_id", "parent_id"),
    ),
    Table(
        "successions",
        "What became of a unit in a reform.",
        (
            _reference("old_id", "localities", "The unit before."),
            _reference("new_id", "localities", "A unit after."),
            Column("date", "When the change took effect.", type="date", required=True),
            Column(
                "kind",
                "What happened to the old unit.",
                type="vocabulary",
                required=True,
                words=("unchanged", "rename", "merge", "split", "transfer"),
            ),
            _reference("source_id", "sources", _SOURCE, required=False),
        ),
        key=("old_id", "new_id"),
    ),
    Table(
        "pairings",
        "Agreements between two sides: identity only, all else is computed from claims.",
        (
            _id("p", "pairing"),
            Column(
                "kind",
                "What the two sides are.",
                type="vocabulary",
                required=True,
                words=KINDS,
            ),
            Column(
                "matching",
                "'joint': all members of one side with all of the other; 'unspecified': the "
                "source lists both sides without saying who is tied to whom.",
                type="vocabulary",
                required=True,
                words=("joint", "unspecified"),
            ),
            Column(
                "status",
                "Judgement of the evidence; only 'agreed' counts in measures unless asked for.",
                type="vocabulary",
                required=True,
                words=STATUSES,
            ),
            Column("note", "Remark in our own words."),
        ),
    ),
    Table(
        "claims",
        "What one source says of one pairing.",
        (
            _id("c", "claim"),
            _reference("pairing_id", "pairings", "Pairing that the claim speaks of."),
            _reference("source_id", "sources", _SOURCE),
            _LOCATOR,
            Column(
                "signed",
                "Date of signing as this source states it; never the date of publication.",
                type="date",
            ),
            Column(
                "agreement_items",
                "Number of agreed contents that this source states.",
                type="integer",
                minimum=1,
                unit="items",
            ),
            Column(
                "list",
                "How much of the contents of the deed this source tells: 'whole' all, 'part' some, "
                "'counted' their number alone; empty where it tells none, or an aim or later talks "
                "only. Only a whole list can show that a topic was not agreed.",
                type="vocabulary",
                words=("whole", "part", "counted"),
            ),
            Column(
                "status",
                "What this source says of the agreement: agreed (made or in force), planned "
                "(intended, prepared), or silent (it tells of talks and not of the agreement, of "
                "which it is no witness). What follows from all is the status of the pairing.",
                type="vocabulary",
                words=("agreed", "planned", "silent"),
            ),
            Column("note", "Remark in our own words."),
        ),
        unique=("pairing_id", "source_id", "locator"),
    ),
    Table(
        "memberships",
        "Which localities a claim names as members of its pairing.",
        (
            _reference("claim_id", "claims", "Claim that names the member."),
            _reference("locality_id", "localities", "Locality that is meant."),
            Column("named_as", "The name as the source writes it."),
        ),
        key=("claim_id", "locality_id"),
    ),
    Table(
        "contents",
        "What a claim says was agreed, by topic; what was done is an event, and a topic that is "
        "absent was not told.",
        (
            _reference("claim_id", "claims", "Claim whose source tells it."),
            Column(
                "topic",
                "What it is about.",
                type="vocabulary",
                required=True,
                words=tuple(TOPICS),
                meanings=tuple(TOPICS.values()),
            ),
            Column(
                "basis",
                "What it stands in: 'deed' the agreement itself, 'aim' its stated purpose, 'later' "
                "talks, a memorandum or an agreement after the founding.",
                type="vocabulary",
                required=True,
                words=("deed", "aim", "later"),
            ),
            Column(
                "certainty",
                "'explicit': the source says in plain words that it was agreed; 'implied': it "
                "follows from the text, as everything does that is known from an aim.",
                type="vocabulary",
                required=True,
                words=("explicit", "implied"),
            ),
            Column(
                "item",
                "Number or order of the clause in the source, such as 'item 4'; empty where the "
                "source has no list.",
            ),
            Column(
                "stated",
                "What is to be done, in our own words.",
                required=True,
                pattern=".{1,100}",
                form="at most 100 characters, in your own words",
            ),
            Column("note", "Remark in our own words."),
        ),
        key=("claim_id", "topic"),
    ),
    Table(
        "events",
        "Dated things that happened in a pairing.",
        (
            _id("e", "event"),
            _reference("pairing_id", "pairings", "Pairing in which it happened."),
            Column(
                "kind",
                "What happened.",
                type="vocabulary",
                required=True,
                words=(
                    "signing",
                    "renewal",
                    "anniversary",
                    "meeting",
                    "exchange",
                    "patrol",
                    "call",
                    "letter",
                    "handover",
                    "aid",
                    "suspension",
                    "resumption",
                    "other",
                ),
            ),
            Column("date", "When it happened; an interval for a total over time.", type="date"),
            Column(
                "quantity",
                "How many `unit`; empty where none is stated.",
                type="integer",
                minimum=1,
            ),
            Column("unit", "What `quantity` counts, such as calls or people."),
            _reference("source_id", "sources", _SOURCE),
            _LOCATOR,
            Column("note", "Remark in our own words."),
        ),
    ),
    Table(
        "counts",
        "Totals and sizes that sources report without naming members: claims, not facts.",
        (
            _id("n", "count"),
            _reference("area_id", "localities", "Area that the figure is about."),
            Column(
                "measure",
                "'pairings': pairings in the area; 'twinned': units of one side that are twinned; "
                "'border_units': units of a level on the border; 'border_length': km of border of "
                "the whole unit; 'border_length_before_2009': the same by the survey before the "
                "demarcation, as stated or judged by its size; 'border_stretch': km that it shares "
                "with one of its neighbours only.",
                type="vocabulary",
                required=True,
                words=(
                    "pairings",
                    "twinned",
                    "border_units",
                    "border_length",
                    "border_length_before_2009",
                    "border_stretch",
                ),
            ),
            Column(
                "kind",
                "Kind of pairing (pairings, twinned) or level of unit (border_units); empty for "
                "all kinds and for lengths.",
                type="vocabulary",
                words=tuple(dict.fromkeys(KINDS + LEVELS)),
            ),
            _country("side", "Country of the counted units; empty for pairings.", required=False),
            Column("value", "The figure.", type="number", required=True, minimum=0),
            Column(
                "qualifier",
                "How the source hedges: exact, at_least (over, more than), about.",
                type="vocabulary",
                required=True,
                words=("exact", "at_least", "about"),
            ),
            Column(
                "as_of",
                "Date that the figure speaks of, else an upper bound from publication.",
                type="date",
            ),
            _reference("source_id", "sources", _SOURCE),
            _LOCATOR,
            Column("note", "Remark in our own words."),
        ),
    ),
)


def table(name: str) -> Table:
    """Return the table called `name`.

    Parameters
    ----------
    name
        Name of a table, such as ``claims``.

    Returns
    -------
    table
        Its description.

    Raises
    ------
    KeyError
        If there is no such table.

    Examples
    --------
    >>> table("aliases").key
    ('locality_id', 'name')
    """
    return _BY_NAME[name]


_BY_NAME = {each.name: each for each in TABLES}


#: What people read in place of the words of the data; of other words, their own with spaces.
LABELS = {
    "CN": "China",
    "VN": "Việt Nam",
    "ZZ": "country not known",
    "all": "all kinds",
    "gso": "GSO",
    "iso3166-2": "ISO 3166-2",
    "nbs": "NBS",
    "geonames": "GeoNames",
    "at_least": "at least",
    "twinned": "units twinned",
    "border_units": "units on the border",
    "border_length": "length of border",
    "border_length_before_2009": "length of border before 2009",
    "border_stretch": "stretch of border",
    "locality": "place",
    "crime_and_order": "crime and public order",
    "markers_and_line": "markers and border line",
    "border_documents": "border documents and law",
    "services_and_works": "services and building works",
    "trade_and_movement": "trade and movement",
}
_PLURALS = {"country": "countries"}
_COUNTED = {*LEVELS, *KINDS, "locality", "pairing", "claim", "source", "event", "count"} - {"other"}


def label(word: str, *, plural: bool = False) -> str:
    """Return what people read in place of a word of the data; in the plural, of what is counted.

    >>> label("border_post", plural=True), label("other", plural=True), label("VN")
    ('border posts', 'other', 'Việt Nam')
    """
    shown = LABELS.get(word, word.replace("_", " "))
    if plural and word in _COUNTED:
        return _PLURALS.get(word, f"{shown}s")
    return shown
