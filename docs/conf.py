"""The site: prose, notebooks, reference, and pages made from the records. Nothing is executed."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pages

import twinstudy

dataset = twinstudy.load(pages.ROOT / "data")

project = "Border twinning"
author = "The twinstudy contributors"
version = release = dataset.version
copyright = f"{author}. Data CC BY 4.0, code MIT. Data version {version}"  # noqa: A001 - Sphinx's word

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3
default_role = "literal"
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False
exclude_patterns = ["templates", "generated/parts"]
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "pydata_sphinx_theme"
html_context = {"default_mode": "auto"}
html_title = "Border twinning"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": [], "generated/pairings/*": [], "generated/sources": []}

pages.write(dataset)


def setup(app):
    """Let links out of `docs` lead to their targets on the site."""

    def relink(app, name, source):
        folder = Path(app.env.doc2path(name)).parent
        if folder == pages.HERE:
            source[0] = pages.relinked(source[0], folder, folder)

    def lead(app, name, template, context, doctree):
        """Let the names of pairings in tables lead to their pages."""
        root = context["pathto"]("generated/pairings").removesuffix(".html")
        context["body"] = re.sub(
            r'<a data-pairing="([^"]+)">', rf'<a href="{root}/\1.html">', context.get("body", "")
        )

    app.connect("source-read", relink)
    app.connect("html-page-context", lead)
