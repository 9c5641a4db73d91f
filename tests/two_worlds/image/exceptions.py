# SPDX-License-Identifier: Apache-2.0
"""Exceptions to the promise for Glance: what the worlds may show differently.

doc/source/reference/promise.rst has the same rows; a test compares them. The
walk meets each row, or the row names the test that shows it.
"""

import json

from tests.two_worlds import promise


def _owner_of_new(asked, a, b, _known):
    """Glance takes another owner, and the filter writes the caller."""
    if asked.label != 'POST /images' or (a.status, b.status) != (201, 201):
        return False
    made, stock = (json.loads(answer.body) for answer in (a, b))
    shown = asked.who if 'instance_uuid' in made else None
    return (
        made.pop('user_id', None) == shown
        and stock.pop('user_id', None) not in (None, asked.who)
        and made == stock
    )


def _owner_is_read_only(asked, a, b, _known):
    """Stock Glance changes the owner like any other property."""
    if asked.label != 'PATCH /images/{image_id}':
        return False
    if 'USER_ID' in asked.body:
        # On MariaDB alone.
        return (a.status, b.status) == (500, 200)
    return (
        'user_id' in asked.body
        and a.status == 403
        and "Attribute 'user_id' is read-only." in a.body
        and b.status in (200, 403, 404, 409)
    )


def _server_is_not_added(asked, a, b, _known):
    """Stock Glance adds the property like any other."""
    return (
        asked.label == 'PATCH /images/{image_id}'
        and 'instance_uuid' in asked.body
        and a.status == 403
        and "Attribute 'instance_uuid' is read-only." in a.body
        and b.status == 200
    )


def _id_is_taken(asked, a, b, _known):
    """An image that a caller does not see has the ID that they chose."""
    return (
        asked.label == 'POST /images'
        and '<hidden.' in asked.body
        and (a.status, b.status) == (409, 201)
    )


def _not_made_private(asked, a, b, _known):
    """An image of another user would vanish for who makes it private."""
    return (
        asked.label == 'PATCH /images/{image_id}'
        and '<given>' in asked.path
        and '"private"' in asked.body
        and (a.status, b.status) == (404, 200)
    )


TABLE = (
    promise.Row(
        'Whatever user_id a caller sends with a new image, its owner is who '
        'makes it',
        'Nobody plants an image in the list of another.',
        _owner_of_new,
    ),
    promise.Row(
        'user_id is read-only, but for admins',
        'The owner would change with it.',
        _owner_is_read_only,
    ),
    promise.Row(
        'Nobody but admins adds instance_uuid to an image',
        'The image would pass for one of a server, which shows its owner.',
        _server_is_not_added,
    ),
    promise.Row(
        'POST /v2/images with the ID of a hidden image gets 409',
        'IDs are unique in all projects; stock Glance tells so of images of '
        'other projects, too.',
        _id_is_taken,
    ),
    promise.Row(
        "Making another user's shared or community image private gets 404",
        'The image would belong to that user alone. It stays as it is.',
        _not_made_private,
    ),
    promise.Row(
        "Quotas are the project's",
        'One shared quota is why people share a project.',
        shown_by='tests.functional.image.test_images.TestQuotas',
    ),
)


def must_differ(_asked):
    """Tell whether a response that is equal in both worlds would tell."""
    return False


def find(asked, a, b, known):
    """Return what differs, as in the table, or None.

    :param asked: the request, with names for IDs
    :param a: world A's response, with IDs of world B
    :param known: the IDs that have names, as world B calls them
    """
    return promise.find(TABLE, asked, a, b, known)
