# SPDX-License-Identifier: Apache-2.0
"""One outcome of cloud-security-status for several services.

A process of its own checks each service; this module joins their output.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import json
import os
import subprocess
import sys
import tempfile
from typing import Any
from typing import Optional

from oslo_upgradecheck import upgradecheck

from cloud_security.cmd import own_process
from cloud_security.deploy import apis
from cloud_security.deploy import between

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
    facts: dict[str, Optional[between.Facts]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for api in chosen:
            if not is_json:
                sys.stdout.write(f'{api.name}:\n')
                sys.stdout.flush()
            path = os.path.join(folder, api.key)
            done = own_process.run(
                _MAIN,
                ['--service', api.key, *arguments],
                is_json,
                **{between.VARIABLE: path},
            )
            sys.stderr.write(done.stderr or '')
            code = max(code, done.returncode if done.returncode >= 0 else 255)
            facts[api.name] = between.read(path)
            if is_json:
                found = _read(api, done)
                output['checks'] += [
                    {**check, 'service': api.key} for check in found['checks']
                ]
    compared, found_between = _compared(facts, is_json)
    if is_json:
        output['checks'] += found_between
        sys.stdout.write(f'{json.dumps(output)}\n')
    return max(code, compared)


def _compared(
    facts: Mapping[str, Optional[between.Facts]], is_json: bool
) -> tuple[int, list[dict[str, Any]]]:
    """Compare services; print a table, but for --json.

    :returns: the worst code, and the checks for --json
    """
    found = between.Checks(facts)
    if not is_json:
        upgradecheck.CONF = None
        return int(found.check()), []
    checks = [
        {
            'check': title,
            'result': result.code,
            'details': result.details,
            'service': 'all',
        }
        for title, check in found._upgrade_checks
        for result in [check(found)]
    ]
    return max(int(check['result']) for check in checks), checks


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
