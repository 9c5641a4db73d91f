"""``cloud-security-manage disable``."""

from typing import List

from cloud_security.cmd import enable
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts


class Disable(enable.Change):
    """Take the filter out of Nova's api-paste.ini and remove the link."""

    done = 'It is disabled already; nothing was changed.'
    next = f'{enable.RESTART} Until then it goes on isolating.'

    def steps(self, host: hosts.Host) -> List[file_changes.Step]:
        """Return what is to be done."""
        return host.disabling()
