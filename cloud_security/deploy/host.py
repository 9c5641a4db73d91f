"""Switching the filter on and off, in the files of one host or image.

Two things belong to us: the filter's place in api-paste.ini, and a link in
policy.d. It must never change anything else, nor leave half a file.
Imports nothing of Nova, which an image need not have.
"""

import dataclasses
import os
import sysconfig
from typing import List
from typing import Optional

from cloud_security.deploy import file_changes
from cloud_security.deploy import paste as pastes

LINK = '50-cloud-security.yaml'
#: Where packages put the rules, and where pip and a checkout have them.
RULES = (
    '/etc/cloud-security/policy.yaml',
    os.path.join(
        sysconfig.get_path('data'), 'share/cloud_security/policy.d', LINK
    ),
    os.path.abspath(os.path.join(__file__, '../../../etc/policy.d', LINK)),
)
#: How those end, wherever they were when the link was made.
ENDINGS = (RULES[0], '/policy.d/' + LINK)


def api_files() -> List[str]:
    """Return the files that Nova's API reads, api-paste.ini first.

    Source: nova/api/openstack/wsgi_app.py _get_config_files, Nova 29 to 34.
    """
    folder = os.environ.get('OS_NOVA_CONFIG_DIR', '/etc/nova').strip()
    names = os.environ.get('OS_NOVA_CONFIG_FILES') or 'api-paste.ini;nova.conf'
    return [os.path.join(folder, name) for name in names.split(';')]


@dataclasses.dataclass
class Host:
    """Where the files of a host or an image are.

    ``root`` is the folder of an image; the other paths are as in the image.
    Without ``policy_dir`` it is policy.d beside the api-paste.ini.
    """

    paste: str = dataclasses.field(default_factory=lambda: api_files()[0])
    policy_dir: Optional[str] = None
    root: str = '/'

    @property
    def paste_path(self) -> str:
        """The api-paste.ini, as it is reached from here."""
        return self._reached(self.paste)

    @property
    def link_path(self) -> str:
        """The link to the rules, as it is reached from here."""
        folder = self.policy_dir or os.path.join(
            os.path.dirname(self.paste), 'policy.d'
        )
        return self._reached(os.path.join(folder, LINK))

    def _reached(self, path: str) -> str:
        """Return where a path of the image is.

        :raises Refused: when a link on the way leads out of the image
        """
        if not os.path.isabs(path):
            path = os.path.abspath(path)
        reached = os.path.join(self.root, path.lstrip('/'))
        root = os.path.realpath(self.root)
        folder = os.path.realpath(os.path.dirname(reached))
        if os.path.commonpath([root, folder]) != root:
            raise file_changes.Refused(
                f'{os.path.dirname(reached)} leads out of {self.root}, to '
                f'{folder}: run this inside of the image.'
            )
        return reached

    def enabling(self) -> List[file_changes.Step]:
        """Return what is to be done, nothing where all is done.

        :raises Refused: when it cannot be done
        """
        return self._edit(pastes.enable) + self._link()

    def disabling(self) -> List[file_changes.Step]:
        """Return what is to be done, nothing where all is done.

        :raises Refused: when it cannot be done
        """
        # Without the filter, the rules would refuse members.
        steps: List[file_changes.Step] = []
        path = self.link_path
        if self._is_our_link(path):
            steps.append(file_changes.Unlink(path, os.readlink(path)))
        return steps + self._edit(pastes.disable)

    def _edit(self, change: pastes.Change) -> List[file_changes.Step]:
        path = self.paste_path
        if os.path.islink(path):
            raise file_changes.Refused(
                f'{path} is a link: name the file itself with --paste, and '
                "Nova's policy.d with --policy-dir."
            )
        before = file_changes.read(path)
        try:
            after = change(before)
        except pastes.NotUnderstood as error:
            raise file_changes.Refused(
                f'{path} is not understood ({error}), so nothing was '
                'changed: edit it by hand, as the documentation shows.'
            ) from error
        return (
            [file_changes.Edit(path, before, after)] if after != before else []
        )

    def _link(self) -> List[file_changes.Step]:
        path = self.link_path
        folder = os.path.dirname(path)
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise file_changes.Refused(
                f"{folder} is no directory: name Nova's with --policy-dir."
            )
        target = os.readlink(path) if self._is_our_link(path) else None
        for rules in RULES:
            if os.path.isfile(self._reached(rules)):
                if target == rules:
                    return []
                steps: List[file_changes.Step] = [
                    file_changes.Link(path, rules)
                ]
                if target is not None:
                    # Python is another since, or pip's package is RDO's.
                    steps.insert(0, file_changes.Unlink(path, target))
                return steps
        raise file_changes.Refused(
            f'None of {", ".join(map(self._reached, RULES))} is there: '
            'install cloud_security again.'
        )

    def _is_our_link(self, path: str) -> bool:
        if os.path.islink(path):
            if os.readlink(path).endswith(ENDINGS):
                return True
        elif not os.path.lexists(path):
            return False
        raise file_changes.Refused(
            f'{path} is not the link that cloud-security-manage makes: move '
            'it out of that folder. Your own rules belong into a file that '
            'sorts after it.'
        )
