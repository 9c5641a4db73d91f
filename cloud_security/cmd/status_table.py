# SPDX-License-Identifier: Apache-2.0
"""One outcome of cloud-security-status for several services.

Each is checked by a process of its own, whose output this module joins.
"""

from __future__ import annotations

from collections.abc import Iterable
import json
import subprocess
import sys
from typing import Any

from cloud_security.deploy import apis

_NAME = 'cloud-security-status'
_MAIN = (
    'import sys; from cloud_security.cmd.status import main; sys.exit(main())'
)
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
        done = _checked(api, arguments, is_json)
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


def _checked(
    api: apis.Api, arguments: list[str], is_json: bool
) -> subprocess.CompletedProcess[str]:
    pipe = subprocess.PIPE if is_json else None
    return subprocess.run(
        [
            sys.executable,
            *(f'-W{option}' for option in sys.warnoptions),
            '-c',
            _MAIN,
            '--service',
            api.key,
            *arguments,
        ],
        stdout=pipe,
        stderr=pipe,
        text=True,
        check=False,
    )


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
