# SPDX-License-Identifier: Apache-2.0
"""An index that Nova's schema lacks, and a member's lists can use.

Nova's indexes lead to the servers of a project; to find one member's, the
database reads them all. It is the operator's to create: never do it here.
Source: nova/db/main/models.py Instance, Nova 29 to 34.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple
from typing import Optional

from nova import context as nova_context
from nova import objects
from nova.db.main import api as main_db
import sqlalchemy as sa

STATEMENT = (
    'CREATE INDEX cloud_security_owner_idx '
    'ON instances (user_id, deleted, created_at)'
)


class Found(NamedTuple):
    """Names of cells without the index, and of those that did not answer."""

    missing: list[str]
    unanswered: dict[str, str]

    def advice(self) -> Optional[str]:
        """Return a sentence about cells without the index, if any."""
        if not self.missing:
            return None
        return (
            'In projects of thousands of servers, lists of own ones are '
            'faster with an index, in the database of '
            f'{", ".join(self.missing)}: {STATEMENT};'
        )

    def complaints(self) -> list[str]:
        """Return a sentence for each cell that did not answer."""
        return [
            f'The database of the cell {name} does not answer ({why}): its '
            'servers are missing from lists, and its indexes were not '
            'checked. See nova-manage cell_v2 list_cells.'
            for name, why in self.unanswered.items()
        ]


def found() -> Found:
    """Ask each cell but cell0 for its indexes.

    :raises Exception: when the API database does not answer
    """
    context = nova_context.get_admin_context()
    missing, unanswered = [], {}
    for cell in objects.CellMappingList.get_all(context):
        if cell.is_cell0():
            continue
        name = cell.name or cell.uuid
        try:
            if not _has_index(context, cell):
                missing.append(name)
        except Exception as error:
            # Drivers raise their own, too, such as of a missing module.
            unanswered[name] = ''.join(str(error).strip().splitlines()[:1])
    return Found(missing, unanswered)


def _has_index(context: Any, cell: Any) -> bool:
    with nova_context.target_cell(context, cell) as in_cell:
        inspector = sa.inspect(main_db.get_engine(context=in_cell))
        return any(
            index['column_names'][:1] == ['user_id']
            for index in inspector.get_indexes('instances')
        )
