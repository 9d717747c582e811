from odoo import api, fields, models


class ChannelQualitySnapshot(models.Model):
    """What a check counted on a day: the trend of the data's quality."""

    _name = 'channel.quality.snapshot'
    _description = "Data Quality Snapshot"
    _inherit = ['channel.append.only']
    _order = 'date desc, check_id'
    _rec_name = 'check_id'

    check_id = fields.Many2one('channel.quality.check', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    date = fields.Date(required=True)
    bad_count = fields.Integer("Records", aggregator='sum')
    total_count = fields.Integer("Of")
    bad_rate = fields.Float("Share", aggregator='avg')

    _once_a_day = models.Constraint('UNIQUE (check_id, company_id, date)', "This day was noted already.")

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, company):
        """Note what every active check counts today for this company; a second time on a day notes nothing."""
        today = fields.Date.context_today(self)
        noted = self.sudo().search([('company_id', '=', company.id), ('date', '=', today)]).check_id
        checks = self.env['channel.quality.check'].search([('active', '=', True)]) - noted
        return self.sudo().create([{
            'check_id': check.id,
            'company_id': company.id,
            'date': today,
            'bad_count': check.bad_count,
            'total_count': check.total_count,
            'bad_rate': check.bad_rate,
        } for check in checks])

    @api.model
    def _get_last_counts(self, checks):
        """{id of a check: what the latest snapshot before today counted} in the companies chosen."""
        today = fields.Date.context_today(self)
        before = [('company_id', 'in', self.env.companies.ids), ('date', '<', today), ('check_id', 'in', checks.ids)]
        latest = self.search(before, limit=1, order='date desc').date
        if not latest:
            return {}
        counts = self._read_group([*before, ('date', '=', latest)], ['check_id'], ['bad_count:sum'])
        return {check.id: count for check, count in counts}
