from odoo import api, fields, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import transfers


class ChannelTransferPolicy(models.Model):
    """When members share stock, what it costs, and who is asked. One for each company."""

    _name = 'channel.transfer.policy'
    _description = "Sharing of Stock"
    _rec_name = 'company_id'

    company_id = fields.Many2one(
        'res.company', required=True, default=lambda self: self.env.company, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    proposes = fields.Boolean("Propose Every Night", default=True)
    scope = fields.Selection(
        [('agent', "Within each agent"), ('region', "Between agents, too")], required=True, default='agent',
        help="Whose stock is looked at together: an agent with all below it, or everybody's within the distance.")
    auto_offer = fields.Boolean(
        "Offer at Once", help="Proposals go to the two members without headquarters looking at them first.")
    sold_days = fields.Integer("Days Looked Back", default=28, help="Over which a member's rate of sale is measured.")
    slow_days = fields.Integer("Slow Above", default=60, help="Days of supply above which a member has too much.")
    target_days = fields.Integer(
        "Kept", default=30, help="Days of supply that a member keeps, and up to which a needy one is filled.")
    safety_days = fields.Integer("Needy Below", default=10, help="Days of supply below which a member is in need.")
    margin_days = fields.Integer(
        "Days before Expiry", default=7, help="So long before it expires a lot must be sold.")
    max_km = fields.Integer("Greatest Distance (km)", default=500, help="By road. 0: any distance.")
    road_rate = fields.Float(
        "Road Factor", default=1.3, digits=(4, 2), help="How much longer roads are than the crow flies.")
    parcel_kg = fields.Float("Parcel (kg)", default=20.0, help="What one parcel holds.")
    shipment_cost = fields.Monetary("Per Shipment", default=8.0, help="Papers and pick-up at a member.")
    dc_shipment_cost = fields.Monetary("Per Shipment of the DC", default=5.0)
    pack_cost = fields.Monetary("Per Pack", default=0.5, help="Picking at a member.")
    dc_pack_cost = fields.Monetary("Per Pack of the DC", default=0.8)
    discount = fields.Float(
        "Discount (%)", default=0.0, help="The receiver pays the giver's purchase price less this share.")
    answer_days = fields.Integer(
        "Days to Answer", default=3, help="After them a transfer that not everybody has agreed to lapses. So many "
        "days after it should have come, headquarters is told of one that the receiver has not scanned in.")
    offer_days = fields.Integer(
        "Days of an Offer", default=14, help="How long an offer of a member stands.")
    own_days = fields.Integer(
        "Own Agent First", default=3, help="So many days only members of the same agent see an offer.")
    crosses_agents = fields.Boolean("Between Agents", default=True, help="Members of other agents may ask for goods.")
    asks_hq_across = fields.Boolean(
        "Headquarters Decides between Agents", default=True, help="Transfers between agents wait for headquarters.")
    agent_amount = fields.Monetary(
        "Agent Decides From", default=0, help="From this value the common agent is asked. 0: never.")
    hq_amount = fields.Monetary(
        "Headquarters Decides From", default=50_000, help="From this value headquarters is asked. 0: never.")

    _one_per_company = models.Constraint('UNIQUE (company_id)', "This company has its policy already.")
    _days_in_order = models.Constraint(
        'CHECK (0 <= safety_days AND safety_days <= target_days AND target_days <= slow_days)',
        "Needy is less than what is kept, and that less than what is slow.")
    _positive = models.Constraint(
        'CHECK (sold_days > 0 AND margin_days >= 0 AND max_km >= 0 AND road_rate >= 1 AND parcel_kg > 0 '
        'AND answer_days > 0 AND offer_days > 0 AND own_days >= 0)', "Days, distances and weights are positive.")
    _costs_not_negative = models.Constraint(
        'CHECK (shipment_cost >= 0 AND dc_shipment_cost >= 0 AND pack_cost >= 0 AND dc_pack_cost >= 0 '
        'AND agent_amount >= 0 AND hq_amount >= 0)', "Costs are not negative.")
    _discount_is_a_share = models.Constraint(
        'CHECK (discount BETWEEN 0 AND 100)', "A discount lies between 0 and 100 %.")

    # === BUSINESS METHODS === #

    @api.model
    def _get(self, company):
        """The policy of a company, made with the usual values where there is none; as superuser."""
        return self.sudo().search([('company_id', '=', company.id)]) or self.sudo().create({'company_id': company.id})

    def _to_engine(self, today):
        self.ensure_one()
        return transfers.Terms(
            today, self.slow_days, self.target_days, self.safety_days, self.margin_days,
            _hundredths(self.shipment_cost), _hundredths(self.dc_shipment_cost), _hundredths(self.pack_cost),
            _hundredths(self.dc_pack_cost), int(self.parcel_kg * 1000), _hundredths(self.road_rate), self.max_km * 10)


def _hundredths(value):
    return int(to_decimal(value, 2) * 100)
