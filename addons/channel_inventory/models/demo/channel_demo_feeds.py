import base64
from datetime import timedelta

from odoo import api, models

ROWS = (
    # key, store, product as the dealer's system calls it, quantity, days ago
    ('T-1001', '晨光001', 'YOG-B-200', '12', 3), ('T-1002', '晨光001', 'YOG B 200', '6', 3),
    ('T-1003', '晨光001', 'YOG B 200', '4', 2), ('T-1004', '晨光001', 'DRK-T-500', '24', 2),
    ('T-1005', '晨光001', 'DRK-T-500', '1,5', 2), ('T-1006', '晨光001', 'DRK-T-500', '90000', 1),
    ('T-1007', '晨光999', 'SNK-M-150', '10', 1), ('T-1008', '晨光001', 'SNK-M-150', '七', 1),
    ('T-1009', '晨光001', 'SNK-M-150', '8', 0), ('T-1010', '晨光001', 'SNK-M-150', '3', -9),
)
HEADER = ('小票', '门店代码', '商品', '件数', '营业日')
FIELDS = ('external_key', 'member', 'sku', 'qty', 'date')


class ChannelDemo(models.AbstractModel):
    """Sales as a dealer's system writes them: most are taken, some wait to be mended; a folder that is still off."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of sales that come in."""
        result = super()._load_stories(members)
        self._load_feed_story()
        return result

    @api.model
    def _load_feed_story(self):
        store = self.env['channel.member'].search([('code', '=', 'S00001')])
        source = self.env['channel.source'].create({'name': "晨光 ERP Sunrise ERP", 'code': 'sunrise'})
        self.env['channel.source.member'].create({
            'source_id': source.id, 'code': '晨光001', 'member_id': store.id})
        format_ = self.env['channel.feed.format'].create({
            'name': "晨光 ERP 日报 Sunrise ERP, daily", 'source_id': source.id, 'date_order': 'ymd',
            'column_ids': [(0, 0, {'sequence': place, 'header': header, 'field': field}) for place, (header, field) in
                           enumerate(zip(HEADER, FIELDS, strict=True))]})
        self.env['channel.feed.folder'].create({
            'name': "晨光 SFTP Sunrise SFTP", 'path': 'sunrise', 'format_id': format_.id, 'is_on': False})
        feed = self.env['channel.feed'].create({
            'name': '晨光日报.csv', 'filename': '晨光日报.csv', 'kind': 'file', 'format_id': format_.id,
            'source_id': source.id, 'file': base64.b64encode(self._write_feed_file())})
        feed._run()

    @api.model
    def _write_feed_file(self):
        """A file in GBK, as such systems write it."""
        today = self.env.company._channel_get_today()
        lines = [HEADER, *((*row[:4], (today - timedelta(days=row[4])).strftime('%Y/%m/%d')) for row in ROWS)]
        return '\r\n'.join('\t'.join(line) for line in lines).encode('gbk')
