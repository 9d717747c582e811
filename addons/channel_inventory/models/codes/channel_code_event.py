from odoo import api, fields, models
from odoo.tools import SQL

from .loose_many2one import LooseMany2one

CHUNK = 50_000


class ChannelCodeEvent(models.Model):
    """What happened to a code, as it was scanned: a pallet of ten thousand boxes that is shipped is one row."""

    _name = 'channel.code.event'
    _description = "History of Item Codes"
    _inherit = ['channel.append.only']
    _log_access = False
    _order = 'occurred_at desc, id desc'

    code_id = LooseMany2one('channel.code', "Code", required=True, readonly=True)
    kind = fields.Selection(selection='_get_kinds', string="What", required=True, readonly=True)
    container_id = LooseMany2one('channel.code', "Container", readonly=True,
        help="Where it was put in, or taken out of.")
    member_id = LooseMany2one('channel.member', "Member", readonly=True, help="Who holds it from then on.")
    occurred_at = fields.Datetime("When", required=True, readonly=True)
    posted_at = fields.Datetime("Noted", required=True, readonly=True, default=fields.Datetime.now)
    user_id = LooseMany2one('res.users', "By", readonly=True)
    ref_model = fields.Char("Document Model", readonly=True)
    ref_id = fields.Many2oneReference("Document", model_field='ref_model', readonly=True)
    note = fields.Char(readonly=True)
    company_id = fields.Many2one(related='code_id.company_id')

    _code_index = models.Index('(code_id, occurred_at)')

    # === SELECTION METHODS === #

    @api.model
    def _get_kinds(self):
        _ = self.env._
        return [
            ('pack', _("Packed")), ('unpack', _("Taken out")), ('ship', _("Shipped")), ('receive', _("Received")),
            ('transfer', _("Passed on")), ('sell', _("Sold")), ('sell_return', _("Brought back by a customer")),
            ('return', _("Returned to headquarters")), ('void', _("Made void")),
            ('no_copy', _("Found to be no copy"))]

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, kind, ids, occurred_at=None, **values):
        """One row per code. :param values: `container_id`, `member_id`, `ref_model`, `ref_id`, `note`"""
        now = fields.Datetime.now()
        for start in range(0, len(ids), CHUNK):
            self.env.cr.execute(SQL("""
                INSERT INTO channel_code_event (code_id, kind, occurred_at, posted_at, user_id, container_id, member_id,
                                                ref_model, ref_id, note)
                SELECT id, %s, %s, %s, %s, %s, %s, %s, %s, %s FROM unnest(%s::int[]) AS id
            """, kind, occurred_at or now, now, self.env.uid, *(
                values.get(name) or None for name in ('container_id', 'member_id', 'ref_model', 'ref_id', 'note')),
                list(ids[start:start + CHUNK])))
        self.invalidate_model()
