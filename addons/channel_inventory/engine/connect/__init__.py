"""Talking to warehouses and carriers as plain Python: no Odoo, no network, no clock of its own.

`messages` what is said · `reading` how it is read, with every reason why not · `soap` the same as XML · `wsdl` the
contract for it · `retry` what is tried again, and when · `signing` who says it · `door` where a message may go ·
`compare` what two books of the same stock differ in.
"""
from . import compare, door, messages, reading, retry, signing, soap, wsdl

__all__ = ['compare', 'door', 'messages', 'reading', 'retry', 'signing', 'soap', 'wsdl']
