# SPDX-License-Identifier: Apache-2.0
"""The operator's property_protection_file, as Glance reads it.

Glance leaves properties that the caller may not read out of an image, and
writes the rest back with each change: it would take the owner away. What no
section is about, nobody may read.
Source: glance/common/property_utils.py and glance/api/property_protections.py,
Glance 28 to 33.
"""

from __future__ import annotations

import configparser
import re
from typing import Any
from typing import Optional

from cloud_security.image import models

#: Everybody, in the file.
_EVERYBODY = '@'
_MEND = f'put a section [^{models.OWNER}$] first, with create = @ and read = @'


def unsafe(conf: Any) -> Optional[str]:
    """Return why the file takes owners away from images, None if it does not.

    :param conf: the service's configuration
    """
    found = _section(conf)
    if found is None or _EVERYBODY in _roles(found[1], 'read'):
        return None
    name, section = found
    return (
        f'{_file(conf)} lets not everybody read the property {models.OWNER} '
        f'({_said(name, section, "read")}), so that Glance takes it off the '
        'images that all others make or change, and these become the '
        f"project's: {_mend(name)}."
    )


def disturbing(conf: Any) -> Optional[str]:
    """Return who cannot make images because of the file, None if all can."""
    found = _section(conf)
    if found is None or _EVERYBODY in _roles(found[1], 'create'):
        return None
    name, section = found
    return (
        f'{_file(conf)} lets not everybody create the property '
        f'{models.OWNER} ({_said(name, section, "create")}), which the filter '
        'writes on each new image, so that Glance refuses the images of all '
        f'others: {_mend(name)}.'
    )


def _section(conf: Any) -> Optional[tuple[str, dict[str, str]]]:
    """Return the section about owners, with its name; '' if there is none.

    :returns: None where Glance protects no properties
    :raises ValueError: when Glance cannot read the file
    """
    named = conf.property_protection_file
    if not named:
        return None
    path = conf.find_file(named)
    parser = configparser.ConfigParser()
    try:
        if path is None or not parser.read(path):
            raise ValueError('there is no such file, or it cannot be read')
        for name in parser.sections():
            # Glance appends its own rules about os_glance.
            if not name.startswith('os_glance') and re.search(
                name, models.OWNER
            ):
                return name, dict(parser[name])
    except (configparser.Error, re.error, UnicodeDecodeError) as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return '', {}


def _roles(section: dict[str, str], operation: str) -> list[str]:
    said = section.get(operation, '')
    roles = [role.strip() for role in said.split(',')]
    return [] if '!' in roles else roles


def _said(name: str, section: dict[str, str], operation: str) -> str:
    if not name:
        return 'no section is about it'
    return f'[{name}] {operation} = {section.get(operation, "")}'.rstrip()


def _mend(name: str) -> str:
    return _MEND if name != f'^{models.OWNER}$' else 'write @ there'


def _file(conf: Any) -> str:
    return f'property_protection_file {conf.property_protection_file}'
