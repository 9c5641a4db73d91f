# SPDX-License-Identifier: Apache-2.0
"""Counts of Cinder's rows that name no user, and so belong to nobody.

Source: cinder/db/models.py, Cinder 24 to 29, whose columns may be NULL.
"""

from __future__ import annotations

from cinder import context as cinder_context
from cinder.db import api as db_api
from cinder.db import models
import sqlalchemy as sa

from cloud_security.visibility import scope as scopes

#: ``{what operators call them: the model}``.
MODELS = {
    'volumes': models.Volume,
    'snapshots': models.Snapshot,
    'backups': models.Backup,
    'groups': models.Group,
    'group snapshots': models.GroupSnapshot,
}


def counts() -> dict[str, int]:
    """Return how many rows of each kind have no owner.

    :raises Exception: when the database does not answer
    """
    context = cinder_context.get_admin_context()
    found = {}
    with scopes.on_this_thread(scopes.EVERYBODY):
        with db_api.main_context_manager.reader.using(context) as session:
            for name, model in MODELS.items():
                statement = sa.select(sa.func.count(model.id)).where(
                    model.user_id.is_(None), model.deleted == sa.false()
                )
                found[name] = int(session.execute(statement).scalar_one())
    return {name: count for name, count in found.items() if count}
