# SPDX-License-Identifier: Apache-2.0
"""Beginning of a page for people, which is one HTML file.

Such a page needs no other file, runs no script and sends no request.
"""

from __future__ import annotations

from html import escape
import importlib.resources

# An empty icon keeps a browser from requesting one.
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>{title} – {program}</title>
<style>
{style}</style>
</head>
<body>
"""


def head(title: str, program: str, package: str, style_file: str) -> str:
    """Return the head of a page, and the beginning of its body.

    :param program: the name of the program that writes the page
    :param package: the package that has the file with the style
    """
    path = importlib.resources.files(package) / style_file
    return _HEAD.format(
        title=escape(title),
        program=program,
        style=path.read_text(encoding='utf-8'),
    )
