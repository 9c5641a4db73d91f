# SPDX-License-Identifier: Apache-2.0
"""Print the rules in force that files name, as JSON: rules_in_force.py ROOT.

They are read by oslo.policy as for Nova's API, in the root and as Nova's user.
It must not read anything of this machine's.
"""

import json
import os
import sys

from oslo_config import cfg
from oslo_policy import _checks
from oslo_policy import opts
from oslo_policy import policy

NOVA = 162


def main() -> None:
    """Print ``{name: rule}``."""
    conf = cfg.ConfigOpts()
    conf([], project='nova')
    opts.set_defaults(conf, policy_file='/etc/nova/policy.yaml')
    conf.set_override(
        'policy_dirs', ['/etc/nova/policy.d'], group='oslo_policy'
    )
    enforcer = policy.Enforcer(conf)
    # Plugins are looked up when the first rule needs one.
    _checks.get_extensions()
    os.chroot(sys.argv[1])
    os.chdir('/')
    os.setgroups([])
    os.setgid(NOVA)
    os.setuid(NOVA)
    enforcer.load_rules()
    rules = {name: str(enforcer.rules[name]) for name in enforcer.file_rules}
    json.dump(rules, sys.stdout)


if __name__ == '__main__':
    main()
