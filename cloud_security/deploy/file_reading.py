# SPDX-License-Identifier: Apache-2.0
"""Text of a file that an operator names, or one sentence why there is none."""

from __future__ import annotations

import errno
import os
import stat

#: No file that is read here is larger (bytes).
LARGEST = 1 << 20


class Refused(Exception):
    """Something that is not ours is in the way; the message says what."""


def is_special(path: str) -> bool:
    """Tell whether a path is no file and no folder: a FIFO, which waits."""
    return os.path.exists(path) and not (
        os.path.isfile(path) or os.path.isdir(path)
    )


def read(
    path: str,
    service: str = 'Nova',
    wanted: str = 'api-paste.ini',
    option: str = '--paste',
) -> str:
    """Return the text of a file, with the ends of its lines.

    :param service: the name of whoever reads the file
    :param wanted: the file's usual name
    :param option: names another file
    :raises Refused: when it cannot be read, or is no ordinary file
    """
    try:
        # A FIFO would otherwise wait for somebody who writes.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with open(number, 'rb') as stream:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise Refused(
                    f'{path} is no ordinary file: name the {wanted} that '
                    f"{service}'s API reads with {option}."
                )
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Refused(
                f'{path} is larger than {LARGEST} bytes: no file of '
                f'{service} is.'
            )
        return content.decode('utf-8')
    except UnicodeDecodeError as error:
        raise Refused(f'{path} is no text: {error}.') from error
    except FileNotFoundError as error:
        raise Refused(
            f"There is no {path}: run this on a host of {service}'s API, and "
            f'name the {wanted} that it reads with {option}.'
        ) from error
    except OSError as error:
        advice = 'name the file itself'
        if error.errno in (errno.EACCES, errno.EPERM):
            advice = 'run this as root'
        raise Refused(
            f'{path} cannot be read ({error.strerror}): {advice}.'
        ) from error
