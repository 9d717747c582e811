from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

from ...engine.chain import digest
from ...utils import to_decimal

FROZEN = {
    'member_id', 'company_id', 'currency_id', 'date_from', 'date_to', 'opening_amount', 'closing_amount', 'line_ids',
    'sha256', 'issued_at', 'issued_by', 'tacit_on', 'tacit_text',
}


class ChannelReconciliation(models.Model):
    """A member's account over some days as headquarters has stated it: frozen when issued, to be agreed or disputed.

    What is booked later changes nothing in it: the lines are facts, and header and lines are under one SHA-256 that
    the member signs.
    """

    _name = 'channel.reconciliation'
    _description = "Statement to Sign Off"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _mail_post_access = 'read'
    _order = 'date_to desc, member_id, id desc'

    member_id = fields.Many2one('channel.member', required=True, readonly=True, index=True, ondelete='restrict')
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    upstream_id = fields.Many2one(related='member_id.upstream_id', store=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True, index=True, ondelete='restrict')
    currency_id = fields.Many2one('res.currency', required=True, readonly=True, ondelete='restrict')
    run_id = fields.Many2one(
        'channel.reconciliation.run', "Issued With", readonly=True, index='btree_not_null', ondelete='set null')
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("Until", required=True, readonly=True)
    opening_amount = fields.Monetary("Opening Balance", required=True, readonly=True)
    closing_amount = fields.Monetary("Closing Balance", required=True, readonly=True)
    line_ids = fields.One2many('channel.reconciliation.line', 'reconciliation_id', "Lines", readonly=True)
    sha256 = fields.Char(
        "SHA-256", required=True, readonly=True, help="Over header and lines as they were issued; the member signs it.")
    is_intact = fields.Boolean(
        "Unchanged", compute='_compute_is_intact', help="Header and lines still have the SHA-256 of their issue.")
    issued_at = fields.Datetime("Issued", required=True, readonly=True)
    issued_by = fields.Many2one('res.users', required=True, readonly=True, ondelete='restrict')
    sign_until = fields.Date(
        required=True, readonly=True, tracking=True, help="After this day the sign-off is overdue.")
    tacit_on = fields.Date(
        "Agreed Tacitly On", readonly=True,
        help="If it is neither signed nor disputed by then; empty: it never is.")
    tacit_text = fields.Text("Wording", readonly=True)
    reminded_at = fields.Datetime("Reminded", readonly=True)
    state = fields.Selection(
        [('waiting', "Waits for Sign-Off"), ('signed', "Signed"), ('tacit', "Agreed Tacitly"),
         ('withdrawn', "Withdrawn")], required=True, readonly=True, default='waiting', index=True, tracking=True)
    stage = fields.Selection(
        [('waiting', "Waits for Sign-Off"), ('disputed', "Disputed"), ('partly', "Signed, Some Lines Disputed"),
         ('signed', "Signed"), ('tacit', "Agreed Tacitly"), ('withdrawn', "Withdrawn")],
        compute='_compute_stage', store=True, index=True, group_expand=True)
    is_overdue = fields.Boolean(compute='_compute_is_overdue', search='_search_is_overdue')
    withdraw_reason = fields.Char("Why Withdrawn", readonly=True)
    signature_ids = fields.One2many('channel.reconciliation.signature', 'reconciliation_id', "Sign-Off", readonly=True)
    dispute_ids = fields.One2many('channel.reconciliation.dispute', 'reconciliation_id', "Disputes", readonly=True)
    dispute_count = fields.Integer("Disputed Lines", compute='_compute_stage', store=True)
    open_dispute_count = fields.Integer(
        "Disputes to Answer", compute='_compute_stage', store=True, help="That headquarters has not answered yet.")
    disputed_amount = fields.Monetary(
        "Disputed", compute='_compute_stage', store=True, help="What the member does not agree to of the balance.")
    ledger_ids = fields.One2many(
        'channel.reconciliation.ledger', 'reconciliation_id', "Member's Ledgers", readonly=True)

    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The statement ends before it begins.")
    _one_each = models.UniqueIndex(
        "(member_id, date_from, date_to) WHERE state != 'withdrawn'", "The member has a statement of these days.")

    # === COMPUTE METHODS === #

    @api.depends('member_id.code', 'date_to')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = f"{statement.member_id.code or ''} {statement._get_period_name()}".strip()

    @api.depends('state', 'dispute_ids.state', 'dispute_ids.outcome')
    def _compute_stage(self):
        for statement in self:
            excluded = statement.dispute_ids._filter_excluding()
            statement.dispute_count = len(excluded)
            statement.open_dispute_count = len(excluded._filter_unanswered())
            statement.disputed_amount = sum(dispute.line_id._get_part() for dispute in excluded)
            if statement.state == 'waiting':
                statement.stage = 'disputed' if excluded else 'waiting'
            else:
                is_partly = statement.state == 'signed' and excluded
                statement.stage = 'partly' if is_partly else statement.state

    @api.depends('state', 'sign_until')
    def _compute_is_overdue(self):
        today = {company: company._channel_get_today() for company in self.company_id}
        for statement in self:
            statement.is_overdue = (
                statement.state == 'waiting' and statement.sign_until < today[statement.company_id])

    def _search_is_overdue(self, operator, value):
        if operator != 'in':
            return NotImplemented
        overdue = fields.Domain('state', '=', 'waiting') & fields.Domain(
            'sign_until', '<', self.env.company._channel_get_today())
        return overdue if True in value else ~overdue

    def _compute_is_intact(self):
        for statement in self:
            statement.is_intact = statement._compute_digest() == statement.sha256

    # === CRUD METHODS === #

    def write(self, vals):
        """Override to keep what was issued."""
        if FROZEN & set(vals):
            raise AccessError(self.env._(
                "A statement is not changed after it was issued: withdraw it and issue another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A statement that was issued is withdrawn, not deleted."))

    # === ACTION METHODS === #

    def action_withdraw(self):
        """Ask for the reason, then take it back."""
        self.check_access('read')
        self._check_manager()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Withdraw the Statement"),
            'res_model': 'channel.reconciliation.withdraw', 'view_mode': 'form', 'target': 'new',
            'context': {'default_reconciliation_ids': self.ids},
        }

    def action_remind(self):
        """Remind those that wait, now."""
        self.check_access('read')
        self._check_manager()
        self.filtered(lambda statement: statement.state == 'waiting').sudo()._remind()

    def action_print(self):
        self.check_access('read')
        return self.env.ref('distributor_portal.reconciliation_report').report_action(self)

    def action_view_disputes(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id(
            'distributor_portal.channel_reconciliation_dispute_action')
        return {**action, 'domain': [('reconciliation_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _get_report_base_filename(self):
        """The name of a statement that is downloaded in the portal."""
        self.ensure_one()
        return self.display_name

    def _check_manager(self):
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel issue and withdraw statements."))

    def _get_period_name(self):
        """October 2026, or the two days where it is no whole month."""
        self.ensure_one()
        if not self.date_from or not self.date_to:
            return ""
        day_after = fields.Date.add(self.date_to, days=1)
        if self.date_from.day == 1 and day_after == fields.Date.add(self.date_from, months=1):
            return format_date(self.env, self.date_to, date_format='LLLL yyyy')
        return f"{format_date(self.env, self.date_from)} – {format_date(self.env, self.date_to)}"

    def _lock(self):
        """Write the rows: of two sign-offs at once the second is run again and finds what the first has left."""
        self.flush_recordset()
        self.env.cr.execute(SQL(
            "UPDATE channel_reconciliation SET state = state WHERE id IN "
            "(SELECT id FROM channel_reconciliation WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)", self.ids))

    def _compute_digest(self):
        """SHA-256 of header and lines as they stand in the database now."""
        self.ensure_one()
        return self._digest(self, self.line_ids.sorted('sequence'))

    @api.model
    def _digest(self, header, lines):
        """:param header, lines: records, or mappings of the same fields"""
        def text(amount):
            return str(to_decimal(amount, 2))

        def key(value):
            return value if isinstance(value, int) else value.id

        return digest({
            'member': key(header['member_id']), 'company': key(header['company_id']),
            'currency': key(header['currency_id']), 'from': str(header['date_from']), 'to': str(header['date_to']),
            'opening': text(header['opening_amount']), 'closing': text(header['closing_amount']),
            'lines': [[
                line['sequence'], str(line['date']), str(line['due']), line['kind'], line['name'] or '',
                line['reference'] or '', line['foreign'] or '', text(line['amount']), text(line['balance']),
                text(line['open_amount']), line['is_in_period'],
            ] for line in lines],
        })

    @api.model
    def _issue(self, members, date_from, date_to, sign_until=None, run=None):
        """Issue statements of these days. Who has one, or neither entries nor a balance, is passed over.

        :param members: of one company
        :return: the statements
        """
        company = members.company_id
        company.ensure_one()
        having = self.sudo().search([
            ('member_id', 'in', members.ids), ('date_from', '=', date_from), ('date_to', '=', date_to),
            ('state', '!=', 'withdrawn')]).member_id
        accounts = (members - having)._get_statements(date_from, date_to)
        until = sign_until or fields.Date.add(company._channel_get_today(), days=company.channel_sign_days)
        shared = {
            'company_id': company.id, 'currency_id': company.currency_id.id, 'date_from': date_from,
            'date_to': date_to, 'sign_until': until, 'issued_at': fields.Datetime.now(), 'issued_by': self.env.uid,
            'run_id': run and run.id,
            **self._prepare_tacit_values(company, until),
        }
        statements = self.sudo().with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True,
        ).create([
            {**shared, **self._prepare_values(member, account, shared)} for member, account in accounts.items()
            if account['lines'] or account['open_items'] or account['opening']])
        statements._tell('issued')
        return self.browse(statements.ids)

    @api.model
    def _prepare_tacit_values(self, company, until):
        if not company.channel_tacit_days:
            return {}
        return {
            'tacit_on': fields.Date.add(until, days=company.channel_tacit_days),
            'tacit_text': company.channel_tacit_text}

    @api.model
    def _prepare_values(self, member, account, shared):
        """What is frozen of the account as `_get_statements` gives it: its lines, and what is open from before."""
        opened = {item['entry_id']: item['amount'] for item in account['open_items']}
        within = {line['entry_id'] for line in account['lines']}
        before = [
            {**item, 'amount': 0.0, 'balance': 0.0} for item in account['open_items'] if item['entry_id'] not in within]
        lines = [{
            'sequence': number, 'is_in_period': line['entry_id'] in within,
            'open_amount': opened.get(line['entry_id'], 0.0),
            **{name: line[name] for name in ('date', 'due', 'name', 'reference', 'foreign', 'amount', 'balance')},
            'kind': line['kind_code'], 'move_key': line['move_id'],
        } for number, line in enumerate([*before, *account['lines']], 1)]
        header = {
            'member_id': member.id, 'opening_amount': account['opening'], 'closing_amount': account['closing']}
        return {
            **header,
            'sha256': self._digest({**shared, **header}, lines),
            'line_ids': [Command.create({**line, 'company_id': shared['company_id']}) for line in lines],
        }

    def _withdraw(self, reason):
        """Take back what was issued by mistake. A statement that was signed stays: correct it by the next one."""
        self._lock()
        if any(statement.state != 'waiting' for statement in self):
            raise UserError(self.env._("Only statements that wait for their sign-off are withdrawn."))
        self.sudo().write({'state': 'withdrawn', 'withdraw_reason': reason})
        self.sudo().dispute_ids._filter_unsettled()._close_with_statement()
        self.sudo()._tell('withdrawn')

    def _sign(self, kind, values):
        """Put the member's agreement under it. Called with the rows locked.

        :param values: {who signs: user_id, name, role, ip}
        """
        self.env['channel.reconciliation.signature'].sudo().create([{
            'reconciliation_id': statement.id, 'company_id': statement.company_id.id, 'kind': kind,
            'sha256': statement.sha256, 'closing_amount': statement.closing_amount,
            'excluded_amount': statement.disputed_amount, 'excluded_count': statement.dispute_count, **values,
        } for statement in self])
        self.sudo().write({'state': kind})

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Remind of what falls due, agree tacitly to what may be. Run again it does nothing a second time."""
        for company in self.sudo().search([('state', '=', 'waiting')]).company_id:
            today, ahead = company._channel_get_today(), company.channel_sign_reminder_days
            waiting = [('company_id', '=', company.id), ('state', '=', 'waiting')]
            self.sudo().search([*waiting, ('tacit_on', '<', today), ('dispute_count', '=', 0)])._agree_tacitly()
            if ahead:
                self.sudo().search([
                    *waiting, ('reminded_at', '=', False), ('sign_until', '>=', today),
                    ('sign_until', '<=', fields.Date.add(today, days=ahead))])._remind()

    def _agree_tacitly(self):
        self._lock()
        silent = self.filtered(lambda statement: statement.state == 'waiting' and not statement.dispute_count)
        silent._sign('tacit', {'name': self.env._("Nobody: agreed by silence")})
        silent._tell('tacit')

    def _remind(self):
        self.reminded_at = fields.Datetime.now()
        self._tell('reminder')
