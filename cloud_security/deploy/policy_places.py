# SPDX-License-Identifier: Apache-2.0
"""Places of files that a configuration names, read without the service."""

from __future__ import annotations

import dataclasses
import os
from typing import Callable
from typing import Optional

from oslo_config import cfg
from oslo_policy import opts

from cloud_security.deploy import apis
from cloud_security.deploy import file_reading
from cloud_security.deploy import rule_files

OPTION = '[oslo_policy] policy_dirs'

Reach = Callable[[str], str]


@dataclasses.dataclass
class Places:
    """The policy files that a service reads, and the folder for one more.

    ``origin`` names the option behind ``folders`` and its file. ``paste`` is
    the api-paste.ini that the configuration names, '' for none.
    """

    file: str
    folders: list[str]
    origin: str
    is_configured: bool
    service: str
    paste: str = ''

    def paths(self) -> list[str]:
        """Return the policy files that are there, in the order of reading."""
        found = [self.file] if os.path.isfile(self.file) else []
        for folder in self.folders:
            found += rule_files.paths(folder)
        return found

    def folder(self, wish: Optional[str], name: str) -> str:
        """Return the folder for the rules.

        :param wish: what was asked for
        :param name: the rules' name: a folder that has it is preferred
        :raises Refused: when the service does not read the wish, or none
            at all
        """
        if not self.folders:
            raise file_reading.Refused(
                f'{self.origin} names no folder: let it name one.'
            )
        if wish is None:
            return next(
                (
                    folder
                    for folder in self.folders
                    if os.path.lexists(os.path.join(folder, name))
                ),
                self.folders[0],
            )
        known = map(os.path.realpath, self.folders)
        if not self.is_configured:
            self.folders = [wish]
        elif os.path.realpath(wish) not in known:
            raise file_reading.Refused(
                f'{wish} is not among the folders that {self.service} reads: '
                f'{self.origin} names {", ".join(self.folders)}.'
            )
        return wish


def beside(paste: str, conf_file: str) -> tuple[list[str], list[str]]:
    """Return the configuration beside an api-paste.ini, if there.

    :param conf_file: such as ``nova.conf``; the folder is ``nova.conf.d``
    """
    file = os.path.join(os.path.dirname(paste), conf_file)
    folder = f'{file}.d'
    return (
        [file] if os.path.isfile(file) else [],
        [folder] if os.path.isdir(folder) else [],
    )


def read(
    files: list[str],
    folders: list[str],
    paste: str,
    reach: Reach,
    api: apis.Api = apis.NOVA,
) -> Places:
    """Return the places that a configuration names.

    :param files: configuration files, the last one first in effect
    :param folders: folders of configuration files
    :param paste: the api-paste.ini, beside which the rest is by default
    :param reach: returns where an absolute path of an image is
    :raises Refused: when the configuration cannot be read
    """
    named_files = ', '.join(files + folders) or api.conf_file
    for path in filter(file_reading.is_special, files):
        raise file_reading.Refused(
            f'{path} is no ordinary file: name the {api.conf_file} that '
            f"{api.name}'s API reads with --config-file."
        )
    conf = cfg.ConfigOpts()
    # The service's own default, which that of oslo.policy was not always.
    opts.set_defaults(conf, policy_file='policy.yaml')
    if api.paste_option:
        conf.register_opt(cfg.StrOpt(api.paste_option), api.paste_group)
    try:
        conf([], default_config_files=files, default_config_dirs=folders)
        named = conf.oslo_policy.policy_dirs
        file = conf.oslo_policy.policy_file
        options = conf[api.paste_group] if api.paste_group else conf
        other = options[api.paste_option] if api.paste_option else None
    except (cfg.NoSuchOptError, cfg.TemplateSubstitutionError) as error:
        raise file_reading.Refused(
            f'{OPTION} or another path in {named_files} refers to an option '
            'that this command does not know: write the path there.'
        ) from error
    except (cfg.Error, ValueError, OSError) as error:
        raise file_reading.Refused(
            f'{named_files} cannot be read: {" ".join(str(error).split())}.'
        ) from error
    # As oslo.config finds files.
    near = [*folders, *map(os.path.dirname, [*reversed(files), paste])]
    usual = os.path.dirname(files[0] if files else paste)

    def place(name: str) -> str:
        if os.path.isabs(name):
            return reach(name)
        for folder in near:
            if os.path.lexists(os.path.join(folder, name)):
                return os.path.join(folder, name)
        return os.path.join(usual, name)

    return Places(
        place(file or 'policy.yaml'),
        [place(name) for name in named if name],
        f'{OPTION} in {named_files}',
        bool(files or folders),
        api.name,
        place(other) if other else '',
    )
