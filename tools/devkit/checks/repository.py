"""What is in git holds on every machine: no paths and no hosts of the one it was written on."""
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from ..base import ROOT
from .finding import Finding

LEFT_OUT = {'.git', '.local', '.venv', '__pycache__', 'node_modules', '.ruff_cache', '.pytest_cache'}
# Homes, and the folder that holds this checkout; a path of Debian itself is the same everywhere.
PATHS = re.compile(r'(?<![\w./~-])/(?:root|home/\w+|Users/\w+|work|workspace|mnt)(?=/|\b)')
ADDRESSES = re.compile(r'(?<![\d.])(?:10\.\d+|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d+\.\d+(?![\d.])')
PUBLIC_HOSTS = re.compile(
    r'(^|\.)(debian\.org|pypi\.org|pythonhosted\.org|odoo\.com|npmjs\.org|nodesource\.com|google\.com|localhost)$')


def files():
    hosts = _machine_hosts()
    for path in _tracked():
        try:
            lines = path.read_text('utf-8').splitlines()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # A picture, a workbook; or deleted and not yet committed.
        for number, line in enumerate(lines, 1):
            if path != Path(__file__) and (match := PATHS.search(line)):
                yield Finding(path, number, f"{match[0]} is a path of one machine.")
            if match := ADDRESSES.search(line):
                yield Finding(path, number, f"{match[0]} is an address in somebody's own network.")
            if any(host in line for host in hosts):
                yield Finding(path, number, "this names a host that only this machine knows.")


def _tracked():
    """Files in git and those about to be."""
    if shutil.which('git'):
        listing = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                                 cwd=ROOT, capture_output=True, text=True, check=False)
        if listing.returncode == 0:
            return [ROOT / name for name in sorted(set(listing.stdout.split('\0'))) if name]
    return [
        path for path in sorted(ROOT.rglob('*'))
        if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts)
    ]


@cache
def _machine_hosts():
    """Package servers that this machine is set up with, and that the public does not know."""
    apt = Path('/etc/apt')
    sources = [apt / 'sources.list', *(apt / 'sources.list.d').glob('*'), Path('/etc/pip.conf')]
    text = '\n'.join(path.read_text('utf-8', 'replace') for path in sources if path.is_file())
    text += '\n'.join(value for name, value in os.environ.items() if name.startswith(('PIP_', 'UV_', 'NPM_')))
    hosts = set(re.findall(r'https?://(?:[^/@\s]*@)?([^/:\s]+)', text))
    return frozenset(host for host in hosts if not PUBLIC_HOSTS.search(host) and '.' in host)
