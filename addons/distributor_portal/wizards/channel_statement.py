import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class ChannelStatement(models.TransientModel):
    """Asks whose account, and of which days; shows it, prints it, or hands it out as a spreadsheet."""

    _name = 'channel.statement'
    _description = "Statement of Account"

    member_id = fields.Many2one('channel.member', required=True)
    company_id = fields.Many2one(related='member_id.company_id')
    currency_id = fields.Many2one(related='member_id.currency_id')
    date_from = fields.Date(
        "From", required=True,
        default=lambda self: self.env.company._channel_get_today().replace(day=1) - relativedelta(months=2))
    date_to = fields.Date(
        "Until", required=True, default=lambda self: self.env.company._channel_get_today(),
        help="The account as it stood at the end of this day: what was paid later is open here.")
    statement_html = fields.Html("Statement", compute='_compute_statement_html', sanitize=False)
    file = fields.Binary(compute='_compute_file')
    file_name = fields.Char(compute='_compute_file')

    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The statement ends before it begins.")

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'date_from', 'date_to')
    def _compute_statement_html(self):
        for wizard in self:
            wizard.statement_html = wizard._is_complete() and self.env['ir.qweb']._render(
                'distributor_portal.statement_tables', wizard._prepare_values())

    @api.depends('member_id', 'date_from', 'date_to')
    def _compute_file(self):
        for wizard in self:
            wizard.file_name = f'{wizard.member_id.code}-{wizard.date_to}.xlsx'
            wizard.file = wizard._is_complete() and base64.b64encode(
                wizard.member_id._get_statement_xlsx(wizard._get_statement()))

    # === ACTION METHODS === #

    def action_print(self):
        self.check_access('read')
        return self.env.ref('distributor_portal.statement_report').report_action(self)

    def action_download(self):
        self.check_access('read')
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/file?download=true&filename={self.file_name}',
            'target': 'self',
        }

    # === BUSINESS METHODS === #

    def _is_complete(self):
        return bool(self.member_id and self.date_from and self.date_to and self.date_from <= self.date_to)

    def _get_statement(self):
        """The account; the reader must be allowed to see the member, its entries are read for it."""
        self.member_id.check_access('read')
        return self.member_id.sudo()._get_statement(self.date_from, self.date_to)

    def _prepare_values(self):
        return {
            'statement': self._get_statement(), 'age_names': self.member_id._get_age_names(),
            'currency': self.currency_id, 'member': self.member_id,
        }

    def _get_report_base_filename(self):
        return f'{self.member_id.code}-{self.date_to}'
