from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine import claims
from ...utils import to_decimal
from .channel_claim_line import UNSEEN_KINDS


class ChannelReceipt(models.Model):
    """What differs at a receipt becomes a claim by itself."""

    _inherit = 'channel.receipt'

    claim_ids = fields.One2many('channel.claim', 'receipt_id', "Claims", readonly=True)

    # === BUSINESS METHODS === #

    def _after_booking(self, details):
        """Override of ours to claim what differs; within the company's tolerance it is only noted."""
        result = super()._after_booking(details)
        for receipt in self.filtered('has_difference'):
            differences = receipt._find_differences()
            if differences:
                receipt._create_claim(differences, details)
            else:
                self.env['channel.order.event']._note(
                    'differs', receipt.order_id, {receipt.order_id: receipt.name})
        return result

    def _find_differences(self):
        self.ensure_one()
        company = self.company_id
        return claims.find_differences(
            [claims.Count(line.product_id.id, to_decimal(line.shipped_qty), to_decimal(line.received_qty),
                          to_decimal(line.damaged_qty), to_decimal(line.wrong_qty)) for line in self.line_ids],
            claims.Tolerance(to_decimal(company.channel_claim_percent), to_decimal(company.channel_claim_pieces)))

    def _create_claim(self, differences, details):
        """One claim of all that differs, with its photos. What it lacks yet, the member adds to the draft."""
        self.ensure_one()
        notes = {line.product_id.id: line.note for line in self.line_ids}
        seen = {difference.product for difference in differences if difference.kind not in UNSEEN_KINDS}
        claim = self.env['channel.claim'].sudo().create({
            'picking_id': self.picking_id.id,
            'receipt_id': self.id,
            'source': 'receipt',
            'text': self.note,
            'claimed_by_id': self.env.uid,
            'line_ids': [Command.create({
                'product_id': difference.product,
                'kind': difference.kind,
                'claimed_qty': float(difference.qty),
                'note': notes.get(difference.product),
                # A reason is of what is damaged or wrong; where nothing is, of what is missing.
                'reason_id': details.get(difference.product, {}).get('reason') if (
                    difference.kind not in UNSEEN_KINDS or difference.product not in seen) else False,
            }) for difference in differences],
        })
        claim._attach_photos({
            product: detail['photos'] for product, detail in details.items() if detail.get('photos')})
        try:
            with self.env.cr.savepoint():
                claim._send()
        except UserError as error:
            claim._note('created', str(error))
        return claim
