from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ...engine import claims as engine

DAYS = 90


class ChannelClaim(models.Model):
    """What whoever decides a claim should know: how often this member, this product, this carrier is claimed."""

    _inherit = 'channel.claim'

    member_rate = fields.Float(
        "Claims of the Member", compute='_compute_advice',
        help="How many of its receipts of the last 90 days led to a claim, as a share.")
    tier_rate = fields.Float(
        "Claims of Its Tier", compute='_compute_advice', help="The same of all members of its tier.")
    is_far_out = fields.Boolean("Far Out", compute='_compute_advice', help="Far more claims than its tier.")
    product_claim_count = fields.Integer(
        "Other Claims of These Products", compute='_compute_advice', help="By any member in the last 90 days.")
    carrier_claim_count = fields.Integer(
        "Other Claims Against the Carrier", compute='_compute_advice', help="In the last 90 days.")

    # === COMPUTE METHODS === #

    def _compute_advice(self):
        since = Domain('sent_at', '>=', fields.Datetime.now() - timedelta(days=DAYS))
        others = since & Domain('state', '!=', 'withdrawn')
        members = self._get_rates('member_id', self.member_id)
        tiers = self._get_rates('tier_id', self.tier_id)
        carriers = dict(self.sudo()._read_group(
            others & Domain('carrier_id', 'in', self.carrier_id.ids), ['carrier_id'], ['__count']))
        products = self._get_claims_of_products(others)
        none = engine.Rate(0, 0)
        for claim in self:
            member, tier = members.get(claim.member_id.id, none), tiers.get(claim.tier_id.id, none)
            claim.member_rate, claim.tier_rate = float(member.share), float(tier.share)
            claim.is_far_out = member.is_far_out(tier)
            claim.carrier_claim_count = max(carriers.get(claim.carrier_id, 0) - bool(claim.sent_at), 0)
            found = set().union(*(products.get(product.id, ()) for product in claim.line_ids.product_id))
            claim.product_claim_count = len(found - {claim.id})

    # === BUSINESS METHODS === #

    def _get_rates(self, field, records):
        """{id of a member or tier: engine rate} of the last days. :param field: 'member_id' or 'tier_id'"""
        since = fields.Datetime.now() - timedelta(days=DAYS)
        path = field if field == 'member_id' else 'member_id.tier_id'
        receipts = self.env['channel.receipt'].sudo()._read_group(
            [(path, 'in', records.ids), ('received_at', '>=', since)], ['member_id'], ['__count'])
        claimed = dict(self.env['channel.claim'].sudo()._read_group(
            [(field, 'in', records.ids), ('sent_at', '>=', since), ('state', '!=', 'withdrawn')],
            [field], ['picking_id:count_distinct']))
        counts = {}
        for member, count in receipts:
            key = member.id if field == 'member_id' else member.tier_id.id
            counts[key] = counts.get(key, 0) + count
        return {record.id: engine.Rate(counts.get(record.id, 0), claimed.get(record, 0)) for record in records}

    def _get_claims_of_products(self, domain):
        """{product id: ids of the claims with it}"""
        found = {}
        for product, claim in self.env['channel.claim.line'].sudo()._read_group(
                [('product_id', 'in', self.line_ids.product_id.ids), ('claim_id', 'any', domain)],
                ['product_id', 'claim_id']):
            found.setdefault(product.id, set()).add(claim.id)
        return found
