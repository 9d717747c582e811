from odoo import api, fields, models

from ...engine import write_csv


class ChannelMemberSku(models.Model):
    """How a member calls our product in its own system."""

    _name = 'channel.member.sku'
    _description = "Member's Product Code"
    _rec_name = 'code'
    _rec_names_search = ['code', 'product_id']
    _order = 'member_id, code'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    code = fields.Char("Its Code", required=True)
    product_id = fields.Many2one('product.product', "Our Product", required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='member_id.company_id')

    _code_unique = models.Constraint('UNIQUE (member_id, code)', "The member uses this code for another product.")

    # === BUSINESS METHODS === #

    @api.model
    def _get_export(self):
        """All codes that the reader may see, as the file that the import takes."""
        rows = self.search([('member_id.company_id', 'in', self.env.companies.ids)], order='member_id, code')
        return write_csv([
            ['member', 'code', 'product'],
            *([sku.member_id.code, sku.code, sku._get_our_code()] for sku in rows)])

    def _get_our_code(self):
        self.ensure_one()
        product = self.product_id
        return product.default_code or product.channel_extension_code or product.barcode or ""

    @api.model
    def _learn(self, member, code, product):
        """Remember that `member` calls `product` by `code`, once a person has matched the two.

        A code that stands for another product already is left as it is: a guess never overwrites a decision.

        :return: the product that the code stands for from now on
        """
        code = (code or '').strip()
        if not code:
            return self.env['product.product']
        known = self.sudo().search([('member_id', '=', member.id), ('code', '=', code)])
        if not known:
            known = self.sudo().create({'member_id': member.id, 'code': code, 'product_id': product.id})
        return known.product_id
