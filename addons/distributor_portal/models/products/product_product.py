from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import gtin

GTIN_STATES = [('good', "GTIN"), ('bad', "Wrong Check Digit"), ('own', "No GTIN"), ('missing', "Missing")]
SEQUENCE = 'channel.extension.code'


class ProductProduct(models.Model):
    """The codes of a product: its GTIN, the GTIN-14s of its packs, headquarters' own extension code."""

    _inherit = 'product.product'

    channel_extension_code = fields.Char(
        "Extension Code", copy=False, index='btree_not_null',
        help="Headquarters' own code beside the GTIN; orders may name the product by it.")
    channel_gtin_state = fields.Selection(
        GTIN_STATES, "Barcode Check", compute='_compute_channel_gtin_state', store=True, precompute=True)

    # === COMPUTE METHODS === #

    @api.depends('barcode')
    def _compute_channel_gtin_state(self):
        for product in self:
            product.channel_gtin_state = gtin.get_gtin_state(product.barcode)

    # === CONSTRAINT METHODS === #

    @api.constrains('barcode')
    def _check_channel_gtin(self):
        for product in self.filtered('barcode'):
            company = product.company_id or self.env.company
            self.env['channel.text']._check_gtin(product.barcode, company.channel_requires_gtin)
        self._check_channel_gtin_spellings()

    def _check_channel_gtin_spellings(self):
        """One number is one product or pack, with or without leading zeros."""
        spellings = {
            spelling: product for product in self.filtered('barcode')
            for spelling in gtin.get_spellings(product.barcode) if spelling != product.barcode}
        for model in ('product.product', 'product.uom'):
            for found in self.env[model].sudo().search([('barcode', 'in', list(spellings))]):
                if found != spellings[found.barcode]:
                    raise ValidationError(self.env._(
                        "%(code)s is the same number as %(other)s, which %(product)s has already.",
                        code=spellings[found.barcode].barcode, other=found.barcode,
                        product=(found if model == 'product.product' else found.product_id).display_name))

    @api.constrains('channel_extension_code', 'company_id')
    def _check_channel_extension_code(self):
        """It has the company's shape and names one product only, also where orders name products by their SKU."""
        coded = self.filtered('channel_extension_code')
        for product in coded:
            code, company = product.channel_extension_code, product.company_id or self.env.company
            mask = company.channel_extension_mask or ''
            if not gtin.fits_mask(code, mask):
                raise ValidationError(self.env._(
                    "The extension code %(code)s does not have the shape %(mask)s (# a digit, @ a letter or digit).",
                    code=code, mask=mask or "A-Z 0-9 . - / _"))
        codes = coded.mapped('channel_extension_code')
        others = self.sudo().with_context(active_test=False).search(
            Domain('channel_extension_code', 'in', codes) | Domain('default_code', 'in', codes))
        for product in coded:
            companies = (product.company_id, self.env['res.company']) if product.company_id else ()
            for other in others - product:
                if product.channel_extension_code not in (other.channel_extension_code, other.default_code):
                    continue
                if not companies or other.company_id in companies:
                    raise ValidationError(self.env._(
                        "%(code)s is a code of %(product)s already.",
                        code=product.channel_extension_code, product=other.display_name))

    # === ACTION METHODS === #

    def action_channel_generate_pack_gtins(self):
        """Give each pack of these products that has no barcode a GTIN-14 of its own."""
        self.check_access('write')
        self._channel_generate_pack_gtins()

    def action_channel_generate_extension_codes(self):
        """Give these products the next free extension codes."""
        self.check_access('write')
        self._channel_generate_extension_codes()

    # === BUSINESS METHODS === #

    def _channel_find_unit(self, name):
        """The unit that an order calls `name`, by its code ("case") or its name; empty if the product has none such."""
        self.ensure_one()
        wanted = name.strip().casefold()
        units = self.uom_id | self.uom_ids
        return units.filtered(lambda unit: (unit.channel_code or '').casefold() == wanted)[:1] or units.filtered(
            lambda unit: unit.name.casefold() == wanted)[:1]

    def _channel_generate_pack_gtins(self):
        """:return: the barcodes made, as `product.uom`s"""
        values = []
        for product in self:
            has = product.product_uom_ids.uom_id
            packs = product.uom_ids.filtered(lambda unit, has=has: unit not in has).sorted('factor')
            if not packs:
                continue
            codes = product._channel_propose_pack_gtins(len(packs))
            if len(codes) < len(packs):
                raise UserError(self.env._(
                    "%s has no indicator digit left: eight packs of one item can have a GTIN-14.",
                    product.display_name))
            values += [
                {'product_id': product.id, 'uom_id': unit.id, 'barcode': code, 'company_id': product.company_id.id}
                for unit, code in zip(packs, codes, strict=True)]
        if not values and self:
            raise UserError(self.env._(
                "Every pack has its barcode. Add cases or pallets under Packagings first."))
        return self.env['product.uom'].create(values)

    def _channel_propose_pack_gtins(self, count):
        """:raise UserError: the product has no GTIN to start from"""
        self.ensure_one()
        item = self.barcode or ''
        try:
            wanted = gtin.propose_pack_gtins(item, len(gtin.INDICATORS), ())
        except ValueError as error:
            raise UserError(self.env._(
                "%s needs the GTIN of its item as barcode: the packs' numbers follow from it.",
                self.display_name)) from error
        taken = set(self.env['product.uom'].sudo().search([('barcode', 'in', wanted)]).mapped('barcode'))
        taken |= set(self.sudo().with_context(active_test=False).search([('barcode', 'in', wanted)]).mapped('barcode'))
        return gtin.propose_pack_gtins(item, count, taken)

    def _channel_generate_extension_codes(self):
        """Number those without a code in their sequence; codes that somebody has given by hand are passed over."""
        Sequence = self.env['ir.sequence'].sudo()
        for company, products in self.filtered(lambda product: not product.channel_extension_code).grouped(
                lambda product: product.company_id or self.env.company).items():
            mask = company.channel_extension_mask or ''
            taken = set(self.env.execute_query(SQL(
                "SELECT channel_extension_code, default_code FROM product_product "
                "WHERE channel_extension_code IS NOT NULL OR default_code IS NOT NULL")))
            taken = {code for pair in taken for code in pair}
            for product in products.sorted('id'):
                code = None
                while not code or code in taken:
                    number = int(Sequence.with_company(company).next_by_code(SEQUENCE))
                    code = self._channel_fill_mask(mask, number)
                taken.add(code)
                product.channel_extension_code = code

    @api.model
    def _channel_fill_mask(self, mask, number):
        try:
            return gtin.fill_mask(mask, [number])[0]
        except ValueError as error:
            texts = self.env['channel.text']._get_code_texts()
            raise UserError(texts[str(error)] % {'mask': mask or "–", 'number': number}) from error

    def _channel_get_order_code(self):
        """{kind of code: code} by which an order names this product."""
        self.ensure_one()
        if self.default_code or self.channel_extension_code:
            return {'sku': self.default_code or self.channel_extension_code}
        return {'gtin': self.barcode} if self.barcode else {'sku': str(self.id)}
