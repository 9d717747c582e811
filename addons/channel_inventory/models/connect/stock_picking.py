from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine.connect import messages, retry

ROLES = {'outgoing': 'shipment_order', 'incoming': 'arrival_order'}


class StockPicking(models.Model):
    """Deliveries that a warehouse handles for us, and what a carrier is told of them."""

    _inherit = 'stock.picking'

    channel_connector_id = fields.Many2one(
        'channel.connector', "Given To", readonly=True, copy=False, index='btree_not_null', ondelete='restrict',
        help="The warehouse system that was told to do this, and says when it is done.")
    channel_connector_round = fields.Integer(
        readonly=True, copy=False, help="How often it was given to a warehouse anew.")
    channel_tracking_event_ids = fields.One2many('channel.tracking.event', 'picking_id', "Tracking", readonly=True)

    # === ACTION METHODS === #

    def action_channel_connect_again(self):
        """Give these to the warehouse anew: it has closed them, or lost them."""
        self.check_access('write')
        for picking in self.filtered('channel_connector_id'):
            if picking.state not in ('assigned', 'confirmed'):
                raise UserError(self.env._("%s is not waiting for the warehouse.", picking.name))
            picking.sudo().write({
                'channel_connector_id': False, 'channel_connector_round': picking.channel_connector_round + 1})
        self._connect_tell(force=True)

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override of `stock`: what has left is told to the carrier."""
        before = self.filtered(lambda picking: picking.state == 'done')
        result = super()._action_done()
        done = (self - before).filtered(
            lambda picking: picking.state == 'done' and picking.picking_type_code == 'outgoing').sudo()
        if done and self.env['channel.connector']._get_places('tms'):
            connectors = self.env['channel.connector']._find_for_warehouses('tms', done.picking_type_id.warehouse_id)
            self.env['channel.connector.message'].sudo()._put([{
                'connector': connectors[picking.picking_type_id.warehouse_id], 'kind': 'shipment_advice',
                'record': picking, 'body': picking._connect_prepare_advice(),
            } for picking in done if picking.picking_type_id.warehouse_id in connectors])
        return result

    # --- what we say

    def _connect_tell(self, force=False):
        """Give those that are ready to the system of their warehouse, each once. All together in one go."""
        if not self.env['channel.connector']._get_places('wms'):
            return
        fresh = self.sudo().filtered(lambda picking: (
            not picking.channel_connector_id and picking.picking_type_code in ROLES
            and (picking.state == 'assigned' or force and picking.state == 'confirmed')
            and picking.backorder_id.id != self.env.context.get('channel_connect_more', -1)))
        if not fresh:
            return
        connectors = self.env['channel.connector']._find_for_warehouses('wms', fresh.picking_type_id.warehouse_id)
        fresh = fresh.filtered(lambda picking: picking.picking_type_id.warehouse_id in connectors)
        rows = []
        for warehouse, pickings in fresh.grouped(lambda picking: picking.picking_type_id.warehouse_id).items():
            pickings.channel_connector_id = connectors[warehouse]
            rows += [{
                'connector': connectors[warehouse], 'kind': ROLES[picking.picking_type_code], 'record': picking,
                'body': picking._connect_prepare_order(), 'revision': picking.channel_connector_round,
            } for picking in pickings]
        if rows:
            self.env['channel.connector.message'].sudo()._put(rows)

    def _connect_tell_cancelled(self):
        rows = []
        for picking in self.sudo().filtered('channel_connector_id'):
            told = picking._connect_find_told()
            rows.append({
                'connector': picking.channel_connector_id, 'kind': 'order_cancel', 'record': picking,
                'body': messages.OrderCancel(told.name), 'revision': picking.channel_connector_round,
                'thread': f'{told._name}/{told.id}'})
        if rows:
            self.env['channel.connector.message'].sudo()._put(rows)

    def _connect_prepare_order(self):
        """What the warehouse has to know to ship this, or to await it."""
        self.ensure_one()
        warehouse, order = self.picking_type_id.warehouse_id, self.sale_id
        lines = self._connect_prepare_lines([
            (move.product_id, '', to_decimal(move.product_qty)) for move in self.move_ids
            if move.state not in ('done', 'cancel')])
        if self.picking_type_code == 'incoming':
            return messages.ArrivalOrder(
                self.name, warehouse.code, lines, self.scheduled_date, (self.partner_id.display_name or '')[:200])
        parcel = self.channel_parcel_id
        return messages.ShipmentOrder(
            self.name, warehouse.code, self._connect_prepare_address(), lines, parcel.ship_by or self.scheduled_date,
            (parcel.carrier_id.name or '')[:120], order.channel_member_id.code or '', (order.name or '')[:60])

    def _connect_prepare_advice(self):
        """What the carrier has to know of what has left."""
        self.ensure_one()
        Product, Lot = self.env['product.product'], self.env['stock.lot']
        lines = self._connect_prepare_lines([
            (Product.browse(product), Lot.browse(lot).name or '', qty)
            for (product, lot, _owner), qty in self._channel_get_moved().items()])
        return messages.ShipmentAdvice(
            self.name, self.date_done, self._connect_prepare_address(), lines, (self.sale_id.name or '')[:60],
            (self.channel_parcel_id.carrier_id.name or '')[:120], self.channel_tracking_ref or '')

    def _connect_prepare_lines(self, rows):
        """One line per product and lot. :param rows: (product, name of its lot, quantity)"""
        sums = {}
        for product, lot, qty in rows:
            key = product.default_code or product.barcode or f'id:{product.id}', lot
            sums[key] = sums.get(key, 0) + qty
        return tuple(messages.Line(sku[:120], qty, lot[:120]) for (sku, lot), qty in sums.items() if qty > 0)

    def _connect_prepare_address(self):
        partner = self.partner_id
        return messages.Address(
            (partner.display_name or self.name)[:200], " ".join(filter(None, (partner.street, partner.street2)))[:300],
            (partner.city or '')[:120], (partner.state_id.name or '')[:120], (partner.zip or '')[:20],
            partner.country_id.code or '', (partner.phone or '')[:40])

    # --- what they say

    def _connect_ship(self, body, connector):
        """What has left of this, as the warehouse says; the rest stays open. :return: what became of it"""
        self.ensure_one()
        if self.channel_connector_id != connector:
            raise retry.Failure('cannot', self.env._("%s was not given to this connector.", self.name))
        if not body.lines:
            if self.sale_id:
                self.sale_id._channel_tell_desk(self.env._("The warehouse ships nothing of %s", self.name))
            return self.env._("Nothing left.")
        wanted = self._connect_read_lines(body.lines, is_bounded=True)
        if body.tracking or body.packages:
            self.channel_tracking_ref = body.tracking or body.packages[0].number
        self._connect_pick(wanted)
        self._connect_validate(more_comes=not body.is_final)
        rest = self._connect_go_on(more_comes=not body.is_final)
        return self.env._("Short: the rest is %s.", rest[:1].name) if rest else self.env._("Shipped in full.")

    def _connect_read_lines(self, lines, is_bounded):
        """{move: [(lot, quantity in the product's own unit)]}; of what was ordered twice the first is filled first.

        :param is_bounded: not more than was ordered
        """
        moves = self.move_ids.filtered(lambda move: move.state not in ('done', 'cancel'))
        by_code = {}
        for move in moves:
            product = move.product_id
            for code in filter(None, (product.default_code, product.barcode, f'id:{product.id}')):
                by_code.setdefault(code, self.env['stock.move'])
                by_code[code] |= move
        left = {move: to_decimal(move.product_qty) for move in moves}
        wanted = {}
        for line in lines:
            if line.sku not in by_code:
                raise retry.Failure('cannot', self.env._("%(sku)s is not in %(name)s.", sku=line.sku, name=self.name))
            lot, open_ = self._connect_find_lot(by_code[line.sku].product_id[:1], line), line.qty
            for move in by_code[line.sku]:
                taken = min(left[move], open_)
                if taken:
                    wanted.setdefault(move, []).append((lot, taken))
                    left[move] -= taken
                    open_ -= taken
            if open_ and is_bounded:
                raise retry.Failure('cannot', self.env._(
                    "Of %(sku)s in %(name)s %(qty)s more left than was ordered.", sku=line.sku, name=self.name,
                    qty=open_))
            if open_:
                wanted.setdefault(by_code[line.sku][-1:], []).append((lot, open_))
        return wanted

    def _connect_find_lot(self, product, line):
        """The lot that a line names. :raise Failure: a product with lots needs one that is known"""
        if product.tracking == 'none':
            return self.env['stock.lot']
        if not line.lot:
            raise retry.Failure('cannot', self.env._("%s is kept by lot: say which.", line.sku))
        lot = self.env['stock.lot'].search([
            ('product_id', '=', product.id), ('name', '=', line.lot), ('company_id', 'in', (False, self.company_id.id)),
        ], limit=1)
        if not lot:
            raise retry.Failure('cannot', self.env._("There is no lot %(lot)s of %(sku)s.", lot=line.lot, sku=line.sku))
        return lot

    def _connect_pick(self, wanted):
        """Make the lines of these moves say what left, and nothing else."""
        for move in self.move_ids.filtered(lambda move: move.state not in ('done', 'cancel')):
            rows = wanted.get(move, [])
            if not rows:
                move.quantity = 0
                move.picked = False
                continue
            if move.product_id.tracking == 'none':
                move.quantity = float(move.product_id.uom_id._compute_quantity(
                    float(sum(qty for _lot, qty in rows)), move.product_uom, rounding_method='HALF-UP'))
            else:
                self._connect_pick_lots(move, rows)
            move.picked = True

    def _connect_pick_lots(self, move, rows):
        move.move_line_ids.unlink()
        self.env['stock.move.line'].create([{
            **move._prepare_move_line_vals(), 'quantity': float(qty), 'product_uom_id': move.product_id.uom_id.id,
            'lot_id': lot.id, 'location_id': self._connect_find_shelf(move, lot, qty).id, 'picked': True,
        } for lot, qty in rows])

    def _connect_find_shelf(self, move, lot, qty):
        """Where most of the lot lies; our books may be wrong, but it has left."""
        quants = self.env['stock.quant']._gather(move.product_id, move.location_id, lot_id=lot, strict=False).filtered(
            lambda quant: quant.lot_id == lot and quant.quantity > 0)
        return quants.sorted('quantity', reverse=True)[:1].location_id or move.location_id

    def _connect_validate(self, more_comes=False):
        result = self.with_context(
            skip_backorder=True, skip_expired=True, skip_sms=True,
            channel_connect_more=self.id if more_comes else -1).button_validate()
        if self.state != 'done':
            raise retry.Failure('cannot', self.env._(
                "%(name)s cannot be validated: Odoo asks %(what)s.", name=self.name,
                what=result.get('name') if isinstance(result, dict) else result))
