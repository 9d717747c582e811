from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

CHUNK = 100


class ChannelReconciliationRun(models.Model):
    """The statements of one period for many members: issued in chunks, followed until all are agreed to."""

    _name = 'channel.reconciliation.run'
    _description = "Statements of a Period"
    _order = 'date_to desc, id desc'

    company_id = fields.Many2one('res.company', required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("Until", required=True, readonly=True)
    sign_until = fields.Date(required=True, readonly=True)
    member_ids = fields.Many2many('channel.member', string="Only These", readonly=True, help="Empty: all members.")
    last_member_id = fields.Integer(readonly=True, help="Issued up to this one, by its id.")
    state = fields.Selection(
        [('running', "Being Issued"), ('done', "Issued")], required=True, readonly=True, default='running')
    reconciliation_ids = fields.One2many('channel.reconciliation', 'run_id', "Statements")
    issued_count = fields.Integer("Issued", compute='_compute_counts')
    waiting_count = fields.Integer("Waits", compute='_compute_counts')
    disputed_count = fields.Integer("Disputed", compute='_compute_counts')
    agreed_count = fields.Integer("Agreed", compute='_compute_counts', help="Signed, in whole or in part, or tacitly.")
    agreed_rate = fields.Float("Agreed, %", compute='_compute_counts')
    issue_rate = fields.Float("Issued, %", compute='_compute_counts')
    closing_amount = fields.Monetary("Closing Balances", compute='_compute_counts')
    disputed_amount = fields.Monetary("Disputed Amount", compute='_compute_counts')

    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The period ends before it begins.")

    # === COMPUTE METHODS === #

    @api.depends('date_from', 'date_to')
    @api.depends_context('lang')
    def _compute_display_name(self):
        Statement = self.env['channel.reconciliation']
        for run in self:
            run.display_name = Statement.new({'date_from': run.date_from, 'date_to': run.date_to})._get_period_name()

    @api.depends('reconciliation_ids.stage', 'last_member_id', 'state')
    def _compute_counts(self):
        rows = self.env['channel.reconciliation']._read_group(
            [('run_id', 'in', self.ids), ('state', '!=', 'withdrawn')], ['run_id', 'stage'],
            ['__count', 'closing_amount:sum', 'disputed_amount:sum'])
        for run in self:
            own = {stage: figures for run_, stage, *figures in rows if run_ == run}
            count = {stage: figures[0] for stage, figures in own.items()}
            run.issued_count = sum(count.values())
            run.waiting_count, run.disputed_count = count.get('waiting', 0), count.get('disputed', 0)
            run.agreed_count = sum(count.get(stage, 0) for stage in ('signed', 'partly', 'tacit'))
            run.agreed_rate = 100 * run.agreed_count / run.issued_count if run.issued_count else 0
            run.closing_amount = sum(figures[1] for figures in own.values())
            run.disputed_amount = sum(figures[2] for figures in own.values())
            run.issue_rate = run._get_issue_rate()

    # === ACTION METHODS === #

    def action_view_statements(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_reconciliation_action')
        return {**action, 'domain': [('run_id', 'in', self.ids)], 'context': {}, 'name': self.display_name}

    def action_go_on(self):
        """Issue the next statements now rather than with the next run of the job."""
        self.check_access('read')
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel issue and withdraw statements."))
        self.sudo()._work()

    # === BUSINESS METHODS === #

    def _get_members_domain(self):
        """Whose statements these are. Override to leave some out."""
        self.ensure_one()
        domain = Domain('company_id', '=', self.company_id.id) & Domain('state', '!=', 'closed')
        return domain & Domain('id', 'in', self.member_ids.ids) if self.member_ids else domain

    def _get_issue_rate(self):
        if self.state == 'done':
            return 100
        Member, domain = self.env['channel.member'].sudo(), self._get_members_domain()
        done = Member.search_count(domain & Domain('id', '<=', self.last_member_id))
        return 100 * done / max(Member.search_count(domain), 1)

    def _work(self, limit=CHUNK):
        """Issue the next statements. :return: how many members are left"""
        self.ensure_one()
        Member = self.env['channel.member'].sudo()
        domain = self._get_members_domain() & Domain('id', '>', self.last_member_id)
        members = Member.search(domain, order='id', limit=limit)
        if members:
            self.env['channel.reconciliation']._issue(
                members, self.date_from, self.date_to, self.sign_until, self)
            self.last_member_id = members[-1].id
        left = Member.search_count(domain & Domain('id', '>', self.last_member_id)) if members else 0
        if not left:
            self.state = 'done'
        return left

    # === CRON === #

    @api.model
    def _cron_issue(self):
        """Begin what is due today, and issue what is begun, chunk by chunk. After a crash it goes on where it was."""
        for company in self.env['res.company'].sudo().search([('channel_statement_day', '>', 0)]):
            self._begin_month(company)
        runs = self.sudo().search([('state', '=', 'running')], order='id')
        for others, run in zip(range(len(runs) - 1, -1, -1), runs, strict=True):
            left = 1
            while left:
                left = run._work()
                if self.env.context.get('cron_id') and not self.env['ir.cron']._commit_progress(
                        CHUNK, remaining=left + others):
                    return

    @api.model
    def _begin_month(self, company):
        """The run of the month before, from its day on, once."""
        today = company._channel_get_today()
        first = today.replace(day=1) - relativedelta(months=1)
        last = today.replace(day=1) - relativedelta(days=1)
        Run = self.sudo()
        if today.day < company.channel_statement_day or Run.search_count([
                ('company_id', '=', company.id), ('date_from', '=', first), ('date_to', '=', last),
                ('member_ids', '=', False)], limit=1):
            return Run
        return Run.create({
            'company_id': company.id, 'date_from': first, 'date_to': last,
            'sign_until': fields.Date.add(today, days=company.channel_sign_days)})
