"""What kind of file somebody uploads as evidence, told by its content and never by what it calls itself."""
import io
import re
import zipfile
from dataclasses import dataclass

from .tables import MAX_BYTES, MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED

XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
# extension → (MIME type)
TYPES = {
    'pdf': 'application/pdf', 'jpg': 'image/jpeg', 'png': 'image/png', 'xlsx': XLSX, 'csv': 'text/csv',
    'txt': 'text/plain', 'eml': 'message/rfc822',
}
ALIASES = {'jpeg': 'jpg'}
TEXTS = ('csv', 'txt', 'eml')
MAX_NAME = 120
MAX_ENTRY = 100 * 2**20
_ACTIVE = re.compile(rb'<\s*(!doctype\s+html|html|svg|script|iframe|object|embed|body|\?xml)', re.IGNORECASE)
_MAIL_HEADER = re.compile(r'^(from|to|subject|date|received|return-path|message-id|mime-version|delivered-to):',
                          re.IGNORECASE | re.MULTILINE)
_UNSAFE_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')


class FileRefused(ValueError):
    """The file is not taken. `key` names the reason, `args[0]` details it."""

    def __init__(self, key: str, detail: str = ''):
        super().__init__(detail)
        self.key = key


@dataclass(frozen=True, slots=True)
class FileType:
    extension: str
    mimetype: str


def sniff_file(name: str, content: bytes) -> FileType:
    """The type of an upload: what its bytes are, which its name must not deny.

    :raise FileRefused: empty, too large, of a type that is not taken, or pretending to be another
    """
    if not content:
        raise FileRefused('file_empty')
    if len(content) > MAX_BYTES:
        raise FileRefused('file_too_large', f"{len(content) / 2**20:.0f} MiB")
    claimed = name.rpartition('.')[2].lower() if '.' in name else ''
    claimed = ALIASES.get(claimed, claimed)
    if claimed not in TYPES:
        raise FileRefused('type_not_taken', claimed or "?")
    found = _sniff(content, claimed)
    if found != claimed:
        raise FileRefused('not_what_it_says', claimed)
    return FileType(found, TYPES[found])


def safe_name(name: str, extension: str) -> str:
    """`name` without paths, control or direction signs, no longer than needed, ending on `extension`."""
    stem = name.replace('\\', '/').rpartition('/')[2]
    stem = _UNSAFE_NAME.sub('', stem)
    stem = (stem.rpartition('.')[0] if '.' in stem else stem).strip(' .')
    return f"{stem[:MAX_NAME] or 'file'}.{extension}"


def _sniff(content: bytes, claimed: str) -> str:
    if content.startswith(b'%PDF-'):
        return 'pdf'
    if content.startswith(b'\xff\xd8\xff'):
        return 'jpg'
    if content.startswith(b'\x89PNG\r\n\x1a\n'):
        return 'png'
    if content.startswith(b'PK\x03\x04'):
        _check_workbook(content)
        return 'xlsx'
    if claimed in TEXTS and _is_text(content, claimed):
        return claimed
    return ''


def _is_text(content: bytes, claimed: str) -> bool:
    is_utf16 = content[:2] in (b'\xff\xfe', b'\xfe\xff')
    if b'\x00' in content and not is_utf16:
        return False
    for encoding in (('utf-16',) if is_utf16 else ('utf-8-sig', 'gb18030')):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if claimed == 'eml':
            return bool(_MAIL_HEADER.search(text[:4096]))
        # A page or a drawing that calls itself text; a mail may well hold one.
        return not _ACTIVE.search(text[:4096].encode())
    return False


def _check_workbook(content: bytes) -> None:
    """A ZIP is taken as a workbook only: no macros, no bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused('not_what_it_says', 'xlsx') from error
    names = {entry.filename for entry in entries}
    if '[Content_Types].xml' not in names or 'xl/workbook.xml' not in names:
        raise FileRefused('type_not_taken', 'zip')
    if any(name.lower().endswith('vbaproject.bin') for name in names):
        raise FileRefused('has_macros')
    unpacked = sum(entry.file_size for entry in entries)
    if (len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content)
            or any(entry.file_size > MAX_ENTRY for entry in entries)):
        raise FileRefused('unpacks_too_large')
