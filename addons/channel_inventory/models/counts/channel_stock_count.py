from odoo import api, fields, models


class ChannelStockCount(models.Model):
    """What a member has counted at one moment."""

    _name = 'channel.stock.count'
    _description = "Count of Stock"
    _order = 'counted_at desc, id desc'

    member_id = fields.Many2one('channel.member', required=True, readonly=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    request_id = fields.Many2one(
        'channel.stock.count.request', "Asked For", readonly=True, index='btree_not_null', ondelete='restrict')
    kind = fields.Selection(
        [('rpc', "Call"), ('portal', "Dealer Centre"), ('hq', "Headquarters")], required=True, readonly=True)
    counted_at = fields.Datetime("Counted", required=True, readonly=True)
    user_id = fields.Many2one('res.users', "By", required=True, readonly=True, ondelete='restrict')
    note = fields.Text(readonly=True)
    line_ids = fields.One2many('channel.stock.count.line', 'count_id', "Lines", readonly=True)
    line_count = fields.Integer("Products", compute='_compute_counts')
    difference_count = fields.Integer("Differ", compute='_compute_counts')

    # === COMPUTE METHODS === #

    @api.depends('line_ids.difference')
    def _compute_counts(self):
        for count in self:
            count.line_count = len(count.line_ids)
            count.difference_count = len(count.line_ids.filtered('difference'))

    @api.depends('member_id', 'counted_at')
    def _compute_display_name(self):
        for count in self:
            at = fields.Datetime.context_timestamp(count, count.counted_at)
            count.display_name = f"{count.member_id.code} {at:%Y-%m-%d %H:%M}"
