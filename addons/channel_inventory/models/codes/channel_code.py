from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import codes
from .loose_many2one import LooseMany2one

MAX_SHOWN = 200


class ChannelCode(models.Model):
    """A code on one thing: an item, a case, a pallet. One narrow row each; what lies in a pallet follows the pallet.

    State, holder and delivery mean something on the outermost container only (`top_id`), but for a thing that has met
    its own end: it is sold or void whatever becomes of its case. So a pallet is shipped by changing one row.
    """

    _name = 'channel.code'
    _description = "Item Code"
    _log_access = False
    _order = 'id desc'
    _rec_name = 'code'

    code = fields.Char(required=True, readonly=True, help="In one spelling, whatever its label looks like.")
    kind = fields.Selection(
        [('own', "Own"), ('sgtin', "GS1 Serial"), ('sscc', "GS1 Logistic Unit"), ('other', "Other System's")],
        required=True, readonly=True)
    level = fields.Integer(required=True, readonly=True, default=1, help="1 is what holds no other code.")
    parent_id = LooseMany2one('channel.code', "Lies In", readonly=True, index='btree_not_null')
    top_id = LooseMany2one('channel.code', "Outermost", readonly=True, index=True)
    child_ids = fields.One2many('channel.code', 'parent_id', "Holds")
    product_id = fields.Many2one('product.product', readonly=True, ondelete='restrict', help="Empty: several.")
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True, ondelete='restrict')
    qty = fields.Float("Quantity", readonly=True, default=1.0, digits='Product Unit',
        help="Product units it stands for.")
    n_leaf = fields.Integer("Codes Inside", readonly=True, default=0)
    state = fields.Selection(selection='_get_states', required=True, readonly=True, default='new')
    member_id = fields.Many2one(
        'channel.member', "Shipped To", readonly=True, ondelete='restrict', help="Of the outermost container only.")
    picking_id = fields.Many2one(
        'stock.picking', "Delivery", readonly=True, index='btree_not_null', ondelete='restrict',
        help="The delivery it is packed for or has left with; of the outermost container only.")
    transfer_id = fields.Many2one(
        'channel.transfer', readonly=True, index='btree_not_null', ondelete='restrict',
        help="The transfer between members that it was last scanned out for.")
    is_opened = fields.Boolean("Opened", readonly=True, help="Something was taken out of it.")
    is_cloned = fields.Boolean(
        "Copied", readonly=True, help="Members or inspectors have seen it at two places at once: it is not sold.")
    is_suspect = fields.Boolean(
        "Maybe a Copy", readonly=True,
        help="Consumers say that it was at two places at once. Whoever scans it is warned, and may sell it.")
    company_id = LooseMany2one('res.company', required=True, readonly=True, default=lambda self: self.env.company)

    current_state = fields.Selection(
        selection='_get_states', string="Status", compute='_compute_current', search='_search_current_state')
    holder_id = fields.Many2one(related='top_id.member_id', string="Holder")
    top_picking_id = fields.Many2one(related='top_id.picking_id', string="Left With")
    expiration_date = fields.Datetime(related='lot_id.expiration_date', string="Expiry")
    shown_code = fields.Char("As Printed", compute='_compute_shown_code')
    url = fields.Char("Address", compute='_compute_shown_code', help="What its QR code says.")
    scan_ids = fields.One2many('channel.code.scan', 'code_id', "Scans")
    event_ids = fields.Many2many('channel.code.event', compute='_compute_event_ids', string="History")
    pack_ids = fields.One2many('channel.code.pack', 'child_id', "Was In")

    # The code first: it is looked up without knowing whose it is.
    _one_each = models.UniqueIndex('(code, company_id)', "This code is there already.")
    _lot_index = models.Index('(lot_id, top_id) WHERE lot_id IS NOT NULL')
    _holder_index = models.Index('(member_id) WHERE parent_id IS NULL AND member_id IS NOT NULL')
    _quantity_not_negative = models.Constraint('CHECK (qty >= 0 AND n_leaf >= 0)', "It cannot hold less than nothing.")
    _not_in_itself = models.Constraint('CHECK (parent_id != id)', "Nothing lies in itself.")

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        # By bytes: shorter to compare, and the same on every machine.
        self.env.cr.execute("""
            SELECT collation_name FROM information_schema.columns
             WHERE table_name = 'channel_code' AND column_name = 'code' AND table_schema = current_schema()
        """)
        if self.env.cr.fetchone() != ('C',):
            self.env.cr.execute('ALTER TABLE channel_code ALTER COLUMN code TYPE varchar COLLATE "C"')

    # === SELECTION METHODS === #

    @api.model
    def _get_states(self):
        _ = self.env._
        return [
            ('new', _("At headquarters")), ('shipped', _("Shipped")), ('received', _("Received")), ('sold', _("Sold")),
            ('returned', _("Returned")), ('void', _("Void"))]

    # === COMPUTE METHODS === #

    @api.depends('state', 'top_id.state')
    def _compute_current(self):
        for code in self:
            ended = code.state in ('sold', 'void')
            code.current_state = code.state if ended else code.top_id.state or code.state

    def _search_current_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        ended = [state for state in value if state in ('sold', 'void')]
        return ['|', ('state', 'in', ended), '&', ('state', 'not in', ('sold', 'void')),
            ('top_id.state', 'in', list(value))]

    @api.depends('code')
    def _compute_shown_code(self):
        host = self.env['res.company']._channel_get_code_host()
        for code in self:
            code.shown_code = codes.show_own(code.code) if code.kind == 'own' else codes.element_string(code.code or '')
            code.url = codes.digital_link(code.code or '', host)

    def _compute_event_ids(self):
        """What happened to it and, while it lay in them, to its containers."""
        for code in self:
            code.event_ids = code._get_history()

    # === CRUD METHODS === #

    def unlink(self):
        # pylint: disable=method-required-super,no-raise-unlink  # Somebody may have it on a shelf.
        if not self:
            return True
        raise UserError(self.env._("A code is made void, not deleted: somebody may still scan it."))

    # === ACTION METHODS === #

    def action_void(self):
        """These things must not be sold any more: lost, destroyed, misprinted."""
        self.env['channel.code.make'].check_access('create')
        self.check_access('read')
        self.sudo()._act('void')

    def action_scan_into(self):
        """Scan what is put into this container."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Scan Codes"), 'res_model': 'channel.code.packing',
            'view_mode': 'form', 'target': 'new', 'context': {'default_container_id': self.id}}

    def action_take_out(self):
        """These lie in nothing any more; those that lie in nothing are not packed for their delivery any more."""
        self.env['channel.code.packing'].check_access('create')
        self.check_access('read')
        inside_sudo = self.sudo().filtered('parent_id')
        packed_sudo = (self.sudo() - inside_sudo).filtered(lambda code: code._is_packed())
        if packed_sudo:
            self.env['stock.picking'].browse(packed_sudo.picking_id.ids).check_access('write')
        packed_sudo._leave_delivery()
        inside_sudo._take_out()

    def action_no_copy(self):
        """Ask why, then believe these codes again."""
        self.env['channel.code.no.copy'].check_access('create')
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("No Copy"), 'res_model': 'channel.code.no.copy',
            'view_mode': 'form', 'target': 'new', 'context': {'default_code_ids': self.ids}}

    def action_print(self):
        """Labels of these codes, on sheets."""
        self.check_access('read')
        return self.env.ref('channel_inventory.report_code_labels').report_action(self, config=False)

    def action_view_children(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_action')
        return {**action, 'domain': [('top_id', 'in', self.top_id.ids), ('id', 'not in', self.top_id.ids)],
            'context': {}}

    def action_view_scans(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_scan_action')
        return {**action, 'domain': [('code_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _get_history(self):
        """Events of this code and of what it lay in, for as long as it did."""
        self.ensure_one()
        rows = self.env.execute_query(SQL("""
            WITH RECURSIVE up AS (
                SELECT %s::int AS id, '-infinity'::timestamp AS since, 'infinity'::timestamp AS until, 0 AS depth
                 UNION ALL
                SELECT p.parent_id, GREATEST(up.since, COALESCE(p.from_at, '-infinity')),
                       LEAST(up.until, COALESCE(p.to_at, 'infinity')), depth + 1
                  FROM up JOIN channel_code_pack p ON p.child_id = up.id
                 WHERE COALESCE(p.from_at, '-infinity') < up.until AND COALESCE(p.to_at, 'infinity') > up.since
                   AND depth < 10
            )
            SELECT DISTINCT e.id FROM up JOIN channel_code_event e ON e.code_id = up.id
             WHERE e.occurred_at >= up.since AND e.occurred_at < up.until ORDER BY e.id DESC LIMIT %s
        """, self.id or 0, MAX_SHOWN))
        return self.env['channel.code.event'].browse(id_ for id_, in rows)

    def _get_qr_svg(self):
        """The QR code of its label, as a drawing: sharp at any size."""
        self.ensure_one()
        import qrcode  # only labels need it
        from qrcode.image.svg import SvgPathImage
        image = qrcode.make(self.url, image_factory=SvgPathImage, border=0, error_correction=qrcode.ERROR_CORRECT_M)
        return Markup(image.to_string(encoding='unicode'))  # noqa: S704  drawn here

    @api.model
    def _find(self, keys, companies=None):
        """{key: id} of those that are there. :param companies: only theirs"""
        if not keys:
            return {}
        self.flush_model()
        return dict(self.env.execute_query(SQL(
            "SELECT code, id FROM channel_code WHERE code = ANY(%s) AND %s", list(keys),
            SQL("company_id = ANY(%s)", companies.ids) if companies else SQL("TRUE"))))

    def _explode(self):
        """All codes inside these, themselves included, in one query by the outermost container."""
        whole = self.filtered(lambda code: not code.parent_id)
        part = self - whole
        found = self.search([('top_id', 'in', whole.ids)]) if whole else self.browse()
        if part:
            found |= self.browse(id_ for id_, in self.env.execute_query(SQL("""
                WITH RECURSIVE down AS (
                    SELECT id FROM channel_code WHERE id = ANY(%s)
                     UNION ALL SELECT c.id FROM channel_code c JOIN down ON c.parent_id = down.id
                ) SELECT id FROM down
            """, part.ids)))
        return found

    def _count_contents(self):
        """{id of each of these: {product id: product units in it}}"""
        found = {id_: {} for id_ in self.ids}
        for root, product, _lot, qty in self._sum_contents():
            found[root][product] = found[root].get(product, 0) + qty
        return found

    def _sum_contents(self):
        """[(id of one of these, product id, lot id or None, product units in it)]"""
        if not self:
            return []
        self.flush_model()
        return self.env.execute_query(SQL("""
            WITH RECURSIVE down AS (
                SELECT id AS root, id FROM channel_code WHERE id = ANY(%s)
                 UNION ALL SELECT down.root, c.id FROM channel_code c JOIN down ON c.parent_id = down.id
            )
            SELECT down.root, c.product_id, c.lot_id, SUM(c.qty)::float8 FROM down JOIN channel_code c ON c.id = down.id
             WHERE c.product_id IS NOT NULL AND c.state NOT IN ('sold', 'void')
               AND NOT EXISTS (SELECT 1 FROM channel_code inside WHERE inside.parent_id = c.id)
             GROUP BY 1, 2, 3 HAVING SUM(c.qty) != 0
        """, self.ids))
