# SPDX-License-Identifier: Apache-2.0
"""Faults of the api-paste.ini that a host's API reads.

Each sentence names the fault and the file, and tells what to do.
"""

from __future__ import annotations

import os
from typing import Iterator

from cloud_security.deploy import apis
from cloud_security.deploy import file_changes
from cloud_security.deploy import paste

#: Endings of new files that packages leave beside a changed one.
LEFT = ('.rpmnew', '.dpkg-dist', '.dpkg-new', '.ucf-dist')


def failures(path: str, api: apis.Api = apis.NOVA) -> list[str]:
    """Return sentences about what isolates nobody, or lets no API start."""
    try:
        text = file_changes.read(path, api.name)
    except file_changes.Refused as error:
        return [str(error)]
    try:
        found = paste.Paste(text, path, api)
    except paste.NotUnderstood as error:
        return [
            f'{path} is not understood: {error}. Edit it by hand, as the '
            'documentation shows.'
        ]
    sentences = [*_misplaced(found)]
    if sentences or found.stray_options:
        sentences.append(_advice(text, path, api))
    for name in found.missing_filters:
        sentences.append(
            f'{path} names the filter {name}, which PasteDeploy cannot load, '
            f"so that {api.name}'s API does not start: mend it."
        )
    return sentences


def leftovers(path: str) -> list[str]:
    """Return sentences about files that an upgrade left beside a file."""
    return [
        f'{path}{ending} is what an upgrade left: compare it, and run '
        'cloud-security-manage enable when you take it over.'
        for ending in LEFT
        if os.path.exists(path + ending)
    ]


def _misplaced(found: paste.Paste) -> Iterator[str]:
    for pipeline in found.pipelines:
        if found.is_missing(pipeline):
            yield f'{pipeline.name} has no filter.'
        elif not found.is_isolated(pipeline):
            behind = [name for name in pipeline.parts if name in found.behind]
            place = f'directly before {behind[0]}' if behind else 'the last'
            yield f'In {pipeline.name} the filter is not {place}.'
    pipelines_hold = all(map(found.is_isolated, found.pipelines))
    if pipelines_hold and not found.is_isolated_on_all_ways:
        yield (
            f'The {found.api.application} is reached past the filter, not '
            'through a pipeline.'
        )


def _advice(text: str, path: str, api: apis.Api) -> str:
    try:
        paste.enable(text, path, api)
    except paste.NotUnderstood as error:
        return (
            f'cloud-security-manage enable cannot mend {path}: {error}. Edit '
            'it by hand, as the documentation shows, and restart '
            f"{api.name}'s API."
        )
    return (
        f'Run cloud-security-manage enable for {path}, and restart '
        f"{api.name}'s API; an upgrade may have brought a new file."
    )
