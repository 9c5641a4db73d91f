# SPDX-License-Identifier: Apache-2.0
"""Folders of policy files that a nova.conf names, read without Nova."""

from __future__ import annotations

import os
from typing import Optional
from typing import Sequence

from oslo_config import cfg
from oslo_policy import opts

from cloud_security.deploy import file_changes

OPTION = '[oslo_policy] policy_dirs'


def named(files: Sequence[str], folders: Sequence[str]) -> list[str]:
    """Return the values of policy_dirs.

    :param files: configuration files; none means the default
    :param folders: folders of configuration files
    :raises Refused: when one cannot be read
    """
    conf = cfg.ConfigOpts()
    opts.set_defaults(conf)
    try:
        conf(
            [],
            default_config_files=list(files),
            default_config_dirs=list(folders),
        )
        return list(conf.oslo_policy.policy_dirs)
    except (cfg.Error, ValueError, OSError) as error:
        raise file_changes.Refused(
            f'nova.conf cannot be read: {" ".join(str(error).split())}.'
        ) from error


def beside(paste: str) -> tuple[list[str], list[str]]:
    """Return nova.conf and nova.conf.d beside an api-paste.ini, if there."""
    file = os.path.join(os.path.dirname(paste), 'nova.conf')
    folder = f'{file}.d'
    return (
        [file] if os.path.isfile(file) else [],
        [folder] if os.path.isdir(folder) else [],
    )


def found(
    names: Sequence[str],
    files: Sequence[str],
    folders: Sequence[str],
    paste: str,
) -> list[str]:
    """Return the paths of the folders that Nova reads.

    :param names: values of policy_dirs, relative to a folder of
        configuration or absolute
    """
    near = [*folders, *map(os.path.dirname, [*reversed(files), paste])]
    usual = os.path.dirname(files[0] if files else paste)
    return [
        next(
            (
                path
                for path in (os.path.join(folder, name) for folder in near)
                if os.path.lexists(path)
            ),
            os.path.join(usual, name),
        )
        for name in names
    ]


def chosen(
    wish: Optional[str], paths: Sequence[str], files: Sequence[str]
) -> str:
    """Return the folder for the rules: the wish, or the first path.

    :raises Refused: when Nova does not read the wish, or none at all
    """
    option = f'{OPTION} in {files[0] if files else "nova.conf"}'
    if not paths:
        raise file_changes.Refused(
            f'{option} names no folder: let it name one.'
        )
    if wish is None:
        return paths[0]
    if files and os.path.realpath(wish) not in map(os.path.realpath, paths):
        raise file_changes.Refused(
            f'{wish} is not among the folders that Nova reads: {option} '
            f'names {", ".join(paths)}.'
        )
    return wish
