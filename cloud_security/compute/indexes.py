"""An index that Nova's schema lacks, and a member's lists can use.

Nova's indexes lead to the servers of a project; to find one member's, the
database reads them all. It is the operator's to create: never do it here.
Source: nova/db/main/models.py Instance, Nova 29 to 34.
"""

from typing import Any
from typing import List
from typing import Optional

from nova import context as nova_context
from nova import objects
from nova.db.main import api as main_db
import sqlalchemy as sa

STATEMENT = (
    'CREATE INDEX cloud_security_owner_idx '
    'ON instances (user_id, deleted, created_at)'
)


def advice() -> Optional[str]:
    """Return a sentence about cells without the index, None without such."""
    try:
        names = _cells_without()
    except Exception:
        return 'The cells were not asked for their indexes: see above.'
    if not names:
        return None
    return (
        'In projects of thousands of servers, lists of own ones are faster '
        f'with an index, in the database of {", ".join(names)}: {STATEMENT};'
    )


def _cells_without() -> List[str]:
    """Return the names of cells without such an index."""
    context = nova_context.get_admin_context()
    return [
        cell.name or cell.uuid
        for cell in objects.CellMappingList.get_all(context)
        if not cell.is_cell0() and not _has_index(context, cell)
    ]


def _has_index(context: Any, cell: Any) -> bool:
    with nova_context.target_cell(context, cell) as in_cell:
        inspector = sa.inspect(main_db.get_engine(context=in_cell))
        return any(
            index['column_names'][:1] == ['user_id']
            for index in inspector.get_indexes('instances')
        )
