from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    # Stock Odoo lets a portal user read what we note about its company: notes are for staff.
    comment = fields.Html(groups='base.group_user')
    channel_member_ids = fields.One2many('channel.member', 'partner_id', "Channel Member", groups='base.group_user')
    channel_division_code = fields.Char(
        "Division Code", index='btree_not_null', groups='base.group_user',
        help="Of a delivery address: the 9-digit code of its street, or the 6 digits of its district.")
