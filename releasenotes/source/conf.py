# SPDX-License-Identifier: Apache-2.0
"""Settings with which Sphinx builds the release notes."""

extensions = ['openstackdocstheme', 'reno.sphinxext']

project = 'cloud_security Release Notes'
copyright = 'The cloud_security developers, Apache License 2.0'
html_theme = 'openstackdocs'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_pdf_link = False
