import json

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import split_every

from odoo.addons.distributor_portal.controllers.downloads import download
from odoo.addons.distributor_portal.controllers.money import XLSX

from ..engine.stream_sheet import write_stream

MODELS = {'network': 'channel.stock.report', 'members': 'channel.stock.node'}
MAX_ROWS = 200_000
BATCH = 2000


class ChannelStockExport(http.Controller):
    """Lists of headquarters as files. What is read is read as the user: rights and record rules hold."""

    @http.route('/channel_inventory/export/<any(network, members):kind>', type='http', auth='user', methods=['GET'])
    def channel_stock_export(self, kind, domain='[]', **_kw):
        """The list of this kind, with the filter it was shown with."""
        Model = request.env[MODELS[kind]]
        Model.check_access('read')
        try:
            records = Model.search(Domain(json.loads(domain)), limit=MAX_ROWS)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise UserError(request.env._("This filter cannot be read.")) from error
        return download(write_stream(kind, _get_rows(records), (28, 28, 20, 20, 36, 20)), f'{kind}-stock.xlsx', XLSX)


def _get_rows(records):
    """Titles, then a row for each record, read some at a time."""
    names = records._get_export_columns()
    titles = records.fields_get(names, ['string', 'type', 'selection'])
    yield [titles[name]['string'] for name in names]
    for batch in split_every(BATCH, records.ids, records.browse):
        for values in batch.read(names):
            # What sells nowhere lasts for ever: a 0 would say that it is out today.
            if not values.get('daily_sales', values['days_of_supply']):
                values['days_of_supply'] = ''
            yield [_get_cell(values[name], titles[name]) for name in names]
        batch.invalidate_recordset()


def _get_cell(value, description):
    """As a person reads it."""
    if value is False:
        return 0 if description['type'] in ('float', 'monetary', 'integer') else ''
    if description['type'] == 'many2one':
        return value[1]
    if description['type'] == 'selection':
        return dict(description['selection']).get(value, value)
    return value
