# SPDX-License-Identifier: Apache-2.0
"""Actions on a volume, and its attachments, from state to state.

They are a walk: after each step the volume is in the state that the next one
needs. Source: cinder/api/contrib/volume_actions.py, admin_actions.py and
cinder/api/v3/attachments.py, Cinder 24 to 29.
"""

from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.volume.volume_forms import acts
from cloud_security.probe.catalog.volume.volume_forms import changes
from cloud_security.probe.catalog.volume.volume_forms import creates
from cloud_security.probe.catalog.volume.volume_forms import only_refused

CONNECTOR = {
    'initiator': 'iqn.1993-08.org.debian:01:cad181614cec',
    'ip': '192.0.2.20',
    'host': 'cloud-security-probe',
    'platform': 'x86_64',
    'os_type': 'linux',
    'multipath': False,
}

ACTIONS = (
    acts(
        'make a volume read-only',
        'os-update_readonly_flag',
        {'readonly': True},
    ),
    acts(
        'make a volume writable',
        'os-update_readonly_flag',
        {'readonly': False},
    ),
    acts('let a volume boot', 'os-set_bootable', {'bootable': True}),
    acts('let a volume boot no more', 'os-set_bootable', {'bootable': False}),
    acts('extend a volume', 'os-extend', {'new_size': 2}, becomes='available'),
    acts(
        'extend a volume, oldest microversion',
        'os-extend',
        {'new_size': 3},
        becomes='available',
        until='3.0',
    ),
    acts('retype a volume', 'os-retype', {'new_type': '{type}'}, lasts=True),
    acts('reserve a volume', 'os-reserve', becomes='attaching'),
    acts('reserve a volume no more', 'os-unreserve', becomes='available'),
    acts(
        'attach a volume to a host',
        'os-attach',
        {'host_name': 'cloud-security-probe', 'mountpoint': '/dev/vdx'},
        becomes='in-use',
    ),
    acts(
        "read a volume's connection",
        'os-initialize_connection',
        {'connector': CONNECTOR},
        becomes='in-use',
    ),
    acts(
        "end a volume's connection",
        'os-terminate_connection',
        {'connector': CONNECTOR},
        becomes='in-use',
    ),
    acts('begin to detach a volume', 'os-begin_detaching', lasts=True),
    acts('detach a volume no more', 'os-roll_detaching', becomes='in-use'),
    # A volume in use stays as it is; an available one can stay downloading.
    acts(
        'reimage a volume',
        'os-reimage',
        {'image_id': '{nothing}'},
        since='3.68',
        works=EITHER,
    ),
    acts('detach a volume from a host', 'os-detach', {}, becomes='available'),
    *(
        only_refused(name, action, arguments, since=since)
        for name, action, arguments, since in (
            (
                "reset a volume's status",
                'os-reset_status',
                {'status': 'available'},
                '3.0',
            ),
            (
                'force a volume off its host',
                'os-force_detach',
                {'connector': CONNECTOR, 'attachment_id': '{nothing}'},
                '3.0',
            ),
            (
                'migrate a volume',
                'os-migrate_volume',
                {'host': 'nowhere@x#y'},
                '3.0',
            ),
            (
                'complete a migration',
                'os-migrate_volume_completion',
                {'new_volume': '{nothing}', 'error': False},
                '3.0',
            ),
            ('unmanage a volume', 'os-unmanage', None, '3.0'),
        )
    ),
    creates(
        'attach a volume to a server',
        'attachment',
        'attachments',
        {'attachment': {'volume_uuid': '{volume}'}},
        since='3.27',
    ),
    creates(
        'attach a volume with its connection',
        'attachment',
        'attachments',
        {'attachment': {'volume_uuid': '{volume}', 'connector': CONNECTOR}},
        since='3.54',
    ),
    changes(
        'update an attachment',
        'PUT',
        'attachments/{attachment}',
        {'attachment': {'connector': CONNECTOR}},
        about='attachment',
        since='3.27',
        lasts=True,
    ),
    changes(
        'complete an attachment',
        'POST',
        'attachments/{attachment}/action',
        {'os-complete': None},
        about='attachment',
        since='3.44',
        lasts=True,
    ),
    changes(
        'accept a transfer with a wrong key',
        'POST',
        'volume-transfers/{transfer}/accept',
        {'accept': {'auth_key': 'cloud-security-probe'}},
        about='transfer',
        since='3.55',
        works=EITHER,
    ),
    changes(
        'accept a transfer by its old name with a wrong key',
        'POST',
        'os-volume-transfer/{transfer}/accept',
        {'accept': {'auth_key': 'cloud-security-probe'}},
        about='transfer',
        until='3.0',
        works=EITHER,
    ),
)
