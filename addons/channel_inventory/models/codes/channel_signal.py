from odoo import fields, models


class ChannelSignal(models.Model):
    _inherit = 'channel.signal'

    code_scans = fields.Json(readonly=True, copy=False, groups='base.group_user')
    code_report_ids = fields.One2many('channel.code.report', 'signal_id', "Reports", readonly=True)

    # === ACTION METHODS === #

    def action_view_code_scans(self):
        """The scans that raised it."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_scan_action')
        return {**action, 'domain': [('id', 'in', self._get_code_scans().ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _get_code_scans(self):
        return self.env['channel.code.scan'].sudo().search([
            ('id', 'in', [id_ for signal in self.sudo() for id_ in signal.code_scans or []])])

    def _make_case(self):
        """Override of `distributor_portal` to hand in what was scanned and photographed."""
        case = super()._make_case()
        Evidence = self.env['channel.case.evidence']
        scans = self._get_code_scans()
        if scans:
            Evidence._add(case, 'scans.csv', scans._to_csv(), 'system', description=self.env._("Scans of item codes"))
        for report in self.sudo().code_report_ids:
            report.case_id = case
            for number, photo in enumerate(report.photo_ids, 1):
                Evidence._add(
                    case, f'{report.name}-{number}.jpg', photo.raw, 'hq',
                    description=self.env._("Photo of a consumer's report"))
        return case
