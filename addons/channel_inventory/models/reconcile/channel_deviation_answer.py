import base64

from odoo import fields, models

REASONS = [
    ('agrees', "It is as you think"), ('found', "We have found it"), ('lost', "Lost or stolen"),
    ('broken', "Broken or spoilt and thrown away"), ('unbooked', "Sold or given away, not entered yet"),
    ('miscounted', "We have counted wrong"), ('other', "Something else")]


class ChannelDeviationAnswer(models.Model):
    """What a member says to a deviation, with a photo. Said once; a second answer is another one."""

    _name = 'channel.deviation.answer'
    _description = "Answer to a Deviation"
    _order = 'id desc'

    deviation_id = fields.Many2one(
        'channel.deviation', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='deviation_id.company_id', store=True)
    user_id = fields.Many2one('res.users', "By", required=True, readonly=True, ondelete='restrict')
    said_at = fields.Datetime("When", required=True, readonly=True, default=fields.Datetime.now)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    text = fields.Text(readonly=True)
    image = fields.Binary("Photo", attachment=True, readonly=True)
    token = fields.Char(required=True, readonly=True, help="Of the form: the same form again is the same answer.")

    _once = models.Constraint('UNIQUE (deviation_id, token)', "This was said already.")

    # === BUSINESS METHODS === #

    def _get_content(self):
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False).image or b'')
