import base64
import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import files, photos

MAX_PHOTOS = 5  # of one line
MAX_WAITING = 60  # of one person and delivery, before the form is sent
WAITING_DAYS = 3


class ChannelClaimPhoto(models.Model):
    """A photo as proof: a clean copy of what was uploaded. It waits for its claim until the form is sent."""

    _name = 'channel.claim.photo'
    _description = "Photo of a Claim"
    _order = 'claim_id, line_id, id'

    name = fields.Char(required=True)
    claim_id = fields.Many2one('channel.claim', index='btree_not_null', ondelete='cascade', readonly=True)
    line_id = fields.Many2one('channel.claim.line', index='btree_not_null', ondelete='cascade', readonly=True)
    picking_id = fields.Many2one(
        'stock.picking', "Delivery", required=True, index=True, ondelete='cascade', readonly=True)
    product_id = fields.Many2one('product.product', required=True, ondelete='restrict', readonly=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    user_id = fields.Many2one('res.users', "Taken By", required=True, ondelete='restrict', readonly=True)
    uploaded_at = fields.Datetime("Uploaded", required=True, default=fields.Datetime.now, readonly=True)
    image = fields.Binary(attachment=True, readonly=True)
    sha256 = fields.Char("SHA-256", required=True, readonly=True, index=True)
    seen_in = fields.Char(
        "Seen in", compute='_compute_seen_in', help="Other claims that the same photo was handed in with.")

    # === COMPUTE METHODS === #

    @api.depends('sha256', 'claim_id')
    def _compute_seen_in(self):
        twins = self.sudo().search([('sha256', 'in', self.mapped('sha256')), ('claim_id', '!=', False)])
        for photo in self:
            claims = twins.filtered(lambda twin, photo=photo: twin.sha256 == photo.sha256).claim_id - photo.claim_id
            photo.seen_in = ", ".join(claims.mapped('name'))

    # === BUSINESS METHODS === #

    @api.model
    def _add(self, picking, product, content, shown=()):
        """Keep a photo of a product of a delivery; it waits for the form it belongs to.

        :param content: bytes
        :param shown: ids of those that the form shows. Another one of the product was removed there, or is left of a
            form that was never sent: where there is no room, it makes room.
        :raise UserError: no photo, or too many
        """
        waiting = self.sudo().search([
            ('user_id', '=', self.env.uid), ('picking_id', '=', picking.id), ('claim_id', '=', False)])
        own = waiting.filtered(lambda photo: photo.product_id == product)
        spare = self.sudo()
        if len(waiting) >= MAX_WAITING or len(own) >= MAX_PHOTOS:
            spare = own.filtered(lambda photo: photo.id not in shown)[:1]
            if not spare:
                raise UserError(self.env._("At most %s photos of a product.", MAX_PHOTOS))
        try:
            clean = photos.clean_photo(content)
        except files.FileRefused as refused:
            raise UserError(self._explain_refusal(refused)) from refused
        spare.unlink()
        return self.sudo().create({
            'name': f'{product.default_code or product.id}-{len(waiting) + 1}.jpg',
            'picking_id': picking.id,
            'product_id': product.id,
            'company_id': picking.company_id.id,
            'user_id': self.env.uid,
            'image': base64.b64encode(clean),
            'sha256': hashlib.sha256(clean).hexdigest(),
        })

    @api.model
    def _explain_refusal(self, refused):
        return self.env._("The photo is not taken: %s.", {
            'file_empty': self.env._("it is empty"),
            'file_too_large': self.env._("it is larger than 20 MiB"),
            'no_photo': self.env._("only JPEG, PNG and WebP are"),
            'photo_broken': self.env._("it cannot be read"),
            'unpacks_too_large': self.env._("it has too many pixels"),
        }[refused.key])

    @api.model
    def _find_waiting(self, picking, photo_ids):
        """Those of `photo_ids` that the user has uploaded for this delivery and not sent yet."""
        return self.sudo().search([
            ('id', 'in', photo_ids), ('user_id', '=', self.env.uid), ('picking_id', '=', picking.id),
            ('claim_id', '=', False)])

    def _attach(self, line):
        """Hand them in with a line. :raise UserError: the line has as many as it may"""
        if len(line.photo_ids | self) > MAX_PHOTOS:
            raise UserError(self.env._("At most %s photos of a product.", MAX_PHOTOS))
        self.sudo().write({'line_id': line.id, 'claim_id': line.claim_id.id})

    def _get_content(self):
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False).image or b'')

    @api.autovacuum
    def _gc_waiting(self):
        self.sudo().search([
            ('claim_id', '=', False), ('uploaded_at', '<', fields.Datetime.now() - timedelta(days=WAITING_DAYS)),
        ], limit=1000).unlink()
