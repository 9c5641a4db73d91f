# SPDX-License-Identifier: Apache-2.0
"""Changes of an image's properties, tags, members, locations and state.

Some are a walk: after each step the image is in the state that the next one
needs. Source: glance/api/v2/images.py, image_members.py, image_tags.py and
image_actions.py, Glance 28 to 33.
"""

from cloud_security.probe.catalog.image.image_forms import changes
from cloud_security.probe.catalog.image.image_forms import only_refused
from cloud_security.probe.catalog.image.image_forms import patches
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import NO_ADDRESS

_NOWHERE = f'http://{NO_ADDRESS}/cloud-security-probe'

CHANGES = (
    # The name stays, for cleanup.
    patches(
        'rename an image',
        {'op': 'replace', 'path': '/name', 'value': '{name}'},
        is_core=True,
        repeats=True,
    ),
    patches(
        'add a property to an image',
        {'op': 'add', 'path': '/written', 'value': 'x'},
        repeats=True,
    ),
    patches(
        "replace an image's property",
        {'op': 'replace', 'path': '/written', 'value': 'y'},
    ),
    patches(
        'remove a property of an image', {'op': 'remove', 'path': '/written'}
    ),
    patches(
        "replace an image's tags",
        {'op': 'replace', 'path': '/tags', 'value': ['{tag}']},
    ),
    patches(
        'give an image to another project',
        {'op': 'replace', 'path': '/owner', 'value': '{nothing}'},
        works=EITHER,
    ),
    patches(
        'add a location to an image',
        {
            'op': 'add',
            'path': '/locations/-',
            'value': {'url': _NOWHERE, 'metadata': {}},
        },
        works=EITHER,
    ),
    only_refused(
        "add to an image's locations",
        'POST',
        '/locations',
        {'url': _NOWHERE},
        since='2.17',
    ),
    changes('add a tag to an image', 'PUT', '/tags/written'),
    changes('remove a tag of an image', 'DELETE', '/tags/written'),
    only_refused(
        'add a member to an image', 'POST', '/members', {'member': '{nothing}'}
    ),
    only_refused(
        'accept an image for a project',
        'PUT',
        '/members/{project}',
        {'status': 'accepted'},
    ),
    only_refused(
        'remove a member of an image', 'DELETE', '/members/{nothing}'
    ),
    changes(
        'deactivate an image', 'POST', '/actions/deactivate', works=EITHER
    ),
    changes(
        'reactivate an image', 'POST', '/actions/reactivate', works=EITHER
    ),
    patches(
        'share an image with the project',
        {'op': 'replace', 'path': '/visibility', 'value': 'shared'},
    ),
    patches(
        'make an image private again',
        {'op': 'replace', 'path': '/visibility', 'value': 'private'},
    ),
)
