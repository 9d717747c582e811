from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import code_checks

MAX_NAMED = 5
MAX_DEPTH = 10
UNDER_WAY = ('packed', 'shipped')  # transfers


class ChannelCode(models.Model):
    """What happens to codes: packed, taken out, shipped, received, passed on, sold, returned, made void."""

    _inherit = 'channel.code'

    # === BUSINESS METHODS === #

    def _act(self, kind, member=None, when=None, ref=None, note=None):
        """Something happens to these things, and so to all that lies in them: to all of these or to none.

        What lies in a closed container is taken out of it first.

        :param kind: one of `code_checks.TRANSITIONS`
        :param member: who holds them from then on; None leaves the holder, but for what goes back to headquarters
        :param ref: the document behind it
        :raise UserError: something of this kind cannot happen to one of them
        """
        if not self:
            return
        if kind == 'void':
            self._leave_delivery()
        self._lock()
        bad = self.filtered(lambda code: not code_checks.can_happen(kind, code.current_state))
        if bad:
            raise UserError(self._explain_refusal(kind, bad))
        when = when or fields.Datetime.now()
        inside = self.filtered('parent_id')
        if inside:
            inside._take_out(when)
        values = {'state': code_checks.TRANSITIONS[kind][1]}
        if member:
            values['member_id'] = member.id
        elif kind == 'return':
            values |= {'member_id': None, 'picking_id': None, 'transfer_id': None}
        self.env.cr.execute(SQL(
            "UPDATE channel_code SET %s WHERE id = ANY(%s)",
            SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()), self.ids))
        self.env['channel.code.event'].sudo()._note(
            kind, self.ids, when, member_id=member and member.id, ref_model=ref and ref._name, ref_id=ref and ref.id,
            note=note)
        self.invalidate_model()

    def _explain_refusal(self, kind, bad):
        states = dict(self._get_states())
        named = ", ".join(f"{code.shown_code} ({states[code.current_state]})" for code in bad[:MAX_NAMED])
        return {
            'ship': self.env._("These cannot be shipped: %s.", named),
            'receive': self.env._("These cannot be received: %s.", named),
            'transfer': self.env._("These cannot be passed on: %s.", named),
            'sell': self.env._("These cannot be sold: %s.", named),
            'sell_return': self.env._("These cannot be brought back: %s.", named),
            'return': self.env._("These cannot be returned: %s.", named),
            'void': self.env._("These cannot be made void: %s.", named),
        }[kind]

    def _lock(self):
        """Nobody else changes these, nor what they lie in, before this transaction ends. In one sequence for all."""
        self.flush_model()
        self.env.cr.execute(SQL("""
            SELECT id FROM channel_code
             WHERE id IN (SELECT unnest(%s::int[]) UNION SELECT top_id FROM channel_code WHERE id = ANY(%s))
             ORDER BY id FOR UPDATE
        """, self.ids, self.ids))
        self.invalidate_model()

    # --- what lies in what

    def _pack_into(self, container, when=None):
        """Put these into a container. :raise UserError: one lies in something else, is elsewhere, or holds it"""
        container.ensure_one()
        codes = self - container
        (codes | container)._lock()
        if container in self or container.top_id & codes:
            raise UserError(self.env._("%s cannot lie in itself.", container.shown_code))
        for code in codes:
            if code.parent_id:
                raise UserError(self.env._(
                    "%(code)s lies in %(container)s: take it out first.", code=code.shown_code,
                    container=code.parent_id.shown_code))
            if (code.current_state, code.member_id, code.company_id) != (
                    container.current_state, container.top_id.member_id, container.company_id):
                raise UserError(self.env._(
                    "%(code)s is not where %(container)s is.", code=code.shown_code, container=container.shown_code))
            if code._get_errand() != container.top_id._get_errand():
                raise UserError(self.env._(
                    "%(code)s and %(container)s are not packed for the same delivery or transfer: take what is packed "
                    "for one out of it first, then scan the container into it.",
                    code=code.shown_code, container=container.shown_code))
        when = when or fields.Datetime.now()
        self.env.cr.execute(SQL(
            """UPDATE channel_code SET parent_id = %s, member_id = NULL, picking_id = NULL, transfer_id = NULL
                WHERE id = ANY(%s)""", container.id, codes.ids))
        self.env.cr.execute(SQL(
            "UPDATE channel_code SET top_id = %s WHERE top_id = ANY(%s)", container.top_id.id, codes.ids))
        self.env.cr.execute(SQL(
            """INSERT INTO channel_code_pack (child_id, parent_id, from_at)
               SELECT id, %s, %s FROM unnest(%s::int[]) AS id""",
            container.id, when, codes.ids))
        self.env['channel.code.event'].sudo()._note('pack', codes.ids, when, container_id=container.id)
        self.invalidate_model()
        container._recount()

    def _get_errand(self):
        """(delivery, transfer) that it is packed for or on its way with; those by which it has arrived bind nobody."""
        self.ensure_one()
        picking = self.picking_id if self.state != 'received' else self.picking_id.browse()
        return picking, self.transfer_id.filtered(lambda transfer: transfer.state in UNDER_WAY)

    def _take_out(self, when=None):
        """Out of whatever they lie in, one level and all levels above: each is its own outermost from then on."""
        inside = self.filtered('parent_id')
        if not inside:
            return
        inside._lock()
        when = when or fields.Datetime.now()
        parents = inside.parent_id
        for parent, some in inside.grouped('parent_id').items():
            self.env['channel.code.event'].sudo()._note('unpack', some.ids, when, container_id=parent.id)
        self.env.cr.execute(SQL("""
            UPDATE channel_code_pack SET to_at = GREATEST(%s, from_at) WHERE child_id = ANY(%s) AND to_at IS NULL
        """, when, inside.ids))
        self.env.cr.execute(SQL("""
            UPDATE channel_code c SET parent_id = NULL, member_id = top.member_id, picking_id = top.picking_id,
                   transfer_id = top.transfer_id,
                   state = CASE WHEN c.state IN %(ended)s THEN c.state ELSE top.state END
              FROM channel_code top WHERE top.id = c.top_id AND c.id = ANY(%(ids)s)
        """, ended=code_checks.TERMINAL, ids=inside.ids))
        self.env.cr.execute(SQL("""
            WITH RECURSIVE down AS (
                SELECT id AS top, id FROM channel_code WHERE id = ANY(%s)
                 UNION ALL SELECT down.top, c.id FROM channel_code c JOIN down ON c.parent_id = down.id
            )
            UPDATE channel_code c SET top_id = down.top FROM down WHERE c.id = down.id
        """, inside.ids))
        self.invalidate_model()
        parents._recount(is_opened=True)

    def _is_packed(self):
        """Whether it is packed for a delivery that has not left."""
        self.ensure_one()
        return bool(self.picking_id) and self.picking_id.state != 'done'

    def _leave_delivery(self):
        """Out of the deliveries that these are packed for and that have not left: they may go with another."""
        if not self:
            return
        self._lock()
        packed = self.filtered(lambda code: code._is_packed())
        for picking, some in packed.grouped('picking_id').items():
            self.env['channel.code.event'].sudo()._note(
                'unpack', some.ids, ref_model=picking._name, ref_id=picking.id)
            picking.invalidate_recordset(['channel_code_ids', 'channel_code_count'])
        self.env.cr.execute(SQL("UPDATE channel_code SET picking_id = NULL WHERE id = ANY(%s)", packed.ids))
        self.invalidate_model()

    def _unpack(self, when=None):
        """Everything out of these containers, one level deep."""
        self.child_ids._take_out(when)

    def _recount(self, is_opened=False):
        """What these containers and those around them hold, after something was put in or taken out."""
        self.flush_model()
        rows = self.env.execute_query(SQL("""
            WITH RECURSIVE up AS (
                SELECT id, parent_id, level FROM channel_code WHERE id = ANY(%s)
                 UNION SELECT c.id, c.parent_id, c.level FROM channel_code c JOIN up ON c.id = up.parent_id
            ) SELECT level, array_agg(id) FROM up GROUP BY level ORDER BY level
        """, self.ids))
        for _level, ids in rows[:MAX_DEPTH]:
            self.env.cr.execute(SQL("""
                UPDATE channel_code c SET qty = COALESCE(inside.qty, 0), n_leaf = COALESCE(inside.leaves, 0),
                       is_opened = c.is_opened OR %(opened)s, level = GREATEST(c.level, COALESCE(inside.level, 0) + 1),
                       product_id = CASE WHEN inside.products = 1 THEN inside.product ELSE NULL END,
                       lot_id = CASE WHEN inside.lots = 1 THEN inside.lot ELSE NULL END
                  FROM unnest(%(ids)s) AS own
                  LEFT JOIN LATERAL (
                        SELECT SUM(qty) AS qty, SUM(GREATEST(n_leaf, 1)) AS leaves, MAX(level) AS level,
                               MIN(product_id) AS product, MIN(lot_id) AS lot,
                               COUNT(DISTINCT COALESCE(product_id, 0)) AS products,
                               COUNT(DISTINCT COALESCE(lot_id, 0)) AS lots
                          FROM channel_code WHERE parent_id = own
                       ) inside ON TRUE
                 WHERE c.id = own
            """, ids=ids, opened=is_opened))
        self.invalidate_model()
