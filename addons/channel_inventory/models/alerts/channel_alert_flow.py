from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

REASON_LENGTH = 200


class ChannelAlert(models.Model):
    """What people at headquarters do with alerts."""

    _inherit = 'channel.alert'

    # === ACTION METHODS === #

    def action_assign(self):
        """I look after these."""
        self.check_access('write')
        self._check_live()
        self.write({'user_id': self.env.uid})

    def action_snooze(self):
        """Ask until when and why."""
        self.check_access('write')
        return self._ask('snooze', self.env._("Snooze"))

    def action_ignore(self):
        """Ask why."""
        self.check_access('write')
        return self._ask('ignore', self.env._("Ignore"))

    def action_reopen(self):
        """Look at these again, though they were snoozed or ignored."""
        self.check_access('write')
        self._check_live()
        self._set_state('open', 'reopened', "", snoozed_until=False, reason=False)

    def action_check_again(self):
        """Look at the positions of these anew."""
        self.check_access('write')
        for company, alerts in self.grouped('company_id').items():
            self.sudo()._evaluate_members(company, alerts.member_id.ids)

    def action_make_case(self):
        """A case about the member whose goods leak, with its book as evidence."""
        self.check_access('write')
        case = self._make_case()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'channel.case', 'res_id': case.id, 'view_mode': 'form'}

    def action_view_positions(self):
        """How much there is of it now."""
        self.check_access('read')
        return self._view('channel_stock_action')

    def action_view_entries(self):
        """What the ledger has of it."""
        self.check_access('read')
        return self._view('channel_stock_entry_action')

    def action_view_figures(self):
        """What was counted of it last night."""
        self.check_access('read')
        return self._view('channel_stock_figure_action')

    def action_view_deviation(self):
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'res_model': 'channel.deviation', 'view_mode': 'form',
            'res_id': int(self[:1].key) if self[:1].kind == 'deviation' else False}

    def _ask(self, decision, name):
        self._check_live()
        return {
            'type': 'ir.actions.act_window', 'name': name, 'res_model': 'channel.alert.decide', 'view_mode': 'form',
            'target': 'new', 'context': {'default_alert_ids': self.ids, 'default_decision': decision}}

    def _view(self, name):
        action = self.env['ir.actions.act_window']._for_xml_id(f'channel_inventory.{name}')
        return {**action, 'context': {}, 'domain': [
            ('member_id', 'in', self.member_id.ids), ('product_id', 'in', self.product_id.ids)]}

    # === BUSINESS METHODS === #

    def _check_live(self):
        """:raise UserError: some of these have cleared"""
        gone = self.filtered(lambda alert: not alert.is_live)
        if gone or not self:
            raise UserError(self.env._(
                "The cause of %s is gone already.", gone[:1].display_name or self.env._("what you chose")))

    def _snooze(self, until, reason):
        """Nobody is bothered until that day, unless its cause goes and comes back."""
        if not until or until <= self.env.company._channel_get_today():
            raise UserError(self.env._("Snooze until a day to come."))
        self._check_live()
        self._set_state('snoozed', 'snoozed', self._clean_reason(reason), snoozed_until=until)

    def _ignore(self, reason):
        """Nobody is bothered as long as this cause is there."""
        self._check_live()
        self._set_state('ignored', 'ignored', self._clean_reason(reason), snoozed_until=False)

    def _clean_reason(self, reason):
        reason = (reason or '').strip()[:REASON_LENGTH]
        if not reason:
            raise UserError(self.env._("Say why."))
        return reason

    def _set_state(self, state, event, note, **values):
        self.sudo().write({'state': state, **({'reason': note} if note else {}), **values})
        self._note(event, note)
        self.env.flush_all()
        members = self.member_id.ids
        self._count_at_members(lambda alias: SQL("%s.member_id = ANY(%s)", SQL.identifier(alias), members))
        self.env.registry.clear_cache()

    def _note(self, kind, note):
        self.env['channel.alert.event'].sudo().create([{
            'alert_id': alert.id, 'kind': kind, 'user_id': self.env.uid, 'note': note or False} for alert in self])

    def _make_case(self):
        """By the order desk's way: a suspicion that is taken into a case. Leaks of one member are one case."""
        self._check_live()
        if set(self.mapped('kind')) != {'leakage'} or len(self.member_id) != 1:
            raise UserError(self.env._("A case is made of leaks of one member."))
        if self.case_id:
            return self.case_id[:1]
        Signal = self.env['channel.signal'].sudo()
        signals = Signal._raise([alert._prepare_signal() for alert in self.sudo()])
        signals |= Signal.search([('cause', '=', self[:1]._get_cause()), ('is_open', '=', True)])
        case = signals.case_id[:1] or signals.with_env(self.env)._make_case()
        self.env['channel.case.evidence']._add(
            case, 'stock-books.csv', self._to_csv(), 'system', description=self.env._("Books of what leaks"))
        self.sudo().case_id = case
        self._note('case', case.display_name)
        return case

    def _get_cause(self):
        return f'leakage:{self.member_id.id}'

    def _prepare_signal(self):
        self.ensure_one()
        rule = self.env['channel.rule'].sudo().search([('kind', '=', 'leakage')], limit=1)
        violation = rule.violation_id or self.env.ref('distributor_portal.channel_violation_diversion')
        return {
            'key': f'leakage:{self.id}', 'cause': self._get_cause(), 'name': self.why, 'violation_id': violation.id,
            'rule_id': rule.id, 'company_id': self.company_id.id, 'member_id': self.member_id.id, 'source': 'stock',
            'score': rule.signal_score or 50, 'amount': self.qty * self.product_id.lst_price,
            'occurred_at': fields.Datetime.now()}

    # --- facts for the order desk

    @api.model
    def _get_leaks_of(self, members):
        """Open leaks of these members; what was ignored is none."""
        return self.sudo().search([
            ('member_id', 'in', members.ids), ('kind', '=', 'leakage'), ('is_live', '=', True),
            ('state', '!=', 'ignored')])
