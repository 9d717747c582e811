from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelTransferBill(models.Model):
    """What one member owes another for a transfer, as both have confirmed it.

    A record and no journal entry: headquarters is no party to it, and its books hold no debts between third parties.
    """

    _name = 'channel.transfer.bill'
    _description = "Bill between Members"
    _inherit = ['channel.by.hand']
    _order = 'id desc'

    name = fields.Char(related='transfer_id.name', store=True)
    transfer_id = fields.Many2one('channel.transfer', required=True, readonly=True, ondelete='restrict')
    company_id = fields.Many2one(related='transfer_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    giver_id = fields.Many2one(related='transfer_id.giver_id', store=True, index=True, string="Is Owed")
    receiver_id = fields.Many2one(related='transfer_id.receiver_id', store=True, index=True, string="Owes")
    day = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [('open', "To Confirm"), ('disputed', "Disputed"), ('confirmed', "Confirmed by Both")], required=True,
        default='open', readonly=True, index=True)
    giver_confirmed_at = fields.Datetime("Giver Confirmed", readonly=True)
    giver_user_id = fields.Many2one('res.users', "Giver's Word By", readonly=True, ondelete='restrict')
    receiver_confirmed_at = fields.Datetime("Receiver Confirmed", readonly=True)
    receiver_user_id = fields.Many2one('res.users', "Receiver's Word By", readonly=True, ondelete='restrict')
    dispute = fields.Char("What Is Disputed", readonly=True)

    _one_per_transfer = models.Constraint('UNIQUE (transfer_id)', "This transfer has its bill already.")
    _not_negative = models.Constraint('CHECK (amount >= 0)', "An amount is not negative.")
    _confirmed_by_both = models.Constraint(
        "CHECK (state != 'confirmed' OR (giver_confirmed_at IS NOT NULL AND receiver_confirmed_at IS NOT NULL))",
        "A bill is confirmed by both sides.")

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A bill stays on record."))

    # === ACTION METHODS === #

    def action_settle_dispute(self):
        """Headquarters has talked to both: they are asked to confirm it anew."""
        self.check_access('write')
        disputed = self.filtered(lambda bill: bill.state == 'disputed')
        if not disputed:
            raise UserError(self.env._("Nothing is disputed here."))
        disputed.sudo().write({'state': 'open', 'giver_confirmed_at': False, 'receiver_confirmed_at': False})

    # === BUSINESS METHODS === #

    def _confirm(self, side):
        """open → confirmed, when both have. :param side: 'giver' or 'receiver'"""
        self.ensure_one()
        if self.state != 'open' or self[f'{side}_confirmed_at']:
            raise UserError(self.env._("There is nothing to confirm."))
        other = 'receiver' if side == 'giver' else 'giver'
        self.sudo().write({
            f'{side}_confirmed_at': fields.Datetime.now(), f'{side}_user_id': self.env.uid,
            'state': 'confirmed' if self[f'{other}_confirmed_at'] else 'open'})
        self.transfer_id._note('confirmed')
        if self.state == 'confirmed':
            self.transfer_id._close()

    def _dispute(self, text):
        """open → disputed. :raise UserError: without a word"""
        self.ensure_one()
        if self.state != 'open':
            raise UserError(self.env._("There is nothing to confirm."))
        if not text:
            raise UserError(self.env._("Say what is wrong with it."))
        self.sudo().write({'state': 'disputed', 'dispute': text})
        self.transfer_id._note('disputed', text)

    # === PORTAL === #

    @api.model
    def _portal_get_statement(self, members, limit=50):
        """[(bill, its amount for these members: owed to them more than nothing)], the newest first."""
        bills = self.search(
            ['|', ('giver_id', 'in', members.ids), ('receiver_id', 'in', members.ids)], limit=limit)
        return [(bill, bill.amount * ((bill.giver_id in members) - (bill.receiver_id in members))) for bill in bills]
