# SPDX-License-Identifier: Apache-2.0
"""An api-paste.ini as text: where the filter stands, and belongs.

It needs no service and no PasteDeploy, so that it works on the file of any
image. It refuses a file that it does not understand. Before it returns a
text, it reads that again: each way to the API is isolated, or none
has the filter, and all else is as before.
"""

from __future__ import annotations

from typing import Callable

from cloud_security.deploy import apis
from cloud_security.deploy import ini_lines
from cloud_security.deploy import paste_pipelines

NAME = paste_pipelines.NAME
#: Nova's.
FACTORY = apis.NOVA.factory
ROUTER = apis.NOVA.routers[0]
PACKAGE = FACTORY.partition('.')[0]
Paste = paste_pipelines.Paste
NotUnderstood = paste_pipelines.NotUnderstood

Change = Callable[..., str]


def enable(text: str, path: str = '', api: apis.Api = apis.NOVA) -> str:
    """Return a text in which every pipeline is isolated.

    :param path: the path at which the service reads it
    :raises NotUnderstood: when it cannot be told how
    """
    before = Paste(text, path, api)
    for section, options in before.stray_options.items():
        raise NotUnderstood(
            f'[{section}] takes no options, but has {", ".join(options)}: '
            f'move them to [cloud_security] in {api.conf_file}'
        )
    lines = ini_lines.split(text)
    names = sorted(before.filters) or [NAME]
    name = NAME if NAME in names else names[0]
    for pipeline in before.pipelines:
        if before.is_isolated(pipeline):
            continue
        last = ini_lines.take_out(
            lines, pipeline.section, pipeline.option, before.ours
        )
        if not ini_lines.put_before_first(
            lines, pipeline.section, pipeline.option, name, before.behind
        ):
            lines[last] = ini_lines.put_before_last(lines[last], name)
    if not before.filters:
        if NAME not in before.ours:
            raise NotUnderstood(f'[filter:{NAME}] is not cloud_security')
        _put_section(lines, before)
    after = Paste(''.join(lines), path, api)
    if not after.is_isolated_on_all_ways:
        raise NotUnderstood('its pipelines are written in an unknown form')
    _assert_nothing_else_changed(before, after)
    return after.text


def _put_section(lines: list[str], before: Paste) -> None:
    place = min(
        ini_lines.section_lines(lines, section).start
        for section in before.routers.values()
    )
    if place == len(lines):
        raise NotUnderstood('its sections are written in an unknown form')
    while place and lines[place - 1].startswith('#'):
        place -= 1
    end = '\r\n' if lines[place].endswith('\r\n') else '\n'
    lines[place:place] = [
        f'[filter:{NAME}]{end}',
        f'paste.filter_factory = {before.api.factory}{end}',
        end,
    ]


def disable(text: str, path: str = '', api: apis.Api = apis.NOVA) -> str:
    """Return a text without the filter; the inverse of enable().

    :param path: the path at which the service reads it
    :raises NotUnderstood: when it cannot be told how
    """
    before = Paste(text, path, api)
    lines = ini_lines.split(text)
    for pipeline in before.pipelines:
        ini_lines.take_out(
            lines, pipeline.section, pipeline.option, before.ours
        )
    for section in before.filters.values():
        span = ini_lines.section_lines(lines, section)
        del lines[span.start : span.stop]
    after = Paste(''.join(lines), path, api)
    if after.filters:
        raise NotUnderstood('its pipelines are written in an unknown form')
    for section in after.sections.sections:
        for option, value in after.sections.raw(section).items():
            if before.ours.intersection(value.split()) or PACKAGE in value:
                raise NotUnderstood(
                    f'[{section}] {option} names the filter, but is no '
                    f'pipeline that ends in the {api.application}: take it out'
                )
    _assert_nothing_else_changed(before, after)
    return after.text


def _assert_nothing_else_changed(before: Paste, after: Paste) -> None:
    ours = before.ours

    def rest(paste: Paste) -> dict[str, dict[str, list[str]]]:
        return {
            section: {
                option: [part for part in value.split() if part not in ours]
                for option, value in paste.sections.raw(section).items()
            }
            for section in ('DEFAULT', *paste.sections.sections)
            if section not in {f'filter:{name}' for name in ours}
            and section not in before.filters.values()
        }

    if rest(before) != rest(after):
        raise NotUnderstood('its lines are written in an unknown form')

    def others(paste: Paste) -> set[tuple[str, ...]]:
        return {
            tuple(
                part.name
                for part in way
                if part.factory != paste.api.factory and part.name not in ours
            )
            for way in paste.ways
        }

    if others(before) != others(after):
        # With filter-with, the filter brings them along.
        raise NotUnderstood('other filters come and go with cloud_security')
