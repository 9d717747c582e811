from datetime import datetime, time

from odoo import models

from ...engine.connect import retry


class StockPicking(models.Model):
    """What arrives at a warehouse that another system runs."""

    _inherit = 'stock.picking'

    # === BUSINESS METHODS === #

    def _connect_arrive(self, body):
        """What has arrived of this, as the warehouse says; the rest stays open. :return: what became of it"""
        self.ensure_one()
        if not body.lines:
            return self.env._("Nothing arrived.")
        self._connect_make_lots(body.lines)
        self._connect_pick(self._connect_read_lines(body.lines, is_bounded=False))
        self._connect_validate(more_comes=not body.is_final)
        rest = self._connect_go_on(more_comes=not body.is_final)
        return self.env._("Short: the rest is %s.", rest[:1].name) if rest else self.env._("Arrived in full.")

    def _connect_make_lots(self, lines):
        """Lots that come for the first time, with the day until which they keep."""
        products = {}
        for product in self.move_ids.product_id.filtered(lambda product: product.tracking != 'none'):
            products |= {code: product for code in (product.default_code, product.barcode, f'id:{product.id}') if code}
        wanted = {}
        for line in lines:
            if line.sku in products and not line.lot:
                raise retry.Failure('cannot', self.env._("%s is kept by lot: say which.", line.sku))
            if line.sku in products:
                wanted[products[line.sku], line.lot] = line.expires
        known = {(lot.product_id, lot.name) for lot in self.env['stock.lot'].search([
            ('product_id', 'in', [product.id for product, _name in wanted]),
            ('name', 'in', [name for _product, name in wanted]),
            ('company_id', 'in', (False, self.company_id.id))])}
        self.env['stock.lot'].create([{
            'product_id': product.id, 'name': name, 'company_id': self.company_id.id,
            **({'expiration_date': datetime.combine(expires, time(12))} if expires else {}),
        } for (product, name), expires in wanted.items() if (product, name) not in known])
