# SPDX-License-Identifier: Apache-2.0
"""Settings with which Sphinx builds the documentation and the man pages."""

extensions = [
    'cliff.sphinxext',
    'openstackdocstheme',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'reno.sphinxext',
]

project = 'cloud_security'
copyright = 'The cloud_security developers, Apache License 2.0'
html_theme = 'openstackdocs'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_pdf_link = False
# What there is of it in the commands' own help.
autoprogram_cliff_application = 'cloud-security-manage'
autoprogram_cliff_app_dist_name = 'cloud_security'

_AUTHORS = ['The cloud_security developers']
man_pages = [
    (
        'cli/cloud-security-manage',
        'cloud-security-manage',
        "isolate the members of a project in Nova's API",
        _AUTHORS,
        8,
    ),
    (
        'cli/cloud-security-probe',
        'cloud-security-probe',
        'try what one member of a project can do to another on a live cloud',
        _AUTHORS,
        8,
    ),
    (
        'cli/cloud-security-status',
        'cloud-security-status',
        "tell whether isolation holds on a host of Nova's API",
        _AUTHORS,
        8,
    ),
    (
        'cli/cloud-security-trace',
        'cloud-security-trace',
        'tell who had an IP address, and when',
        _AUTHORS,
        8,
    ),
]
