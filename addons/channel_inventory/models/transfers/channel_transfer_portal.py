from odoo import api, models
from odoo.fields import Domain

from .channel_transfer import ASKED, OPEN

# What a member sees of a transfer begins when it is asked.
HIDDEN = ('proposed',)


class ChannelTransfer(models.Model):
    """What the dealer centre shows of transfers. The callers have checked who asks."""

    _inherit = 'channel.transfer'

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members, show='all'):
        """Transfers of these members, and those that they decide on.

        :param show: 'send', 'receive', 'decide', 'done'; anything else all
        """
        gives, gets = Domain('giver_id', 'in', members.ids), Domain('receiver_id', 'in', members.ids)
        decides = Domain('approver_id', 'in', members.ids) & Domain('asks', '=', 'agent')
        seen = Domain('state', 'not in', HIDDEN)
        is_open = Domain('state', 'in', OPEN)
        # Those that were called off or refused before anybody was asked were never seen.
        seen &= Domain('state', 'not in', ('cancelled', 'refused')) | Domain('answer_until', '!=', False)
        return seen & {
            'send': gives & is_open, 'receive': gets & is_open,
            'decide': decides & Domain('state', '=', 'agreed'),
            'done': (gives | gets) & ~is_open,
        }.get(show, gives | gets | decides)

    @api.model
    def _portal_get_waiting_domain(self, orders, ships, receives):
        """What waits for a person. :param orders, ships, receives: members for which it may agree, pack, scan in"""
        return Domain.OR([
            Domain('giver_id', 'in', orders.ids) & Domain('state', 'in', ('offered', 'receiver_agreed')),
            Domain('receiver_id', 'in', orders.ids) & Domain('state', 'in', ('offered', 'giver_agreed')),
            Domain('approver_id', 'in', orders.ids) & Domain('state', '=', 'agreed') & Domain('asks', '=', 'agent'),
            Domain('giver_id', 'in', ships.ids) & Domain('state', 'in', ('approved', 'packed')),
            Domain('receiver_id', 'in', receives.ids) & Domain('state', '=', 'shipped')])

    def _portal_get_steps(self, orders, ships, receives, bills):
        """What a person may do with this transfer now: {'agree', 'approve', 'refuse', 'cancel', 'pack', 'ship', …}

        :param orders, ships, receives, bills: members for which it may agree, pack and ship, scan in, confirm bills
        """
        self.ensure_one()
        steps, state = set(), self.state
        gives, gets = self.giver_id in orders, self.receiver_id in orders
        if gives and state in ('offered', 'receiver_agreed') or gets and state in ('offered', 'giver_agreed'):
            steps |= {'agree', 'refuse'}
        if self.asks == 'agent' and self.approver_id in orders and state == 'agreed':
            steps |= {'approve', 'refuse'}
        if (gives or gets) and state in (*ASKED, 'agreed', 'approved') and 'agree' not in steps:
            steps.add('cancel')
        if self.giver_id in ships and state in ('approved', 'packed'):
            steps.add('pack' if state == 'approved' else 'ship')
        if self.receiver_id in receives and state == 'shipped':
            steps.add('receive')
        bill = self.bill_id
        if bill.state == 'open' and any(
                self[f'{side}_id'] in bills and not bill[f'{side}_confirmed_at'] for side in ('giver', 'receiver')):
            steps |= {'confirm', 'dispute'}
        return steps

    def _portal_get_side(self, members):
        """'giver' or 'receiver': as which of the two these members act. Of both, as whom it still waits for."""
        self.ensure_one()
        gives, gets = self.giver_id in members, self.receiver_id in members
        if gives and gets:
            return 'receiver' if self.state == 'giver_agreed' or self.bill_id.giver_confirmed_at else 'giver'
        return 'giver' if gives else 'receiver' if gets else None

    def _get_report_base_filename(self):
        """The name of a transfer note that is downloaded."""
        self.ensure_one()
        return self.env._("Transfer %s", self.name)

    def _portal_get_city(self, member):
        """Where the other side is, no more of it than that."""
        return member.sudo().partner_id.city or member.sudo().street_id.name or ''

    def _portal_judge_code(self, text, codes):
        """Where a code that is scanned is counted, or why it is not. :param codes: those counted before"""
        scanned = self._judge_codes([*codes, text])[-1]
        if scanned.refusal:
            return {'error': f"{text}: {scanned.refusal}"}
        return {'code': scanned.key, 'line': scanned.line, 'qty': float(scanned.qty)}

    def _portal_get_codes(self):
        """{line id: what can be scanned for it, as {code: how many units it stands for}}"""
        return {line.id: {
            **{pack.barcode: pack.uom_id._compute_quantity(1, line.product_id.uom_id, round=False)
               for pack in line.product_id.product_uom_ids if pack.barcode},
            **{code: 1 for code in (line.product_id.barcode, line.product_id.default_code, line.lot_id.name) if code},
        } for line in self.line_ids}
