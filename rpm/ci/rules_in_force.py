# SPDX-License-Identifier: Apache-2.0
"""Print the rules in force that files name, as JSON.

rules_in_force.py ROOT nova|cinder|glance|neutron: oslo.policy reads them as
for the service's API, in the root and as the service's user. It must not read
anything of this machine's.
"""

import json
import os
import sys

from oslo_config import cfg
from oslo_policy import _checks
from oslo_policy import opts
from oslo_policy import policy

#: User IDs that RDO's packages create.
USERS = {'nova': 162, 'cinder': 165, 'glance': 161, 'neutron': 164}


def main() -> None:
    """Print ``{name: rule}``."""
    root, service = sys.argv[1:]
    conf = cfg.ConfigOpts()
    conf([], project=service)
    opts.set_defaults(conf, policy_file=f'/etc/{service}/policy.yaml')
    conf.set_override(
        'policy_dirs', [f'/etc/{service}/policy.d'], group='oslo_policy'
    )
    enforcer = policy.Enforcer(conf)
    # Plugins are looked up when the first rule needs one.
    _checks.get_extensions()
    os.chroot(root)
    os.chdir('/')
    os.setgroups([])
    os.setgid(USERS[service])
    os.setuid(USERS[service])
    enforcer.load_rules()
    rules = {name: str(enforcer.rules[name]) for name in enforcer.file_rules}
    json.dump(rules, sys.stdout)


if __name__ == '__main__':
    main()
