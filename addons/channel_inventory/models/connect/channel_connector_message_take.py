from odoo import fields, models

from ...engine.connect import retry


class ChannelConnectorMessage(models.Model):
    """What a message that came in does here. One method for each kind; what it gives is noted as the answer."""

    _inherit = 'channel.connector.message'

    # === BUSINESS METHODS === #

    def _take_shipment_confirm(self, body):
        """A warehouse says what left."""
        self._check_part(body.part, self.env._("part %s of this delivery", body.part))
        picking = self._find_picking(body.ref, 'outgoing')
        self.write({'res_model': picking._name, 'res_id': picking.id})
        return picking._connect_ship(body, self.connector_id)

    def _take_receipt_confirm(self, body):
        """A warehouse says what arrived."""
        picking = self._find_picking(body.ref, 'incoming')
        self.write({'res_model': picking._name, 'res_id': picking.id})
        return picking._connect_arrive(body)

    def _take_tracking_event(self, body):
        """A carrier says where something is."""
        picking = self._find_carried(body)
        self.write({'res_model': picking._name, 'res_id': picking.id})
        event = self.env['channel.tracking.event']._note(picking, body, self)
        return event.display_name

    def _take_stock_snapshot(self, body):
        """What lies at a place: compared with our books, and kept as a report."""
        snapshot = self.env['channel.connector.snapshot']._compare(self.connector_id, body)
        self.write({'res_model': snapshot._name, 'res_id': snapshot.id})
        return snapshot.display_name

    # --- what it is about

    def _find_picking(self, ref, code):
        """The delivery or arrival that `ref` names, or what is still open of it."""
        picking = self.env['stock.picking'].search([
            ('name', '=', ref), ('picking_type_code', '=', code),
            ('picking_type_id.warehouse_id', 'in', self.connector_id.warehouse_ids.ids)], limit=1)
        if not picking:
            raise retry.Failure('cannot', self.env._("%s is not known in the warehouses of this connector.", ref))
        rest = picking._connect_find_open()
        if rest:
            return rest
        if picking.state == 'cancel':
            raise retry.Failure('cannot', self.env._("%s has been called off here.", ref))
        raise retry.Failure('cannot', self.env._(
            "%s is done here already, and nothing of it is left. If this is what left, drop the message.", ref))

    def _find_carried(self, body):
        connector = self.connector_id
        domain = [('picking_type_code', '=', 'outgoing'), ('company_id', '=', connector.company_id.id)]
        if connector.warehouse_ids:
            domain.append(('picking_type_id.warehouse_id', 'in', connector.warehouse_ids.ids))
        by_name = [('name', '=', body.ref)] if body.ref else [('channel_tracking_ref', '=', body.tracking)]
        picking = self.env['stock.picking'].search(domain + by_name, limit=2)
        if len(picking) > 1:
            raise retry.Failure('cannot', self.env._("More than one delivery has the number %s.", body.tracking))
        if not picking and body.ref:
            raise retry.Failure('cannot', self.env._("%s is no delivery here.", body.ref))
        if not picking:
            # The warehouse may not have told us yet which number the carrier gave.
            raise retry.Failure('not_yet', self.env._("no delivery has the number %s", body.tracking))
        return picking

    def _check_part(self, part, name):
        """Parts are taken in their sequence, in whatever they come."""
        if not part or part == 1:
            return
        done = self.search_count([
            ('connector_id', '=', self.connector_id.id), ('direction', '=', 'in'), ('thread', '=', self.thread),
            ('state', '=', 'answered')])
        if part > done + 1:
            raise retry.Failure('not_yet', name)

    def _get_moment(self, moment):
        """What others date in the future happened now: clocks differ."""
        return min(moment, fields.Datetime.now())
