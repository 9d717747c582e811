"""Every word that a user reads is there in Chinese."""
import re

import polib

from ..base import ADDONS, addons
from .finding import Finding

PLACEHOLDER = re.compile(r'%(?:\(\w+\))?[sdf]|\{\w*\}')


def files():
    """Each addon's zh_CN.po can be read, and none of its terms is empty, fuzzy or has lost a placeholder."""
    for addon in addons():
        path = ADDONS / addon / 'i18n' / 'zh_CN.po'
        if not path.exists():
            yield Finding(path, 1, "the addon has no Chinese translation.")
            continue
        try:
            entries = polib.pofile(path)
        except (OSError, ValueError) as error:
            yield Finding(path, 1, f"this is not a .po file: {error}.")
            continue
        for entry in entries:
            yield from _entry(path, entry)


def _entry(path, entry):
    if entry.obsolete:
        yield Finding(path, entry.linenum, "this term is obsolete: delete it.")
    elif entry.fuzzy:
        yield Finding(path, entry.linenum, f"fuzzy: {entry.msgid!r}.")
    elif not entry.msgstr.strip():
        yield Finding(path, entry.linenum, f"not translated: {entry.msgid!r}.")
    elif sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr)):
        yield Finding(path, entry.linenum, f"the placeholders of {entry.msgid!r} differ in the translation.")


def missing(addon, exported):
    """Terms that Odoo exports from the addon and that its zh_CN.po does not have."""
    path = ADDONS / addon / 'i18n' / 'zh_CN.po'
    if not exported.exists():
        return []  # Odoo has found nothing to translate.
    known = {entry.msgid for entry in polib.pofile(path)} if path.exists() else set()
    return [
        Finding(path, 1, f"not in the file: {entry.msgid!r} ({', '.join(name for name, _ in entry.occurrences[:2])}).")
        for entry in polib.pofile(exported) if entry.msgid not in known and re.search(r'[^\W\d_]', entry.msgid)
    ]
