# SPDX-License-Identifier: Apache-2.0
"""Processes of the lab. Only those are stopped that the lab has started."""

import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import Dict
from typing import NamedTuple
from typing import Sequence
import urllib.error
import urllib.request

import settings

#: Seconds that a process has to start or to stop.
PATIENCE = 120
#: What each process finds; it sees nothing of the caller's shell.
ENVIRONMENT = {
    'PATH': f'{settings.VENV}/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    'LANG': 'C.UTF-8',
    'HOME': str(settings.STATE),
}


class Service(NamedTuple):
    """A process that stays.

    :ivar check: a URL that responds, or the command that succeeds, when it is
        ready; empty where nobody has to wait
    """

    name: str
    command: Sequence[str]
    environment: Dict[str, str] = {}
    check: object = ''


def say(text):
    """Tell the operator, with the time."""
    print(time.strftime('[%H:%M:%S]'), text, flush=True)


def pid_of(name):
    """Return the ID of a process that runs, None if it does not."""
    try:
        pid, started = (settings.RUN / f'{name}.pid').read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if _started(pid) == started else None


def start(service):
    """Start a process in a session of its own, unless it runs."""
    if pid_of(service.name):
        return
    with open(settings.LOG / f'{service.name}.log', 'ab') as log:
        process = subprocess.Popen(
            service.command,
            cwd=settings.STATE,
            env={**ENVIRONMENT, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    path = settings.RUN / f'{service.name}.pid'
    path.write_text(f'{process.pid} {_started(process.pid)}')
    say(f'{service.name} started ({process.pid})')


def wait_for(service):
    """Wait until a process is ready; end with a sentence if it is not."""
    deadline = time.monotonic() + PATIENCE
    while service.check and not _is_ready(service):
        if time.monotonic() > deadline or not pid_of(service.name):
            log = settings.LOG / f'{service.name}.log'
            sys.exit(f'{service.name} does not start; see {log}')
        time.sleep(0.25)


def stop(name):
    """Stop a process, and whatever it has started in its session."""
    pid = pid_of(name)
    if pid:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 15
        # uWSGI's master may end before its workers, which hold the port.
        while _runs_in(pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        if _runs_in(pid):
            os.killpg(pid, signal.SIGKILL)
        say(f'{name} stopped')
    (settings.RUN / f'{name}.pid').unlink(missing_ok=True)


def run(*command, environment=None, log='setup'):
    """Run a command to its end; its output goes to a log.

    :raises SystemExit: when it fails, with the end of the log
    """
    path = settings.LOG / f'{log}.log'
    with open(path, 'a+b') as stream:
        done = subprocess.run(
            list(map(str, command)),
            env={**ENVIRONMENT, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )
    if done.returncode:
        last = path.read_text(errors='replace').splitlines()[-15:]
        sys.exit(
            '\n'.join(last)
            + f'\n{" ".join(map(str, command))} failed; see {path}'
        )


def _is_ready(service):
    if not isinstance(service.check, str):
        return not subprocess.run(
            service.check,
            env={**ENVIRONMENT, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
    try:
        urllib.request.urlopen(service.check, timeout=5).close()
    except urllib.error.HTTPError as error:
        # uWSGI answers 500 while the API loads.
        return error.code < 500
    except OSError:
        return False
    return True


def _runs_in(group):
    """Tell whether processes of a group run."""
    for path in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            stat = path.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, found, *_ = stat.rpartition(')')[2].split()
        if int(found) == group and state != 'Z':
            return True
    return False


def _started(pid):
    """Return when a process started: its ID may be given again."""
    try:
        stat = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(')')[2].split()
    # The child of a shell that nobody waits for is none that runs.
    return None if state == 'Z' else fields[18]
