# SPDX-License-Identifier: Apache-2.0
"""One table of ``explain`` for several services.

A process of its own explains each service.
"""

from __future__ import annotations

from collections.abc import Iterable
import json
from typing import Any

from cloud_security.cmd import own_process
from cloud_security.deploy import apis

#: Rows that are the same for all services.
_SHARED = ('user', 'project', 'roles')


class Failed(Exception):
    """A service was not explained; the message says why."""


def of(chosen: Iterable[apis.Api], parsed_args: Any) -> dict[str, Any]:
    """Return the rows about some services, each with the service's name.

    :raises Failed: when one of them is not explained
    """
    rows: dict[str, Any] = {}
    for api in chosen:
        for name, value in _explained(api, parsed_args).items():
            is_shared = name in _SHARED
            rows[name if is_shared else f'{api.name}: {name}'] = value
    return rows


def _explained(api: apis.Api, parsed_args: Any) -> dict[str, Any]:
    command = ['explain', '--service', api.key, '-f', 'json']
    done = own_process.run(
        'cloud_security.cmd.manage',
        [*command, *_arguments(parsed_args)],
        is_captured=True,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        why = lines[-1].partition(': ')[2] if lines else ''
        raise Failed(why or f'{api.name} exited with {done.returncode}.')
    rows: dict[str, Any] = json.loads(done.stdout)
    return rows


def _arguments(parsed_args: Any) -> list[str]:
    """Return the arguments that say who asks, and for what."""
    found = [
        f'--{name}={value}'
        for name in ('user', 'project', 'action')
        for value in [getattr(parsed_args, name)]
        if value
    ]
    found += [f'--role={role}' for role in parsed_args.role or ()]
    return [*found, *([parsed_args.server] if parsed_args.server else [])]
