import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.distributor_portal.engine import worst

from .channel_transfer import ASKED, OPEN, RESERVED

_logger = logging.getLogger(__name__)


class ChannelTransfer(models.Model):
    """The steps of a transfer. Each method says from which states it leads."""

    _inherit = 'channel.transfer'

    # === ACTION METHODS === #

    def action_offer(self):
        """proposed → offered: both members are asked. Of several, those that are proposed."""
        self.check_access('write')
        proposed = self.filtered(lambda transfer: transfer.state == 'proposed')
        if not proposed:
            raise UserError(self.env._("None of these transfers is a proposal."))
        proposed.sudo()._offer()

    def action_approve(self):
        """agreed → approved, where headquarters has to decide."""
        self.check_access('write')
        for transfer in self:
            if transfer.asks != 'hq' and transfer.state == 'agreed' and not self._is_manager():
                raise AccessError(self.env._("%s waits for the agent of both.", transfer.name))
            transfer.sudo()._approve()

    def action_refuse(self):
        """Not this transfer. Of several, those that are not approved yet."""
        self.check_access('write')
        self.sudo()._refuse(self.env._("Headquarters does not want it."))

    def action_cancel(self):
        """Call it off, as long as it has not left."""
        self.check_access('write')
        self.sudo()._cancel(self.env._("Headquarters has called it off."))

    def action_print(self):
        """The transfer note."""
        self.check_access('read')
        return self.env.ref('channel_inventory.action_report_transfer').report_action(self)

    # === BUSINESS METHODS === #

    def _is_manager(self):
        return self.env.user.has_group('distributor_portal.group_channel_manager')

    def _move(self, allowed, state, **values):
        """The one way from a state to another. :raise UserError: it does not lead there from where the transfer is"""
        wrong = self.filtered(lambda transfer: transfer.state not in allowed)
        if wrong:
            states = dict(self._fields['state']._description_selection(self.env))
            raise UserError(self.env._(
                "%(transfer)s: %(state)s. This is not possible now.", transfer=wrong[0].name,
                state=states[wrong[0].state]))
        self.sudo().write({'state': state, **values})

    # --- asking

    def _offer(self):
        """proposed → offered. :raise UserError: a rule, a lot or the stock speaks against it"""
        for transfer in self:
            transfer._prepare_asking()
            transfer._move(('proposed',), 'offered')
            transfer._note('offered')

    def _offer_those_that_can(self):
        """At night nobody is there to be told why one of them cannot be: it stays a proposal."""
        for transfer in self:
            try:
                with self.env.cr.savepoint():
                    transfer._offer()
            except UserError as error:
                _logger.info("%s is not offered: %s", transfer.name, error)

    def _prepare_asking(self):
        """Check it, and keep who has to decide and until when."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Say which products, and how much of each."))
        self._check_lots()
        self._check_shared()
        findings = self._check_rules()
        policy = self.env['channel.transfer.policy']._get(self.company_id)
        self.sudo().write({
            **self._prepare_approver(policy, findings),
            'check_text': self.env['channel.transfer.check']._explain(findings) or False,
            'answer_until': self.company_id._channel_get_today() + timedelta(policy.answer_days)})

    def _check_rules(self):
        """:return: what the order desk's rules have to say :raise UserError: one of them sends it back"""
        check = self.env['channel.transfer.check']
        found = check._judge(self.receiver_id, self.line_ids.product_id)
        findings = [finding for some in found.values() for finding in some]
        blocking = [finding for finding in findings if finding.decision == 'block']
        if blocking:
            raise UserError(self.env._(
                "%(receiver)s must not get it: %(why)s", receiver=self.receiver_id.name, why=check._explain(blocking)))
        return findings

    def _check_shared(self):
        closed = self.line_ids.product_id.sudo().filtered(
            lambda product: not product.categ_id._channel_get_shared())
        if closed:
            raise UserError(self.env._("%s is not shared between members.", closed[0].display_name))
        for member in (self.giver_id, self.receiver_id):
            if member.state != 'active' or not member.tracks_stock:
                raise UserError(self.env._("%s takes no part in sharing stock.", member.name))

    def _check_lots(self):
        """:raise UserError: a lot that does not fit, or would expire on the way"""
        margin = self.env['channel.transfer.policy']._get(self.company_id).margin_days
        arrival = self.company_id._channel_get_today() + timedelta(self.days + margin)
        for line in self.line_ids:
            if line.lot_id and line.lot_id.product_id != line.product_id:
                raise UserError(self.env._(
                    "The lot %(lot)s is none of %(product)s.", lot=line.lot_id.name,
                    product=line.product_id.display_name))
            if line.expiration_date and line.expiration_date.date() <= arrival:
                raise UserError(self.env._(
                    "%(product)s, lot %(lot)s, expires before it could be sold there.",
                    product=line.product_id.display_name, lot=line.lot_id.name))

    def _prepare_approver(self, policy, findings):
        self.ensure_one()
        agent = self._get_common_agent()
        crosses = self._crosses_agents()
        if crosses and not policy.crosses_agents:
            raise UserError(self.env._("Members of different agents do not share stock."))
        asks_hq = (
            worst([finding.decision for finding in findings]) == 'approve' or crosses and policy.asks_hq_across
            or policy.hq_amount and self.amount >= policy.hq_amount)
        asks_agent = not asks_hq and agent and policy.agent_amount and self.amount >= policy.agent_amount
        return {'asks': 'hq' if asks_hq else 'agent' if asks_agent else 'nobody',
                'approver_id': agent.id if asks_agent else False}

    # --- both sides, and who stands above them

    def _agree(self, side):
        """One side agrees; when both have, it is approved, or waits for who has to decide."""
        self.ensure_one()
        other = 'receiver' if side == 'giver' else 'giver'
        values = {f'{side}_user_id': self.env.uid, f'{side}_agreed_at': fields.Datetime.now()}
        if self.state != f'{other}_agreed':
            self._move(('offered',), f'{side}_agreed', **values)
            self._note(side)
            return
        self._move((f'{other}_agreed',), 'agreed', **values)
        self._note(side)
        if self.asks == 'nobody':
            self._approve()
        else:
            self._note('waits')

    def _approve(self):
        """agreed → approved: the goods are reserved. :raise UserError: there are none any more"""
        for transfer in self:
            transfer._check_lots()
            transfer._check_rules()
            transfer._move(('agreed',), 'approved', approved_by_id=self.env.uid, approved_at=fields.Datetime.now())
            transfer._reserve()
            transfer._note('approved')

    def _refuse(self, why):
        """Whoever is asked says no. :raise UserError: it is approved already, or nobody says why"""
        if not why:
            raise UserError(self.env._("Say why: the other side reads it."))
        self._move(('proposed', *ASKED, 'agreed'), 'refused', why_refused=why)
        self._note('refused', why)
        self._give_back_offer()

    def _cancel(self, why=None):
        """Called off before it has left: what was reserved is free again."""
        for transfer in self:
            was_reserved = transfer.state in RESERVED
            transfer._move(('proposed', *ASKED, 'agreed', *RESERVED), 'cancelled', why_refused=why)
            if was_reserved:
                transfer._release()
            transfer._note('cancelled', why)
            transfer._give_back_offer()

    def _give_back_offer(self):
        for transfer in self.filtered('offer_id'):
            transfer.offer_id._give_back(sum(transfer.line_ids.mapped('qty')))

    # --- goods

    def _pack(self, packed):
        """approved → packed. :param packed: {line id: quantity} that was scanned out; not named: nothing"""
        self.ensure_one()
        for line in self.line_ids:
            if packed.get(line.id, 0) > line.qty:
                raise UserError(self.env._(
                    "%(product)s: only %(qty)s were agreed upon.", product=line.product_id.display_name,
                    qty=f'{line.qty:g}'))
        if not any(packed.get(line.id, 0) for line in self.line_ids):
            raise UserError(self.env._("Nothing was scanned out. If nothing can be sent, call the transfer off."))
        self._move(('approved',), 'packed')
        for line in self.line_ids:
            line.sudo().packed_qty = packed.get(line.id, 0)
        self._note('packed')

    def _ship(self, carrier='', reference=''):
        """packed → shipped: it leaves the giver's book and is on its way in the receiver's, both or neither."""
        self.ensure_one()
        self._move(('packed',), 'shipped', shipped_by_id=self.env.uid, shipped_at=fields.Datetime.now(),
                   carrier=carrier, tracking_ref=reference)
        self._post_shipment()
        self._note('shipped', " ".join(filter(None, (carrier, reference))))

    def _receive(self, found, note=''):
        """shipped → received, with the bill. :param found: {line id: (received, of these damaged)}"""
        self.ensure_one()
        for line in self.line_ids:
            received, damaged = found.get(line.id, (0, 0))
            if damaged > received:
                raise UserError(self.env._("Not more can be damaged than was received."))
        self._move(('shipped',), 'received', received_by_id=self.env.uid, received_at=fields.Datetime.now())
        for line in self.line_ids:
            received, damaged = found.get(line.id, (0, 0))
            line.sudo().write({'received_qty': received, 'damaged_qty': damaged})
        self._post_receipt()
        self._note('differs' if self.has_difference else 'received', note)
        self._settle_late()
        self._bill()

    # --- money

    def _bill(self):
        """Record what the receiver owes; nothing owed, nothing to confirm."""
        for transfer in self:
            if not transfer.amount:
                transfer._close()
                continue
            self.env['channel.transfer.bill'].sudo().create({
                'transfer_id': transfer.id, 'amount': transfer.amount,
                'day': transfer.company_id._channel_get_today()})
            transfer._note('billed')

    def _close(self):
        self._move(('received',), 'closed')
        self._note('closed')

    # === CRON === #

    @api.model
    def _cron_lapse(self):
        """What not everybody has agreed to in time lapses, and so do offers that nobody has asked for.

        What has left does not: headquarters is told of it.
        """
        for company in self.env['res.company'].sudo().search([('active', '=', True)]):
            today = company._channel_get_today()
            late = self.sudo().search([
                ('company_id', '=', company.id), ('state', 'in', (*ASKED, 'agreed')), ('answer_until', '<', today)])
            late._move(OPEN, 'cancelled', why_refused=self.env._("Not answered in time."))
            late._note('lapsed')
            late._give_back_offer()
            self.env['channel.offer'].sudo()._close_old(company, today)
            self._tell_late(company, today)
