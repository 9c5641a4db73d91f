"""What Nova makes anew for each cloud or request, kept for the process."""

from nova.api.validation import validators
from oslo_db.sqlalchemy import engines
from sqlalchemy import util

_SchemaValidator = validators._SchemaValidator
_create_engine = engines.create_engine


class _Statements(util.LRUCache):
    """Compiled statements, whatever engine they are for.

    The keys begin with the dialect, of which each engine has one of its own.
    """

    def get(self, key, default=None):
        return super().get(self._alike(key), default)

    def __setitem__(self, key, value):
        super().__setitem__(self._alike(key), value)

    @staticmethod
    def _alike(key):
        dialect, *others = key
        return (type(dialect), *others)


_statements = _Statements(2000)
_validators = {}


def create_engine(*args, **kwargs):
    """Return an engine that need not compile what another one has."""
    engine = _create_engine(*args, **kwargs)
    engine.update_execution_options(compiled_cache=_statements)
    return engine


def validator(schema, *how):
    """Return what checks a schema; Nova makes a class for each request."""
    key = (id(schema), *how)
    if key not in _validators:
        # With the schema, or another one might get its id.
        _validators[key] = schema, _SchemaValidator(schema, *how)
    return _validators[key][1]
