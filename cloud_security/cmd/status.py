"""``cloud-security-status upgrade check``: does it hold, on this host?

It exits with 0 when all is well, 1 when something is to be looked at, 2 when
isolation does not hold or could be lost, and 255 when it could not tell.
"""

import contextlib
import io
import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from cloud_security.compute import checks
from cloud_security.compute import config

NAME = 'cloud-security-status'


def main() -> int:
    """Run the checks; the entry point ``console_scripts``."""
    conf = config.CONF
    conf.register_cli_opt(checks.PASTE)
    upgradecheck.register_cli_options(conf, checks.Checks())
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            config.parse(sys.argv)
    except SystemExit as stop:
        if stop.code:
            # argparse says how to use it, and then what is wrong.
            *_, wrong = said.getvalue().strip().splitlines()
            wrong = wrong.rpartition('error: ')[2]
            sys.stderr.write(f'{NAME}: {wrong}; see {NAME} --help\n')
        return int(stop.code or 0)
    except cfg.Error as error:
        sys.stderr.write(f'{NAME}: nova.conf cannot be read: {error}\n')
        return 255
    sys.stderr.write(said.getvalue())
    # It looks there for --json.
    upgradecheck.CONF = conf
    code: int = upgradecheck.run(conf)
    return code
