"""Where a message may go: an address that somebody typed must not lead into the house.

Names are resolved once, and the address that was judged is the one connected to; nobody is followed elsewhere.
"""
import ipaddress
from urllib.parse import urlsplit

MAX_URL = 500
_NAT64 = ipaddress.ip_network('64:ff9b::/96')


class Closed(ValueError):
    """`key` names why: not_a_url, scheme, user, host, port, private."""

    def __init__(self, key: str, detail: str = ''):
        super().__init__(key, detail)
        self.key, self.detail = key, detail[:200]


def check_url(url: str, allowed: frozenset[str] = frozenset()) -> tuple[str, str, int]:
    """(scheme, host, port) of an address that may be called.

    :param allowed: hosts of the house that may be called all the same, as "host" or "host:port", also without TLS
    :raise Closed: with the reason
    """
    text = (url or '').strip()
    if not text or len(text) > MAX_URL or any(ord(char) <= 32 or ord(char) == 127 or char == '\\' for char in text):
        raise Closed('not_a_url', text)
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or '').rstrip('.').lower(), parts.port
    except ValueError:
        raise Closed('not_a_url', text) from None
    if parts.scheme not in ('http', 'https'):
        raise Closed('scheme', parts.scheme)
    if parts.username is not None or parts.password is not None:
        raise Closed('user')
    if not host or parts.fragment:
        raise Closed('not_a_url', text)
    port = port or (443 if parts.scheme == 'https' else 80)
    if not is_allowed(host, port, allowed):
        if parts.scheme != 'https':
            raise Closed('scheme', parts.scheme)
        check_host(host)
    return parts.scheme, host, port


def is_same_server(one: str, other: str) -> bool:
    """Whether two addresses lead to the same server; what cannot be read leads nowhere."""
    try:
        first, second = ((parts.scheme, parts.hostname, parts.port) for parts in (urlsplit(one), urlsplit(other)))
    except ValueError:
        return False
    return first == second


def check_host(host: str) -> None:
    """What can be told without asking for its address. :raise Closed: it is of the house, or no name at all"""
    if _is_odd_number(host) or host == 'localhost' or host.endswith(('.localhost', '.local', '.internal')):
        raise Closed('private', host)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    check_address(str(address))


def check_address(address: str) -> None:
    """:raise Closed: not an address of the open Internet"""
    try:
        one = ipaddress.ip_address(address.partition('%')[0])
    except ValueError:
        raise Closed('host', address) from None
    inner = getattr(one, 'ipv4_mapped', None) or getattr(one, 'sixtofour', None)
    if one.version == 6 and one in _NAT64:
        inner = ipaddress.ip_address(int(one) & 0xFFFFFFFF)
    for each in filter(None, (one, inner)):
        if not each.is_global or each.is_multicast or each.is_reserved or each.is_unspecified:
            raise Closed('private', str(one))
    if one.version == 6 and one.teredo:
        raise Closed('private', str(one))


def is_allowed(host: str, port: int, allowed: frozenset[str]) -> bool:
    return host in allowed or f'{host}:{port}' in allowed or f'[{host}]:{port}' in allowed


def read_allowed(text: str | None) -> frozenset[str]:
    """The hosts of a parameter: separated by commas or spaces."""
    return frozenset(one.strip().lower() for one in (text or '').replace(',', ' ').split())


def _is_odd_number(host):
    """127.1, 2130706433, 0x7f000001: addresses that only some programs take for such."""
    parts = host.split('.')
    is_number = all(part.isdigit() or part.startswith('0x') for part in parts if part)
    if not is_number:
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False
