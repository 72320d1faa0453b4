"""Sphinx: Markdown in, one small site out. ``make docs`` turns warnings into errors."""

project = "The back office"
author = copyright = "The back office authors"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = project
html_show_sphinx = False
html_copy_source = False
