from odoo import fields, models
from odoo.exceptions import UserError

MAX_SHOWN = 50


class ChannelStockCheck(models.TransientModel):
    """Checks balances against the ledger, and makes wrong ones anew."""

    _name = 'channel.stock.check'
    _description = "Check of the Stock Ledger"

    member_ids = fields.Many2many('channel.member', string="Members", help="Only these. Empty: all.")
    state = fields.Selection(
        [('ask', "Ask"), ('right', "Right"), ('wrong', "Wrong"), ('mended', "Mended")], required=True, default='ask',
        readonly=True)
    wrong_count = fields.Integer("Wrong", readonly=True)
    wrong_text = fields.Text("What Differs", readonly=True)
    months_text = fields.Char("Months Missing", readonly=True)

    # === ACTION METHODS === #

    def action_check(self):
        """Compare every balance with its entries; change nothing."""
        self._check_entitled()
        wrong = self.env['channel.stock'].sudo()._check(self._get_members())
        members = {member.id: member.code for member in self.env['channel.member'].browse(
            {row['member_id'] for row in wrong[:MAX_SHOWN]})}
        products = {product.id: product.display_name for product in self.env['product.product'].browse(
            {row['product_id'] for row in wrong[:MAX_SHOWN]})}
        self.write({
            'state': 'wrong' if wrong else 'right', 'wrong_count': len(wrong),
            'wrong_text': "\n".join(self.env._(
                "%(member)s, %(product)s, %(state)s: the balance says %(balance)s, its entries %(entries)s",
                member=members[row['member_id']], product=products[row['product_id']], state=row['state'],
                balance=float(row['balance']), entries=float(row['entries'])) for row in wrong[:MAX_SHOWN]),
            'months_text': ", ".join(self.env['channel.stock.entry'].sudo()._find_missing_months())})
        return self._get_own_action()

    def action_rebuild(self):
        """Make the wrong balances anew from their entries."""
        self._check_entitled()
        self.env['channel.stock'].sudo()._rebuild(self._get_members())
        self.env['channel.stock.entry'].sudo()._create_missing_months()
        self.state = 'mended'
        return self._get_own_action()

    # === BUSINESS METHODS === #

    def _check_entitled(self):
        self.ensure_one()
        self.check_access('write')
        self.env['channel.stock.change']._check_manager()
        foreign = self.member_ids.filtered(lambda member: member.company_id not in self.env.companies)
        if foreign:
            raise UserError(self.env._("%s belongs to another company.", foreign[0].display_name))

    def _get_members(self):
        """Those chosen; where there are several companies, no more than those of the user's. None: everybody."""
        if self.member_ids or self.env['res.company'].sudo().search_count([], limit=2) == 1:
            return self.member_ids or None
        return self.env['channel.member'].with_context(active_test=False).search([
            ('company_id', 'in', self.env.companies.ids)])

    def _get_own_action(self):
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Check the Ledger"), 'res_model': self._name,
            'res_id': self.id, 'view_mode': 'form', 'target': 'new'}
