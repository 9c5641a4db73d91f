# SPDX-License-Identifier: Apache-2.0
"""Bodies from Nova's JSON schemas."""

from nova import exception
from nova.api.validation import validators

from tests.two_worlds import schemas

#: What fits a property of this name, where its schema lets it.
NAMED = {
    'imageRef': '155d900f-4e14-4e4c-a73d-069cbf4541e6',
    'flavorRef': '1',
    'networks': 'none',
    'name': 'sample',
    'same_host': ['<hidden.active>'],
    'different_host': ['<hidden.active>'],
    'group': '<hidden.group>',
    'instance_uuid': '<hidden.active>',
    'server_id': '<hidden.active>',
    'instance_id': '<hidden.active>',
    'volumeId': '<hidden.volume>',
    'volume_id': '<hidden.volume>',
    'port': '<hidden.port>',
    'port_id': '<hidden.port>',
    'net_id': '3cb9bc59-5699-4588-a4b1-b87f96708bc6',
    'address': '192.168.1.30',
    'status': 'active',
    'key_name': None,
    'availability_zone': 'one',
}
#: The first that a schema accepts is taken.
CANDIDATES = (
    'sample',
    '1',
    1,
    True,
    None,
    schemas.UNKNOWN,
    '<hidden.active>',
    '192.168.1.30',
    '2026-01-01T00:00:00',
    'c2FtcGxl',
    'ssh-rsa AAAA sample',
    'network-changed',
    'sda',
    'a',
    0,
    {},
    [],
)

SAMPLES = schemas.Samples(
    NAMED,
    CANDIDATES,
    '<hidden.active>',
    validators._SchemaValidator,
    # Nova 29 has a schema that is none; it answers 500.
    (exception.ValidationError, AttributeError),
)
