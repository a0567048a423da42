"""The site: prose, notebooks, reference, and pages made from the records. Nothing is executed."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pages

dataset = pages.ts.load(pages.ROOT / "data")

project = "Border twinning"
copyright = f"The twinstudy contributors. Data CC BY 4.0, code MIT. Data version {dataset.version}"  # noqa: A001

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3
default_role = "literal"
autodoc_typehints_format = "short"
autosummary_generate = True
numpydoc_show_class_members = False
templates_path = ["templates"]
exclude_patterns = ["templates", "generated/parts"]

html_theme = "pydata_sphinx_theme"
html_context = {"default_mode": "auto"}
html_title = "Border twinning"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {page: [] for page in ("*", "generated/*", "generated/pairings/*")}
html_sidebars |= {page: ["sidebar-nav-bs"] for page in ("notebooks", "api", "generated/provinces")}

pages.write(dataset)
known = set(dataset.pairings["id"])


def setup(app):
    """Let links out of `docs` lead to their targets on the site."""

    def relink(app, name, source):
        folder = Path(app.env.doc2path(name)).parent
        if folder == pages.HERE:
            source[0] = pages.relinked(source[0], folder, folder)
        # The empty line that ends an example for the test is none for the reader.
        source[0] = re.sub(r"(?s)(```pycon\n.*?)\n\n```", r"\1\n```", source[0])

    def lead(app, name, template, context, doctree):
        """Let the names of pairings in tables lead to their pages, where they have one."""
        root = context["pathto"]("generated/pairings").removesuffix(".html")

        def target(found):
            return f'<a href="{root}/{found[1]}.html">' if found[1] in known else "<a>"

        context["body"] = re.sub(r'<a data-pairing="([^"]+)">', target, context.get("body", ""))

    def tell(app, error):
        if error is None:
            print(f"the site: {app.outdir / 'index.html'}")  # noqa: T201 - Sphinx is quiet

    app.connect("source-read", relink)
    app.connect("html-page-context", lead)
    app.connect("build-finished", tell)
