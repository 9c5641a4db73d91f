# SPDX-License-Identifier: Apache-2.0
"""Devices of a server: volumes, interfaces and their addresses, shares.

Source: nova/api/openstack/compute/, the controllers beside servers.py.
"""

from cloud_security.probe.catalog.operations import changes
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import NO_ADDRESS
from cloud_security.probe.catalog.operations import only_refused

DEVICES = (
    changes(
        'attach a volume',
        'POST',
        '/os-volume_attachments',
        {'volumeAttachment': {'volumeId': '{nothing}'}},
        works=EITHER,
        repeats=False,
    ),
    changes(
        'swap a volume',
        'PUT',
        '/os-volume_attachments/{nothing}',
        {'volumeAttachment': {'volumeId': '{nothing}'}},
        works=EITHER,
        repeats=False,
    ),
    changes(
        'detach a volume',
        'DELETE',
        '/os-volume_attachments/{nothing}',
        works=EITHER,
        repeats=False,
    ),
    changes(
        'attach an interface',
        'POST',
        '/os-interface',
        {'interfaceAttachment': {'net_id': '{network}'}},
        lasts=True,
        repeats=False,
    ),
    changes(
        'attach an interface to no network',
        'POST',
        '/os-interface',
        {'interfaceAttachment': {'net_id': '{nothing}'}},
        works=EITHER,
        repeats=False,
    ),
    changes(
        'detach an interface',
        'DELETE',
        '/os-interface/{nothing}',
        works=EITHER,
        repeats=False,
    ),
    only_refused(
        'add a fixed IP',
        'addFixedIp',
        {'networkId': '{nothing}'},
        until='2.43',
    ),
    only_refused(
        'remove a fixed IP',
        'removeFixedIp',
        {'address': NO_ADDRESS},
        until='2.43',
    ),
    only_refused(
        'add a floating IP',
        'addFloatingIp',
        {'address': NO_ADDRESS},
        until='2.43',
    ),
    only_refused(
        'add a security group', 'addSecurityGroup', {'name': 'default'}
    ),
    only_refused(
        'remove a security group', 'removeSecurityGroup', {'name': 'default'}
    ),
    changes(
        'attach a share',
        'POST',
        '/shares',
        {'share': {'share_id': '{nothing}'}},
        since='2.97',
        works=EITHER,
        repeats=False,
    ),
    changes(
        'detach a share',
        'DELETE',
        '/shares/{nothing}',
        since='2.97',
        works=EITHER,
    ),
)
