from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

GRADES = ('vip', 'core', 'regular')


class ChannelCasePenalty(models.Model):
    """What each kind of penalty does when it is executed, and how far that can be taken back."""

    _inherit = 'channel.case.penalty'

    # === EXECUTE: (what was done, values of the penalty) === #

    def _execute_warning(self):
        return self.env._("The member reads it in its dealer centre."), {}

    def _execute_clawback(self):
        """Recorded only: an addon that pays rebates takes it back from them and fills `recovered_amount`."""
        return self._claw_back() or self.env._("Owed; it is taken from rebates to come."), {}

    def _claw_back(self):
        """Hook: take `amount` back from the member's rebates. :return: what was done, empty if nothing"""
        return ""

    def _execute_deposit(self):
        """A draft invoice to the member, to be settled from its deposit."""
        text = self.env._("Contract penalty, case %s", self.case_id.name)
        move = self._create_move('out_invoice', self.member_id, text)
        return self.env._("A draft invoice to settle from the deposit."), {'move_id': move.id}

    def _execute_credit(self):
        line = self.env['channel.credit.line'].search(
            [('member_id', '=', self.member_id.id), ('company_id', '=', self.company_id.id)], limit=1)
        if not line:
            return self.env._("The member has no credit line: nothing to cut."), {}
        cut = min(self.amount, line.limit_amount)
        line.limit_amount -= cut
        return self.env._("The limit is %s now.", self._format(line.limit_amount)), {
            'undo': {'line': line.id, 'cut': cut}}

    def _execute_freeze(self):
        until = fields.Date.context_today(self) + timedelta(days=self.days)
        before = self.member_id.channel_frozen_until
        self.member_id.channel_frozen_until = max(until, before or until)
        return self.env._("Nothing can be ordered until %s.", self.member_id.channel_frozen_until), {
            'undo': {'before': fields.Date.to_string(before) if before else False,
                     'until': fields.Date.to_string(self.member_id.channel_frozen_until)}}

    def _execute_grade(self):
        grade = self.member_id.segment
        if grade == GRADES[-1]:
            return self.env._("The member has the lowest grade already."), {}
        undo = {
            'before': grade, 'after': GRADES[GRADES.index(grade) + 1], 'manual': self.member_id.segment_is_manual}
        self.member_id.segment = undo['after']  # as if by hand: the segment rules leave it alone
        return self.env._("The grade is one lower."), {'undo': undo}

    def _execute_compensation(self):
        """A draft credit note to the harmed member, which does not learn who harmed it either."""
        harmed = self.case_id.harmed_member_id
        if not harmed:
            raise UserError(self.env._("%s names no harmed member to compensate.", self.case_id.name))
        move = self._create_move('out_refund', harmed, self.env._("Compensation"))
        return self.env._("A draft credit note to the harmed member."), {'move_id': move.id}

    def _execute_termination(self):
        before = self.member_id.state
        self.member_id.state = 'closed'
        return self.env._("The member is closed."), {'undo': {'before': before}}

    # === REVERSE: what was taken back === #

    def _reverse_warning(self):
        return self.env._("The warning no longer counts.")

    def _reverse_clawback(self):
        return self._give_back() or self.env._("Nothing is owed any more.")

    def _give_back(self):
        """Hook: return to the member what `_claw_back` has taken. :return: what was done, empty if nothing"""
        return ""

    def _reverse_deposit(self):
        return self._reverse_move()

    def _reverse_compensation(self):
        return self._reverse_move()

    def _reverse_credit(self):
        line = self.env['channel.credit.line'].browse((self.undo or {}).get('line')).exists()
        if not line:
            return self.env._("Nothing was cut.")
        line.limit_amount += self.undo['cut']
        return self.env._("The limit is %s again.", self._format(line.limit_amount))

    def _reverse_freeze(self):
        undo = self.undo or {}
        if fields.Date.to_string(self.member_id.channel_frozen_until) != undo.get('until'):
            return self.env._("Another freeze has come since: it stays.")
        self.member_id.channel_frozen_until = undo['before']
        return self.env._("The assortment is free again.")

    def _reverse_grade(self):
        undo = self.undo or {}
        if self.member_id.segment != undo.get('after'):
            return self.env._("The grade has been changed since, or was not lowered: it stays.")
        self.member_id.write({'segment': undo['before'], 'segment_is_manual': undo['manual']})
        return self.env._("The grade is what it was.")

    def _reverse_termination(self):
        if self.member_id.state != 'closed':
            return self.env._("The member is not closed any more.")
        self.member_id.state = (self.undo or {}).get('before') or 'suspended'
        return self.env._("The member is what it was.")

    # === HELPERS === #

    def _format(self, amount):
        return self.currency_id.format(amount)

    def _create_move(self, move_type, member, text):
        """A draft of one line for finance to look at and post: they know account and tax."""
        return self.env['account.move'].with_company(self.company_id).create({
            'move_type': move_type,
            'partner_id': member.partner_id.id,
            'invoice_origin': self.case_id.name,
            'currency_id': self.currency_id.id,
            'invoice_line_ids': [Command.create({
                'name': text, 'quantity': 1, 'price_unit': self.amount, 'tax_ids': False})],
        })

    def _reverse_move(self):
        move = self.move_id
        if not move:
            return self.env._("There was no entry.")
        if move.state == 'draft':
            move.button_cancel()
            return self.env._("The draft is cancelled.")
        if move.state == 'cancel':
            return self.env._("The entry was cancelled already.")
        reversal = move._reverse_moves([{'invoice_origin': self.case_id.name, 'date': fields.Date.context_today(self)}])
        return self.env._("Draft %s reverses it; finance posts it.", reversal.display_name)
