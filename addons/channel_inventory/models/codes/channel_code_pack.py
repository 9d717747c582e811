from odoo import fields, models

from .loose_many2one import LooseMany2one


class ChannelCodePack(models.Model):
    """What lay in what, from when to when: which boxes were on a pallet when it left."""

    _name = 'channel.code.pack'
    _description = "Containment of Item Codes"
    _log_access = False
    _order = 'from_at desc, id desc'

    child_id = LooseMany2one('channel.code', "Code", required=True, readonly=True)
    parent_id = LooseMany2one('channel.code', "Lay In", required=True, readonly=True, index=True)
    from_at = fields.Datetime("From", readonly=True, help="Empty: from the start.")
    to_at = fields.Datetime("Until", readonly=True, help="Empty: still.")

    _in_one_at_a_time = models.UniqueIndex('(child_id) WHERE to_at IS NULL', "It lies in something already.")
    _child_index = models.Index('(child_id, from_at)')
    _in_order = models.Constraint('CHECK (to_at IS NULL OR to_at >= from_at)', "It is taken out after it was put in.")
