import ipaddress

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ChannelSharedNetwork(models.Model):
    """A network that many members share with good reason: an office, a market hall, a carrier's gateway."""

    _name = 'channel.shared.network'
    _description = "Shared Network"
    _order = 'cidr'

    name = fields.Char("Whose", required=True)
    cidr = fields.Char("Network", required=True, help="As address/bits, e.g. 203.0.113.0/24 or 2001:db8::/48.")
    company_id = fields.Many2one('res.company', help="Empty: for all companies.")
    note = fields.Char()
    active = fields.Boolean(default=True)

    _cidr_unique = models.Constraint('UNIQUE (cidr)', "This network is listed already.")

    # === CONSTRAINT METHODS === #

    @api.constrains('cidr')
    def _check_cidr(self):
        for network in self:
            try:
                ipaddress.ip_network(network.cidr)
            except ValueError as error:
                raise ValidationError(self.env._(
                    "%(given)s is no network: write it as address/bits, such as 203.0.113.0/24.", given=network.cidr,
                )) from error

    # === BUSINESS METHODS === #

    @api.model
    def _get_filter(self):
        """A function that says of an address whether it lies in one of these networks."""
        networks = [ipaddress.ip_network(network.cidr) for network in self.sudo().search([
            ('company_id', 'in', [False, *self.env.companies.ids])])]

        def is_shared(ip):
            try:
                address = ipaddress.ip_address(ip or '')
            except ValueError:
                return False
            return any(address in network for network in networks)
        return is_shared
