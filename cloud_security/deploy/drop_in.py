# SPDX-License-Identifier: Apache-2.0
"""The policy file with our base rules, and the file for an operator's own."""

from __future__ import annotations

import os
from typing import Any

from cloud_security.deploy import apis
from cloud_security.policy import origin

#: The check by which a rule of the drop-in differs from an operator's.
_FILTER = 'isolation:enforced'
_OWN_FILE = '90-isolation.yaml'


def find(paths: list[str], api: apis.Api = apis.NOVA) -> str:
    """Return the file with our base rules, whatever its name; '' for none.

    :param paths: policy files, in the order of reading
    """
    for path in reversed(paths):
        if os.path.basename(path) == api.link:
            return path
    for path in paths:
        asking = {
            place.name
            for place in origin.read(path)
            if _FILTER in str(place.value)
        }
        if api.essential_rules <= asking:
            return path
    return ''


def rules(path: str, api: apis.Api = apis.NOVA) -> dict[str, Any]:
    """Return our base rules in a file, which may hold an operator's, too."""
    if not path:
        return {}
    places = origin.read(path)
    is_ours = os.path.basename(path) == api.link
    base = {
        place.name
        for place in places
        if is_ours or _FILTER in str(place.value)
    }
    # These lead to those that ask for the filter.
    base |= {
        place.name for place in places if place.name in api.bridging_rules
    }
    return {p.name: p.value for p in places if p.name in base}


def own_file(drop_in: str, paths: list[str], conf: Any) -> str:
    """Return a policy file that the service reads after all others.

    :param drop_in: the file with our base rules, '' for none
    :param paths: policy files, in the order of reading
    :param conf: oslo.config's options of the service
    """
    folders = origin.folders(conf)
    if not folders:
        main = conf.oslo_policy.policy_file or 'policy.yaml'
        return str(conf.find_file(main) or main)
    # The service reads this folder last.
    folder = folders[-1]
    names = [
        os.path.basename(path)
        for path in paths
        if os.path.dirname(path) == folder
    ]
    last = max(names, default='')
    if _OWN_FILE >= last:
        return os.path.join(folder, _OWN_FILE)
    if os.path.join(folder, last) != drop_in:
        return os.path.join(folder, last)
    # It has to sort behind the drop-in, as "_" does behind ".".
    return os.path.join(folder, f'{os.path.splitext(last)[0]}_own.yaml')
