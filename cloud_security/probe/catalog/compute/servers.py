# SPDX-License-Identifier: Apache-2.0
"""Reads of one server.

Source: nova/api/openstack/compute/routes.py, Nova 29 to 34.
"""

from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.catalog.operations import reads

SERVER = (
    reads('show', '', is_core=True),
    reads('show, oldest microversion', '', until='2.1'),
    Operation(
        'show through the project',
        'GET',
        '/v2.1/{own_project}/servers/{server}',
    ),
    Operation('show through v2', 'GET', '/v2/servers/{server}', until='2.1'),
    Operation(
        'show by its alias', 'GET', 'os-volumes_boot/{server}', until='2.102'
    ),
    Operation('show in capitals', 'GET', 'servers/{SERVER}'),
    reads('read metadata', '/metadata'),
    reads('read one key', '/metadata/probe'),
    reads('read tags', '/tags', since='2.26'),
    reads('read one tag', '/tags/{tag}', since='2.26'),
    reads('read addresses', '/ips'),
    reads('read addresses of a network', '/ips/{label}'),
    reads('read its history', '/os-instance-actions'),
    reads('read one action', '/os-instance-actions/{request}'),
    reads('read interfaces', '/os-interface'),
    reads('read one interface', '/os-interface/{port}'),
    reads('read security groups', '/os-security-groups'),
    reads('read the password', '/os-server-password'),
    reads('read volumes', '/os-volume_attachments'),
    reads(
        'read one volume',
        '/os-volume_attachments/{nothing}',
        works=(200, 404),
        never=404,
        why='Cinder takes 404 there as "gone, delete the attachment" '
        '(CVE-2023-2088).',
    ),
    reads('read the topology', '/topology', since='2.78'),
    reads('read diagnostics', '/diagnostics', works=EITHER),
    reads('read migrations', '/migrations', since='2.23', works=EITHER),
    reads('read one migration', '/migrations/1', since='2.23', works=EITHER),
    reads('read shares', '/shares', since='2.101'),
    # Nova 31 and 32 refuse admins of other projects.
    reads(
        'read shares, before 2.101',
        '/shares',
        since='2.97',
        until='2.100',
        repeats=False,
    ),
    reads('read one share', '/shares/{nothing}', since='2.97', works=EITHER),
)
