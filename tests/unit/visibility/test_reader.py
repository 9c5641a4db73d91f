# SPDX-License-Identifier: Apache-2.0
"""SQL as databases get it, and the owned tables that it reads unrestricted."""

import testscenarios
import testtools

from cloud_security.visibility import reader
from cloud_security.visibility import tokens

KEYS = {
    'instances': frozenset({'id'}),
    'instance_mappings': frozenset({'id'}),
    'pairs': frozenset({'left_id', 'right_id'}),
}
OWN = '= /* own */ ?'
INSTANCE = f'instances.user_id {OWN}'
MAPPING = f'instance_mappings.user_id {OWN}'

#: No owned table is read without its criterion.
RESTRICTED = (
    '',
    'SELECT 1',
    'SAVEPOINT sa_savepoint_1',
    'SELECT * FROM shadow_instances',
    'SELECT * FROM instances_old',
    'SELECT * FROM "my-instance"',
    "SELECT nextval('instances_id_seq')",
    'SELECT instance FROM free WHERE a = ? -- odd',
    f'SELECT instances.id FROM instances WHERE {INSTANCE}',
    f'select instances.id from instances where {INSTANCE}',
    f'SELECT a FROM instances WHERE instances.x = ? AND {INSTANCE}',
    f'SELECT a FROM instances WHERE {INSTANCE} AND instances.x = ?',
    f'SELECT a FROM instances WHERE ({INSTANCE})',
    f'SELECT a FROM instances WHERE (({INSTANCE}) AND (x = 1 OR y = 2))',
    f'SELECT a FROM instances WHERE x BETWEEN ? AND ? AND {INSTANCE}',
    f'SELECT a FROM instances WHERE x NOT BETWEEN 1 AND 2 AND {INSTANCE}',
    f'SELECT a FROM instances WHERE CASE WHEN x OR y THEN 1 END '
    f'AND {INSTANCE}',
    f'SELECT a FROM instances WHERE NOT x AND {INSTANCE}',
    f'SELECT a FROM instances WHERE x IS DISTINCT FROM y AND {INSTANCE}',
    f'SELECT a FROM instances WHERE ({INSTANCE} OR {INSTANCE})',
    f'SELECT a FROM instances WHERE ({INSTANCE} OR x AND {INSTANCE})',
    f"SELECT a FROM instances WHERE x LIKE '%OR''--' AND {INSTANCE}",
    f"SELECT a FROM instances WHERE x = '\\n' AND {INSTANCE}",
    # One condition, whatever the sign means.
    f"SELECT a FROM instances WHERE (x NOT LIKE ? || '%') AND {INSTANCE}",
    f'SELECT a FROM instances WHERE x = "OR" AND {INSTANCE}',
    f'SELECT a FROM instances WHERE x = 1.5e-3 AND {INSTANCE}',
    f'SELECT a FROM instances WHERE f(x, y) > 0 AND {INSTANCE}',
    f'SELECT a FROM instances WHERE x IN (1, ?) AND {INSTANCE}',
    f'SELECT DISTINCT a, CASE WHEN x AND y THEN 1 END FROM instances '
    f'WHERE {INSTANCE} GROUP BY a HAVING count(*) > 1 ORDER BY a LIMIT ? '
    'OFFSET ? FOR UPDATE',
    f'SELECT a FROM instances WHERE {INSTANCE} LIMIT 1 LOCK IN SHARE MODE',
    # Quotes, cases, schemas and parameters of the databases.
    f'SELECT a FROM `instances` WHERE `instances`.`user_id` {OWN}',
    f'SELECT a FROM "instances" WHERE "instances"."user_id" {OWN}',
    f'SELECT a FROM INSTANCES WHERE Instances.user_id {OWN}',
    f'SELECT a FROM nova.instances WHERE nova.instances.user_id {OWN}',
    f'SELECT a FROM nova.instances AS i WHERE i.user_id {OWN}',
    'SELECT a FROM instances WHERE instances.user_id = /* own */ %s',
    'SELECT a FROM instances WHERE instances.user_id = /* own */ %(o_1)s',
    'SELECT a FROM instances WHERE instances.user_id = /* own */ :o_1',
    'SELECT a FROM instances WHERE instances.user_id = /* own */ $1',
    # Rows that are not one owner's.
    'SELECT a FROM instances WHERE instances.b != /* open */ ?',
    'SELECT a FROM instances WHERE instances.b <> /* open */ $1::VARCHAR',
    'SELECT a FROM instances WHERE (instances.b NOT IN (SELECT /* open */ c '
    'FROM free WHERE free.c = instances.b))',
    'SELECT a FROM instances WHERE (instances.b != /* open */ ? '
    f'OR {INSTANCE} OR (instances.b NOT IN (SELECT /* open */ c '
    'FROM free))) AND x = ?',
    'SELECT a FROM instances WHERE instances.user_id = /* own */ $1::VARCHAR',
    f'SELECT a FROM instances WHERE {INSTANCE} /* trace=1 */',
    f'/* a */ SELECT /*+ hint */ a FROM instances WHERE {INSTANCE}',
    # Aliases, joins and parentheses.
    f'SELECT a FROM instances AS i WHERE i.user_id {OWN}',
    f'SELECT a FROM instances i WHERE i.user_id {OWN}',
    f'SELECT a FROM instances "i" WHERE "i".user_id {OWN}',
    f'SELECT a FROM free, instances WHERE {INSTANCE}',
    f'SELECT a FROM (instances) WHERE {INSTANCE}',
    f'SELECT a FROM free JOIN instances ON free.a = instances.a '
    f'WHERE {INSTANCE}',
    f'SELECT a FROM free JOIN instances ON free.a = instances.a '
    f'AND {INSTANCE}',
    f'SELECT a FROM instances JOIN free ON {INSTANCE}',
    f'SELECT a FROM instances INNER JOIN free ON {INSTANCE}',
    f'SELECT a FROM free LEFT OUTER JOIN instances ON x = y AND {INSTANCE}',
    f'SELECT a FROM free LEFT JOIN instances ON x = y AND {INSTANCE} '
    'LEFT OUTER JOIN other ON other.a = LEFT(x, 2) AND RIGHT(x, 2) = 1',
    f'SELECT a FROM instances RIGHT JOIN free ON {INSTANCE}',
    f'SELECT a FROM free LEFT JOIN (b JOIN instances ON {INSTANCE}) ON x = y',
    f'SELECT a FROM free FULL OUTER JOIN instances ON x WHERE {INSTANCE}',
    f'SELECT a FROM free LEFT JOIN instances ON x = y WHERE {INSTANCE}',
    f'SELECT a FROM free CROSS JOIN instances WHERE {INSTANCE}',
    f'SELECT a FROM free NATURAL JOIN instances WHERE {INSTANCE}',
    f'SELECT a FROM free JOIN instances USING (id) WHERE {INSTANCE}',
    f'SELECT a FROM instances, instance_mappings '
    f'WHERE {INSTANCE} AND {MAPPING}',
    f'SELECT a FROM instances JOIN instance_mappings ON {MAPPING} '
    f'AND {INSTANCE}',
    f'SELECT a FROM instances AS a1, instances AS a2 '
    f'WHERE a1.user_id {OWN} AND a2.user_id {OWN}',
    # Queries within queries.
    f'SELECT a FROM (SELECT a FROM instances WHERE {INSTANCE}) AS x',
    f'SELECT a FROM (SELECT a FROM instances WHERE {INSTANCE})',
    f'SELECT a FROM free, LATERAL (SELECT a FROM instances WHERE {INSTANCE}) '
    'AS x',
    f'SELECT a FROM free WHERE a IN (SELECT a FROM instances '
    f'WHERE {INSTANCE})',
    f'SELECT a FROM free WHERE NOT (EXISTS (SELECT 1 FROM instances '
    f'WHERE {INSTANCE}))',
    f'SELECT (SELECT max(a) FROM instances WHERE {INSTANCE}) AS x FROM free',
    f'SELECT a FROM free ORDER BY (SELECT a FROM instances WHERE {INSTANCE})',
    f'SELECT a FROM free JOIN b ON b.a = (SELECT a FROM instances '
    f'WHERE {INSTANCE})',
    f'SELECT a FROM instances WHERE {INSTANCE} UNION ALL '
    f'SELECT a FROM instances WHERE {INSTANCE} ORDER BY a',
    f'(SELECT a FROM instances WHERE {INSTANCE}) UNION '
    f'(SELECT a FROM instances WHERE {INSTANCE}) LIMIT 3',
    f'SELECT a FROM ((SELECT a FROM instances WHERE {INSTANCE}) UNION '
    f'(SELECT 1)) AS x',
    f'WITH x AS (SELECT a FROM instances WHERE {INSTANCE}) SELECT a FROM x',
    f'WITH RECURSIVE x(a, b) AS (SELECT a FROM instances WHERE {INSTANCE}), '
    f'y AS NOT MATERIALIZED (SELECT 1) SELECT a FROM x',
    'SELECT a FROM migrations WHERE migrations.instance_uuid IN '
    f'(SELECT /* own */ instances.uuid FROM instances WHERE {INSTANCE})',
    # A criterion by a query.
    'SELECT a FROM instances WHERE instances.b IN (SELECT /* own */ '
    f'instance_mappings.a FROM instance_mappings WHERE {MAPPING})',
    f'SELECT a FROM instances WHERE ({INSTANCE} OR ? AND instances.b IN '
    f'(SELECT /* own */ instance_mappings.a FROM instance_mappings '
    f'WHERE {MAPPING}))',
    # Names that are words of SQL, too.
    f'SELECT a.limit, a.offset AS group FROM instances WHERE {INSTANCE}',
    f'SELECT a FROM instances WHERE instances.order = 1 AND {INSTANCE}',
    f'SELECT a FROM free JOIN instances ON x IS DISTINCT FROM y '
    f'AND {INSTANCE}',
    f'SELECT a FROM instances JOIN b ON x JOIN c ON {INSTANCE}',
    f'SELECT a FROM instances JOIN b ON x INNER JOIN c ON {INSTANCE}',
    f'SELECT a FROM instances JOIN b ON {INSTANCE} CROSS JOIN c',
    f'SELECT a FROM instances JOIN b ON {INSTANCE} NATURAL JOIN c',
    f'SELECT a FROM instances JOIN b ON {INSTANCE} STRAIGHT_JOIN c',
    f'SELECT a FROM instances JOIN b ON {INSTANCE} FULL JOIN c ON x',
    f'SELECT a FROM instances JOIN b ON {INSTANCE} RIGHT OUTER JOIN c ON x',
    f'SELECT a FROM instances STRAIGHT_JOIN b ON {INSTANCE}',
    f'SELECT a FROM free WHERE a IN (WITH x AS (SELECT a FROM instances '
    f'WHERE {INSTANCE}) SELECT a FROM x)',
    f'SELECT a FROM free WHERE a IN (VALUES ((SELECT a FROM instances '
    f'WHERE {INSTANCE})))',
    # Changes.
    f'UPDATE instances SET a = ? WHERE instances.id = ? AND {INSTANCE}',
    f'UPDATE instances SET a=(instances.a + ?) WHERE {INSTANCE} RETURNING id',
    f'UPDATE instances AS i SET a = ? WHERE i.user_id {OWN}',
    f'UPDATE free, instances SET a = ? WHERE {INSTANCE}',
    f'UPDATE free SET a = instances.a FROM instances WHERE {INSTANCE}',
    f'UPDATE free SET a = (SELECT max(a) FROM instances WHERE {INSTANCE})',
    f'DELETE FROM instances WHERE {INSTANCE}',
    f'DELETE FROM instances WHERE {INSTANCE} RETURNING instances.id',
    f'DELETE FROM free USING instances WHERE {INSTANCE}',
    f'DELETE FROM instances USING instances, free WHERE {INSTANCE}',
    f'DELETE FROM free WHERE a IN (SELECT a FROM instances WHERE {INSTANCE})',
    'INSERT INTO instances (a, b) VALUES (?, ?)',
    'INSERT INTO instances (a, b) VALUES (?, ?), (?, ?) '
    'RETURNING instances.id',
    'INSERT INTO instances DEFAULT VALUES',
    'INSERT INTO instances (a) SELECT p0::INTEGER FROM (VALUES (%(a__0)s, 0)) '
    'AS imp_sen(p0, sen_counter) ORDER BY sen_counter '
    'RETURNING instances.id, instances.id AS id__1',
    f'INSERT INTO free (a) SELECT a FROM instances WHERE {INSTANCE}',
    f'INSERT INTO free (a) VALUES ((SELECT a FROM instances '
    f'WHERE {INSTANCE}))',
    f'INSERT INTO free (a) SELECT a FROM instances WHERE {INSTANCE} '
    'ON CONFLICT DO NOTHING',
    f'INSERT INTO free (a) SELECT a FROM instances JOIN b ON {INSTANCE}',
)

