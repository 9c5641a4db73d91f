# SPDX-License-Identifier: Apache-2.0
"""Writes that fail alone, in a transaction of Neutron's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import Optional

from oslo_db import exception as db_exc

#: Errors after which the transaction is gone: Neutron tries again.
NEUTRONS = (db_exc.DBDeadlock, db_exc.DBConnectionError)


def attempt(connection: Any, write: Callable[[], None]) -> Optional[Exception]:
    """Write within a SAVEPOINT.

    :returns: the error that took back this write and nothing else; None when
        it is done
    :raises Exception: when the transaction is gone, as InnoDB's is after a
        deadlock: whatever comes next would be another one, and Neutron would
        call its own change done
    """
    nested = connection.begin_nested()
    try:
        write()
    except NEUTRONS:
        raise
    except Exception as error:  # noqa: BLE001 the caller tells of it
        # The database refuses this where the SAVEPOINT is gone.
        nested.rollback()
        return error
    nested.commit()
    return None
