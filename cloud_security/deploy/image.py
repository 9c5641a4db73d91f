# SPDX-License-Identifier: Apache-2.0
"""Paths inside of an image, or of this host, as they are reached from here."""

from __future__ import annotations

import os

from cloud_security.deploy import file_reading


def reached(root: str, path: str) -> str:
    """Return where a path of the image is.

    :param root: the folder of the image, or / for this host
    :param path: as in the image
    :raises Refused: when it is relative, or a link on the way leads out
    """
    if not os.path.isabs(path):
        if root != '/':
            raise file_reading.Refused(
                f'{path} is not as in the image: with --root, name paths from '
                'the root of the image, such as /etc/nova/api-paste.ini.'
            )
        path = os.path.abspath(path)
    return inside(root, os.path.join(root, path.lstrip('/')))


def inside(root: str, path: str) -> str:
    """Return a path whose folder is in the image.

    :raises Refused: when a link on the way leads out of the image
    """
    real = os.path.realpath(root)
    folder = os.path.realpath(os.path.dirname(path))
    if os.path.commonpath([real, folder]) != real:
        raise file_reading.Refused(
            f'{os.path.dirname(path)} leads out of {root}, to {folder}: run '
            'this inside of the image.'
        )
    return path
