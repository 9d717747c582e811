from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.money.channel_reconciliation_run import CHUNK

SHOWN = 12


class ChannelReconciliationIssue(models.TransientModel):
    """Shows whose statements would be issued, then issues them."""

    _name = 'channel.reconciliation.issue'
    _description = "Issue Statements"

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    date_from = fields.Date("From", required=True, default=lambda self: self._get_last_month()[0])
    date_to = fields.Date("Until", required=True, default=lambda self: self._get_last_month()[1])
    sign_until = fields.Date(required=True, default=lambda self: fields.Date.add(
        self.env.company._channel_get_today(), days=self.env.company.channel_sign_days))
    member_ids = fields.Many2many('channel.member', string="Members", help="Empty: all members.")
    member_count = fields.Integer("Members Looked At", compute='_compute_preview')
    statement_count = fields.Integer("Statements", compute='_compute_preview')
    having_count = fields.Integer("Have One Already", compute='_compute_preview')
    closing_amount = fields.Monetary("Closing Balances", compute='_compute_preview')
    preview_html = fields.Html("Preview", compute='_compute_preview', sanitize=False)

    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The period ends before it begins.")

    # === COMPUTE METHODS === #

    @api.model
    def _get_last_month(self):
        first = self.env.company._channel_get_today().replace(day=1)
        return first - relativedelta(months=1), first - relativedelta(days=1)

    @api.depends('company_id', 'date_from', 'date_to', 'member_ids')
    def _compute_preview(self):
        for wizard in self:
            members, having, accounts = wizard._look()
            closing = sorted(accounts.items(), key=lambda item: -abs(item[1]['closing']))
            wizard.member_count, wizard.having_count = len(members), len(having)
            wizard.statement_count = len(accounts)
            wizard.closing_amount = sum(account['closing'] for account in accounts.values())
            wizard.preview_html = self.env['ir.qweb']._render('distributor_portal.reconciliation_preview', {
                'rows': [(member.display_name, account) for member, account in closing[:SHOWN]],
                'more': max(len(closing) - SHOWN, 0), 'currency': wizard.currency_id})

    # === ACTION METHODS === #

    def action_issue(self):
        """Issue the first chunk at once; the job goes on with the others."""
        self.check_access('write')
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel issue and withdraw statements."))
        run = self.env['channel.reconciliation.run'].sudo().create({
            'company_id': self.company_id.id, 'date_from': self.date_from, 'date_to': self.date_to,
            'sign_until': self.sign_until, 'member_ids': [fields.Command.set(self.member_ids.ids)]})
        if run._work(CHUNK):
            self.env.ref('distributor_portal.ir_cron_issue_statements').sudo()._trigger()
        return {
            'type': 'ir.actions.act_window', 'res_model': run._name, 'res_id': run.id, 'view_mode': 'form',
            'views': [(False, 'form')]}

    # === BUSINESS METHODS === #

    def _look(self):
        """(members, those that have a statement of these days, {member: account} of those that would get one)"""
        Member = self.env['channel.member'].sudo()
        if not (self.date_from and self.date_to and self.date_from <= self.date_to):
            return Member, Member, {}
        run = self.env['channel.reconciliation.run'].new({
            'company_id': self.company_id.id, 'member_ids': [fields.Command.set(self.member_ids.ids)]})
        members = Member.search(run._get_members_domain())
        having = self.env['channel.reconciliation'].sudo().search([
            ('member_id', 'in', members.ids), ('date_from', '=', self.date_from), ('date_to', '=', self.date_to),
            ('state', '!=', 'withdrawn')]).member_id
        accounts = (members - having)._get_statements(self.date_from, self.date_to)
        return members, having, {
            member: account for member, account in accounts.items()
            if account['lines'] or account['open_items'] or account['opening']}
