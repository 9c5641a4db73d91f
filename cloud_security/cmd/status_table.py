# SPDX-License-Identifier: Apache-2.0
"""One outcome of cloud-security-status for several services.

A process of its own checks each service; this module joins their output.
"""

from __future__ import annotations

from collections.abc import Iterable
import json
import subprocess
import sys
from typing import Any

from cloud_security.cmd import own_process
from cloud_security.deploy import apis

_NAME = 'cloud-security-status'
_MAIN = 'cloud_security.cmd.status'
#: The title that oslo.upgradecheck gives.
_TITLE = 'Upgrade Check Results'
#: The result of a service that could not be looked at.
_FAILURE = 2


def of(chosen: Iterable[apis.Api], arguments: list[str]) -> int:
    """Print the outcome for some services; return the worst exit code.

    :param arguments: those of the command, without --service
    """
    code = 0
    output: dict[str, Any] = {'name': _TITLE, 'checks': []}
    is_json = '--json' in arguments
    for api in chosen:
        if not is_json:
            sys.stdout.write(f'{api.name}:\n')
            sys.stdout.flush()
        done = own_process.run(
            _MAIN,
            ['--service', api.key, *arguments],
            is_json,
        )
        sys.stderr.write(done.stderr or '')
        code = max(code, done.returncode if done.returncode >= 0 else 255)
        if is_json:
            found = _read(api, done)
            output['checks'] += [
                {**check, 'service': api.key} for check in found['checks']
            ]
    if is_json:
        sys.stdout.write(f'{json.dumps(output)}\n')
    return code


def _read(api: apis.Api, done: subprocess.CompletedProcess[str]) -> Any:
    """Return the checks of a service, one failure where there are none."""
    try:
        found = json.loads(done.stdout)
        if isinstance(found['checks'], list) and found['checks']:
            return found
    except (ValueError, LookupError, TypeError):
        pass
    lines = (done.stderr or '').strip().splitlines()
    said = lines[-1].removeprefix(f'{_NAME}: ') if lines else ''
    why = said or f'the checks exited with {done.returncode}'
    return {
        'checks': [
            {'check': api.name, 'result': _FAILURE, 'details': why},
        ],
    }
