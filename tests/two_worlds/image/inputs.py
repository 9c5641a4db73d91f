# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries that the walk sends."""

from tests.two_worlds.image import worlds

_DIRECT = {'method': {'name': 'glance-direct'}}
_COPY = {'method': {'name': 'copy-image'}, 'all_stores': True}
_DOWNLOAD = {'method': {'name': 'web-download', 'uri': 'http://x.invalid/'}}


def _replacing(path, value, operation='replace'):
    return [{'op': operation, 'path': path, 'value': value}]


#: ``{operation: [(body, media type), …]}``
BODIES = {
    'PATCH /images/{image_id}': [
        (_replacing('/name', 'new'), worlds.PATCH),
        ([{'replace': '/name', 'value': 'newer'}], worlds.PATCH_OF_OLD),
        (_replacing('/size', 7), worlds.PATCH),
        (_replacing('/colour', 'blue', 'add'), worlds.PATCH),
        (_replacing('/USER_ID', 'bob', 'add'), worlds.PATCH),
        (_replacing('/tags', ['x'], 'add'), worlds.PATCH),
        ([{'op': 'remove', 'path': '/colour'}], worlds.PATCH),
        (_replacing('/owner', 'f' * 32), worlds.PATCH),
        (_replacing('/visibility', 'public'), worlds.PATCH),
        (
            _replacing(
                '/locations/-', {'url': 'file:///x', 'metadata': {}}, 'add'
            ),
            worlds.PATCH,
        ),
        ('{', worlds.PATCH),
        ({}, worlds.PATCH),
        ([], 'application/json'),
    ],
    'PUT /images/{image_id}/file': [
        ('DATA', worlds.DATA),
        ('DATA', 'text/plain'),
    ],
    'PUT /images/{image_id}/stage': [('DATA', worlds.DATA)],
    'POST /images/{image_id}/import': [
        (_DIRECT, 'application/json'),
        (_COPY, 'application/json'),
        (_DOWNLOAD, 'application/json'),
        ({}, 'application/json'),
    ],
    'POST /images/{image_id}/members': [
        ({'member': 'f' * 32}, 'application/json'),
        ({}, 'application/json'),
    ],
    'PUT /images/{image_id}/members/{member_id}': [
        ({'status': 'accepted'}, 'application/json'),
        ({'status': 'x'}, 'application/json'),
    ],
    'POST /images/{image_id}/locations': [
        ({'url': 'file:///x', 'metadata': {}}, 'application/json'),
    ],
}
#: Words that can stand in a path beside the image.
WORDS = {
    'member_id': ('6f70656e737461636b20342065766572', 'f' * 32),
    'tag_value': ('tag', 'other'),
    'store_id': ('store1', 'nowhere'),
    'task_id': ('<hidden.task>', '<own.task>', '<unknown>'),
}
#: Queries of a list; ``{}`` stands for an image.
QUERIES = (
    *(
        '',
        'marker=<foreign>',
        'limit=2',
        'limit=0',
        'limit=x',
        'marker={}',
        'marker={}&limit=1',
    ),
    *('id={}', 'id=in:{},<own.active>', 'name=image-1', 'name=in:image-1,x'),
    *('tag=tag', 'tag=tag&tag=other', 'colour=red', 'user_id=alice'),
    *('user_id=bob', 'visibility=private', 'visibility=shared'),
    *('visibility=all', 'visibility=x', 'status=active', 'status=in:queued,x'),
    *('size_min=1', 'size_max=3', 'size_min=x', 'disk_format=raw'),
    *('checksum=8a80d2a5a2b1fc0c8e7b1bdd0e1bd1f5', 'os_hash_value=x'),
    *('owner=6f70656e737461636b20342065766572', 'owner=x', 'os_hidden=true'),
    *('protected=false', 'protected=x', 'deleted=true', 'is_public=true'),
    *('created_at=gt:2020-01-01T00:00:00Z', 'updated_at=lt:2020-01-01', 'x=y'),
    *('sort=name:asc', 'sort=size:desc,name', 'sort=x', 'sort_key=id'),
    *('sort_key=name&sort_dir=asc&limit=3', 'sort_key=name&sort_dir=x'),
    *('member_status=all', 'member_status=x', 'changes-since=2020-01-01'),
    *('sort=name:asc&limit=3&marker=<own.active>', 'limit=1000'),
)
#: Bodies of POST /images, each with the caller as owner.
NEW = (
    *({}, {'name': 'x'}, {'visibility': 'private', 'name': 'y'}),
    *({'visibility': 'x'}, {'owner': 'f' * 32}, {'tags': ['a', 'a']}),
    *({'id': '<own.active>'}, {'id': 'x'}, {'os_glance_x': 'y'}),
    *({'self': 'x'}, {'deleted': True}, {'size': 7}, {'x' * 256: 'y'}),
    {'instance_uuid': '<hidden.active>', 'image_type': 'snapshot'},
)