#: ``SQL: the owned tables that it reads``.
UNRESTRICTED = {
    'SELECT a FROM instances': 'instances',
    'SELECT a FROM INSTANCES': 'instances',
    'SELECT a FROM `instances`': 'instances',
    'SELECT a FROM "Instances"': 'instances',
    'SELECT a FROM nova.instances': 'instances',
    'SELECT a FROM `nova`.`instances`': 'instances',
    'SELECT a FROM/**/instances': 'instances',
    'SELECT a FROM instances AS i': 'instances',
    'SELECT a FROM free, instances': 'instances',
    'SELECT a FROM (free, instances)': 'instances',
    'SELECT a FROM ONLY instances': 'instances',
    'SELECT a FROM instances, instance_mappings': (
        'instance_mappings instances'
    ),
    f'SELECT a FROM instances, instance_mappings WHERE {INSTANCE}': (
        'instance_mappings'
    ),
    'SELECT a FROM instances WHERE instances.user_id = ?': 'instances',
    "SELECT a FROM instances WHERE instances.user_id = /* own */ 'bob'": (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.user_id = /* own */ user_id': (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.user_id /* own */ = ?': (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.user_id != /* own */ ?': (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.b = /* open */ ?': 'instances',
    'SELECT a FROM instances WHERE instances.b < /* open */ ?': 'instances',
    'SELECT a FROM instances WHERE instances.b != /* open */ c': 'instances',
    'SELECT a FROM instances WHERE NOT instances.b != /* open */ ?': (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.b != /* open */ ? OR '
    'instances.b != ?': 'instances',
    'SELECT a FROM instances WHERE instances.b IN (SELECT /* open */ c '
    'FROM free)': 'instances',
    'SELECT a FROM instances WHERE instances.b NOT IN (SELECT c FROM free)': (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.b NOT IN (SELECT /* open */ a '
    'FROM instance_mappings)': 'instance_mappings',
    f'SELECT a FROM instances WHERE user_id {OWN}': 'instances',
    f'SELECT a FROM instances WHERE other.user_id {OWN}': 'instances',
    f'SELECT a FROM instances AS i WHERE instances.user_id {OWN}': 'instances',
    f'SELECT a FROM instances WHERE NOT {INSTANCE}': 'instances',
    f'SELECT a FROM instances WHERE {INSTANCE} = 0': 'instances',
    f'SELECT a FROM instances WHERE {INSTANCE} IS NULL': 'instances',
    f'SELECT a FROM instances WHERE ({INSTANCE}) IS NULL': 'instances',
    f'SELECT a FROM instances WHERE {INSTANCE} OR 1 = 1': 'instances',
    f'SELECT a FROM instances WHERE 1 = 1 OR x AND {INSTANCE}': 'instances',
    f'SELECT a FROM instances WHERE (x OR {INSTANCE})': 'instances',
    f'SELECT a FROM instances WHERE ({INSTANCE} OR x AND y)': 'instances',
    f'SELECT a FROM instances WHERE f({INSTANCE})': 'instances',
    f'SELECT a FROM instances WHERE (x || {INSTANCE}) AND y': 'instances',
    f'SELECT a FROM instances WHERE ({INSTANCE} XOR x) AND y': 'instances',
    f'SELECT a FROM instances WHERE (x, {INSTANCE}, y) IS NULL': 'instances',
    f'SELECT a FROM instances WHERE (x AND {INSTANCE} AND y, z)': 'instances',
    f'SELECT a FROM instances WHERE x BETWEEN 1 AND {INSTANCE}': 'instances',
    f'SELECT a FROM instances WHERE CASE WHEN x AND {INSTANCE} AND y '
    'THEN 1 ELSE 1 END': 'instances',
    f'SELECT a FROM instances WHERE CASE x WHEN 1 THEN 1 END = END '
    f'AND {INSTANCE}': 'instances',
    f'SELECT a FROM instances WHERE (SELECT 1 FROM free WHERE {INSTANCE} '
    'AND x)': 'instances',
    f"SELECT a FROM instances WHERE x = 'AND {INSTANCE}'": 'instances',
    f'SELECT a FROM instances WHERE x = "AND {INSTANCE}"': 'instances',
    f'SELECT a FROM instances HAVING {INSTANCE}': 'instances',
    f'SELECT a FROM instances ORDER BY {INSTANCE}': 'instances',
    f'SELECT {INSTANCE} FROM instances': 'instances',
    f'SELECT x AND {INSTANCE} AND y FROM instances': 'instances',
    # Outer joins keep the rows of their outer sides.
    f'SELECT a FROM instances LEFT OUTER JOIN free ON {INSTANCE}': 'instances',
    f'SELECT a FROM instances LEFT JOIN free ON {INSTANCE}': 'instances',
    f'SELECT a FROM free RIGHT JOIN instances ON {INSTANCE}': 'instances',
    f'SELECT a FROM free FULL JOIN instances ON {INSTANCE}': 'instances',
    f'SELECT a FROM free FULL OUTER JOIN instances ON {INSTANCE}': 'instances',
    f'SELECT a FROM (instances JOIN b ON x) LEFT JOIN free ON {INSTANCE}': (
        'instances'
    ),
    f'SELECT a FROM instances JOIN b ON x LEFT JOIN free ON {INSTANCE}': (
        'instances'
    ),
    'SELECT a FROM free JOIN instances USING (x)': 'instances',
    f'SELECT a FROM instances AS a1, instances AS a2 WHERE a1.user_id {OWN}': (
        'instances'
    ),
    f'SELECT a FROM instances AS a1, instances AS a2 '
    f'WHERE a1.user_id {OWN} AND a1.user_id {OWN}': 'instances',
    # Of queries within queries each is restricted by itself.
    f'SELECT a FROM instances WHERE {INSTANCE} AND x IN '
    '(SELECT a FROM instances)': 'instances',
    f'SELECT a FROM instances WHERE EXISTS (SELECT 1 FROM free '
    f'WHERE {INSTANCE})': 'instances',
    f'SELECT a FROM instances WHERE {INSTANCE} AND {INSTANCE} AND EXISTS '
    '(SELECT 1 FROM free, instances WHERE instances.a = ?)': 'instances',
    'SELECT (SELECT max(a) FROM instances) FROM free': 'instances',
    'SELECT f((SELECT max(a) FROM instances)) FROM free': 'instances',
    'SELECT a FROM free ORDER BY (SELECT a FROM instances)': 'instances',
    'SELECT a FROM free LIMIT (SELECT a FROM instances)': 'instances',
    'SELECT a FROM free GROUP BY (SELECT a FROM instances)': 'instances',
    'SELECT a FROM free HAVING (SELECT a FROM instances)': 'instances',
    'SELECT a FROM free JOIN b ON (SELECT a FROM instances)': 'instances',
    'SELECT a FROM (SELECT a FROM instances) AS x': 'instances',
    f'SELECT a FROM (SELECT a FROM instances) AS instances_1 '
    f'WHERE instances_1.user_id {OWN}': 'instances',
    f'SELECT a FROM instances WHERE {INSTANCE} UNION '
    'SELECT a FROM instances': 'instances',
    f'SELECT a FROM instances UNION SELECT a FROM instances '
    f'WHERE {INSTANCE}': 'instances',
    f'(SELECT a FROM instances WHERE {INSTANCE}) EXCEPT '
    '(SELECT a FROM instances)': 'instances',
    'SELECT 1 INTERSECT SELECT a FROM instances': 'instances',
    'SELECT a FROM ((SELECT 1) INTERSECT SELECT a FROM instances) AS x': (
        'instances'
    ),
    'SELECT 1 EXCEPT SELECT a FROM instances': 'instances',
    'SELECT a FROM ((SELECT 1) EXCEPT SELECT a FROM instances) AS x': (
        'instances'
    ),
    'SELECT 1 MINUS SELECT a FROM instances': 'instances',
    'SELECT a FROM ((SELECT 1) MINUS SELECT a FROM instances) AS x': (
        'instances'
    ),
    'SELECT 1 UNION SELECT a FROM instances': 'instances',
    'SELECT a FROM ((SELECT 1) UNION SELECT a FROM instances) AS x': (
        'instances'
    ),
    'SELECT DISTINCT FROM instances': 'instances',
    '(SELECT 1) ORDER BY (SELECT a FROM instances)': 'instances',
    'VALUES ((SELECT a FROM instances))': 'instances',
    'WITH x AS (SELECT a FROM instances) SELECT 1': 'instances',
    'WITH x AS (SELECT 1), y AS (SELECT a FROM instances) SELECT 1': (
        'instances'
    ),
    'WITH x AS (SELECT 1) SELECT a FROM instances': 'instances',
    'WITH x AS (DELETE FROM instances RETURNING a) SELECT a FROM x': (
        'instances'
    ),
    'SELECT a FROM instances WHERE instances.b IN (SELECT b FROM '
    f'instance_mappings WHERE {MAPPING})': 'instances',
    'SELECT a FROM instances WHERE instances.b NOT IN (SELECT /* own */ b '
    f'FROM instance_mappings WHERE {MAPPING})': 'instances',
    'SELECT a FROM instances WHERE instances.b IN (SELECT /* own */ b '
    'FROM instance_mappings)': 'instance_mappings',
    'SELECT a FROM instances WHERE instances.b IN (SELECT /* own */ b '
    f'FROM instance_mappings WHERE {MAPPING}) IS NULL': 'instances',
    f'SELECT a FROM instances WHERE (SELECT 1 FROM free WHERE x '
    f'AND {INSTANCE} AND y)': 'instances',
    'SELECT a FROM instances WHERE instances.b IN x': 'instances',
    'SELECT a FROM instances WHERE instances.b IN ()': 'instances',
    'SELECT a FROM instances WHERE instances.b IN (SELECT)': 'instances',
    'SELECT a FROM instances WHERE instances.b =': 'instances',
    'SELECT a FROM instances WHERE instances.b = /* own */': 'instances',
    'SELECT a FROM instances WHERE instances.b': 'instances',
    # Changes.
    'UPDATE instances SET a = ?': 'instances',
    'UPDATE instances SET a = ? WHERE instances.a = ?': 'instances',
    f'UPDATE instances SET a = {INSTANCE}': 'instances',
    'UPDATE free, instances SET a = ?': 'instances',
    'UPDATE free SET a = instances.a FROM instances': 'instances',
    f'UPDATE instances SET a = b.a FROM instances AS b WHERE {INSTANCE}': (
        'instances'
    ),
    'UPDATE free SET a = (SELECT max(a) FROM instances)': 'instances',
    'UPDATE free SET a = 1 WHERE a IN (SELECT a FROM instances)': 'instances',
    'UPDATE free SET a = 1 RETURNING (SELECT a FROM instances)': 'instances',
    'DELETE FROM instances': 'instances',
    'DELETE FROM instances WHERE instances.a = ?': 'instances',
    'DELETE FROM free USING instances': 'instances',
    'DELETE FROM free WHERE a IN (SELECT a FROM instances)': 'instances',
    'INSERT INTO free (a) SELECT a FROM instances': 'instances',
    'INSERT INTO free (a) (SELECT a FROM instances)': 'instances',
    'INSERT INTO free SELECT a FROM instances': 'instances',
    'INSERT INTO free (a) VALUES ((SELECT a FROM instances))': 'instances',
    'INSERT INTO free DEFAULT VALUES RETURNING (SELECT a FROM instances)': (
        'instances'
    ),
    'INSERT INTO free (a) VALUES (1) RETURNING (SELECT a FROM instances)': (
        'instances'
    ),
    'INSERT INTO free (a) VALUES (1) ON CONFLICT DO UPDATE SET a = '
    '(SELECT a FROM instances)': 'instances',
    'INSERT INTO instances (a) VALUES (1) ON CONFLICT DO NOTHING': 'instances',
    'INSERT INTO instances (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 1': (
        'instances'
    ),
    'INSERT IGNORE INTO instances (a) VALUES (1)': 'instances',
    'INSERT OR REPLACE INTO instances (a) VALUES (1)': 'instances',
}

#: ``SQL: why it is not read``.
UNREADABLE = {
    'EXPLAIN SELECT a FROM instances': 'it begins with EXPLAIN',
    'TABLE instances': 'it begins with TABLE',
    'REPLACE INTO instances (a) VALUES (1)': 'it begins with REPLACE',
    'SHOW INDEX FROM instances': 'it begins with SHOW',
    'COPY instances TO STDOUT': 'it begins with COPY',
    '"instances"': 'it begins with no word',
    "SELECT a FROM 'instances'": 'the name of a table is missing',
    'SELECT a FROM [instances]': "at '[instances]'",
    'SELECT a FROM instances;': "at ';'",
    'SELECT a FROM instances -- x': "at '-- x'",
    'SELECT a FROM instances # x': "at '# x'",
    'SELECT a FROM instances /* x': "at '/* x'",
    'SELECT a FROM instances /* /* */': "at '/* /* */'",
    'SELECT a FROM instances */': "at '*/'",
    'SELECT a FROM instances /*! x */': "at '/*! x */'",
    'SELECT a FROM instances /*M! x */': "at '/*M! x */'",
    "SELECT a FROM instances WHERE x = 'a\\''": "at \"'a\\\\''\"",
    'SELECT a FROM instances WHERE x = "a\\""': 'at \'"a\\\\""\'',
    'SELECT a FROM instances WHERE x = $$a$$': "at '$$a$$'",
    "SELECT a FROM instances WHERE x = 'a": 'at "\'a"',
    'SELECT a FROM instances WHERE x @> y': "at '@> y'",
    'SELECT a FROM instances WHERE x = 2y': "at '2y'",
    'SELECT a FROM instances WHERE (x': 'a parenthesis stays open',
    'SELECT a FROM instances WHERE x)': 'a parenthesis closes too early',
    'SELECT a FROM instances WHERE ' + '(' * 60 + ')' * 60: (
        'its parentheses are nested too deep'
    ),
    'SELECT a FROM U&"\\0069nstances"': 'it has escaped letters',
    "SELECT a FROM instances WHERE x = u&'a'": 'it has escaped letters',
    f'SELECT a FROM instances WHERE x XOR {INSTANCE}': (
        'XOR stands in a condition'
    ),
    f'SELECT a FROM instances WHERE x || {INSTANCE}': (
        '|| stands in a condition'
    ),
    f'SELECT a FROM instances WHERE x := {INSTANCE}': (
        ':= stands in a condition'
    ),
    f'SELECT a FROM free JOIN instances ON x XOR {INSTANCE}': (
        'XOR stands in a condition'
    ),
    'SELECT a INTO b FROM instances': 'a part of a query is no SELECT',
    'SELECT a FROM instances UNION UPDATE x': 'a part of a query is no SELECT',
    'SELECT a FROM f(instances)': (
        'a function stands in the place of a table'
    ),
    'SELECT a FROM instances(1)': 'a function stands in the place of a table',
    'SELECT a FROM f(SELECT a FROM instances)': (
        'a function stands in the place of a table'
    ),
    'SELECT a FROM instances USE INDEX (x)': (
        'it has unknown words behind a table'
    ),
    'SELECT a FROM instances FORCE INDEX (x)': (
        'it has unknown words behind a table'
    ),
    'SELECT a FROM free instances': ('an alias is named like an owned table'),
    'SELECT a FROM free AS instances': (
        'an alias is named like an owned table'
    ),
    'UPDATE IGNORE instances SET a = 1': (
        'an alias is named like an owned table'
    ),
    'UPDATE LOW_PRIORITY nova.instances SET a = 1': (
        'an alias is named like an owned table'
    ),
    'UPDATE OR IGNORE instances SET a = 1': (
        'it has unknown words behind a table'
    ),
    'DELETE instances FROM instances': ('words stand between DELETE and FROM'),
    'DELETE LOW_PRIORITY FROM instances': (
        'words stand between DELETE and FROM'
    ),
    'WITH instances AS (SELECT 1) SELECT a FROM instances': (
        'a WITH is named like an owned table'
    ),
    'WITH x (SELECT 1) SELECT a FROM instances': 'a WITH has no AS',
    'WITH x AS SELECT 1 SELECT a FROM instances': ('a parenthesis is missing'),
    'SELECT a FROM b JOIN instances JOIN c ON x ON y': 'a JOIN has two ON',
    'SELECT a FROM instances AS a1, instances AS a1': (
        'two tables have one alias'
    ),
    'SELECT a FROM instances, instances': 'two tables have one alias',
    'SELECT a FROM instances AS "A", b AS a': 'two tables have one alias',
    'SELECT a FROM instances WHERE x FROM y': (
        'FROM stands in an unknown place'
    ),
    'SELECT a WHERE x FROM instances': 'FROM stands in an unknown place',
    'SELECT a FROM instances FOR SYSTEM_TIME ALL WHERE x': (
        'WHERE stands in an unknown place'
    ),
    'SELECT a FROM b WHERE f(x SELECT a FROM instances)': (
        'a SELECT stands in an unknown place'
    ),
    'SELECT a FROM instances WHERE instances.b IN (/* own */ SELECT 1)': (
        'a SELECT stands in an unknown place'
    ),
    'SELECT a FROM instances WHERE x WHERE y': (
        'WHERE stands in an unknown place'
    ),
    'SELECT x IS DISTINCT FROM y FROM instances': (
        'FROM stands in an unknown place'
    ),
    'SELECT a FROM b WHERE a IN (TABLE instances)': 'it begins with TABLE',
    'SELECT a FROM b WHERE f(DELETE FROM instances)': (
        'a table stands in an unknown place'
    ),
    'SELECT instances FROM free': 'a table stands in an unknown place',
    'SELECT free.a AS instances FROM free': (
        'a table stands in an unknown place'
    ),
    'INSERT instances VALUES (1)': 'an INSERT has no INTO',
    'INSERT INTO instances SET a = 1': 'it begins with SET',
    'INSERT INTO instances': 'it begins with no word',
    "SELECT a FROM instances WHERE x = 'a''": "at \"'a''\"",
    'SELECT a FROM `instances``': "at '`instances``'",
    'SELECT a FROM (instances': 'a parenthesis stays open',
}

BY_KEY = {
    'UPDATE instances SET a = ? WHERE instances.id = ?': True,
    'UPDATE instances SET a = ?, b=? WHERE instances.id = %(id_1)s': True,
    'UPDATE instances SET a=(instances.a + ?) WHERE instances.id = ?': True,
    'UPDATE `instances` SET a = ? WHERE `instances`.`id` = %s': True,
    'UPDATE instances SET a = ? WHERE instances.id = ? AND '
    'instances.version = ?': True,
    'DELETE FROM instances WHERE instances.id = ?': True,
    'DELETE FROM pairs WHERE pairs.left_id = ? AND pairs.right_id = ?': True,
    'DELETE FROM pairs WHERE pairs.left_id = ?': False,
    'DELETE FROM pairs WHERE pairs.left_id = ? OR pairs.right_id = ?': False,
    'UPDATE instances SET a = ?': False,
    'UPDATE instances SET a = ? WHERE instances.a = ?': False,
    'UPDATE instances SET a = ? WHERE id = ?': False,
    'UPDATE instances SET a = ? WHERE free.id = ?': False,
    'UPDATE instances SET a = ? WHERE instances.id != ?': False,
    'UPDATE instances SET a = ? WHERE instances.id = instances.id': False,
    'UPDATE instances SET a = ? WHERE instances.id = ? OR 1': False,
    'UPDATE instances SET a = ? WHERE instances.id = ? AND 1': False,
    'UPDATE instances SET a = ? WHERE NOT instances.id = ?': False,
    'UPDATE instances SET a = ? WHERE instances.id = ? LIMIT 1': False,
    'UPDATE instances SET a = ? WHERE instances.id = ? RETURNING b': False,
    'UPDATE instances SET a = b.a FROM b WHERE instances.id = ?': False,
    'UPDATE instances SET a = (SELECT 1) WHERE instances.id = ?': False,
    'UPDATE instances AS i SET a = ? WHERE i.id = ?': False,
    'UPDATE instances, free SET a = ? WHERE instances.id = ?': False,
    'UPDATE nova.instances SET a = ? WHERE nova.instances.id = ?': False,
    'DELETE FROM instances': False,
    'DELETE FROM instances USING free WHERE instances.id = ?': False,
    'WITH x AS (SELECT 1) DELETE FROM instances WHERE instances.id = ?': False,
    'SELECT a FROM instances WHERE instances.id = ?': False,
}


def scenarios(cases):
    """Name each case by its SQL, or the end of that."""
    return [
        (f'{number} {case[0][:60]}', {'sql': case[0], 'expected': case[-1]})
        for number, case in enumerate(cases)
    ]


class Reader(testscenarios.WithScenarios, testtools.TestCase):
    def read(self, sql):
        return reader.Reader(KEYS).read(sql)


class TestRestricted(Reader):
    scenarios = scenarios((sql,) for sql in RESTRICTED)

    def test_restricted_sql_reads_no_table_without_criterion(self):
        self.assertEqual((), self.read(self.sql).tables)


class TestUnrestricted(Reader):
    scenarios = scenarios(UNRESTRICTED.items())

    def test_unrestricted_sql_names_its_tables(self):
        self.assertEqual(
            tuple(self.expected.split()), self.read(self.sql).tables
        )


class TestUnreadable(Reader):
    scenarios = scenarios(UNREADABLE.items())

    def test_unknown_sql_is_unreadable(self):
        error = self.assertRaises(tokens.Unreadable, self.read, self.sql)
        self.assertEqual(self.expected, str(error))


class TestByKey(Reader):
    scenarios = scenarios(BY_KEY.items())

    def test_change_of_one_row_by_its_key_is_recognized(self):
        reading = self.read(self.sql)
        self.assertEqual(self.expected, reading.is_by_key)
        self.assertNotEqual((), reading.tables)


class TestNames(testtools.TestCase):
    def test_names_are_whole_words_in_any_case(self):
        found = reader.Reader(KEYS)
        for sql, names in (
            ('SELECT 1', []),
            ('FROM shadow_instances, instances_2, x$instances', []),
            ('FROM instances', ['instances']),
            ('FROM PAIRS, "Instances"', ['instances', 'pairs']),
            ('FROM `instances`, nova.instances', ['instances']),
            ("x = 'instances'", ['instances']),
            ('u&"x"', sorted(KEYS)),
        ):
            self.assertEqual(names, found.names(sql), sql)

    def test_keys_match_in_any_case(self):
        found = reader.Reader({'Things': frozenset({'ID'})})
        sql = 'UPDATE things SET a = ? WHERE things.id = ?'
        self.assertEqual((('things',), True, False), found.read(sql))
        self.assertEqual(
            (('things',), True, False),
            found.read(sql.replace('things', 'THINGS')),
        )
