import hashlib
import ipaddress
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...utils import Origin

_logger = logging.getLogger(__name__)

# As many bits of an address as one line of a household or an office keeps.
LINE_BITS = {4: 24, 6: 64}


class ChannelOrigin(models.Model):
    """From where an order of the dealer centre was placed. Personal data: kept for some days only, then deleted."""

    _name = 'channel.origin'
    _description = "Origin of an Order"
    _order = 'at desc, id desc'
    _rec_name = 'ip'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True)
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    user_id = fields.Many2one('res.users', "Person", required=True, index=True, ondelete='cascade')
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    ip = fields.Char("IP Address", required=True)
    network = fields.Char(required=True, help="The line it came over: its /24 (IPv4) or /64 (IPv6).")
    device = fields.Char(help="SHA-256 of a random number that the dealer centre leaves in the browser.")

    _one_per_order = models.Constraint('UNIQUE (order_id)', "The origin of this order is noted already.")
    _by_network = models.Index('(network, at)')
    _by_device = models.Index('(device, at) WHERE device IS NOT NULL')

    def init(self):
        """Deleted when its time is over, but never changed."""
        result = super().init()
        self.env['channel.append.only']._create_refusal()
        self.env.cr.execute(SQL("""
            CREATE OR REPLACE TRIGGER channel_origin_row_append_only BEFORE UPDATE ON channel_origin
               FOR EACH ROW EXECUTE FUNCTION channel_refuse_change()
        """))
        return result

    # === CRUD METHODS === #

    def write(self, vals):
        # pylint: disable=method-required-super  # It always refuses: super() has nothing to do.
        raise UserError(self.env._("Where an order came from is a fact: it is never changed."))

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, orders):
        """Note where `orders` come from, if whoever takes them in has said so (context key `channel_origin`).

        A batch from another system has none.

        :return: what was noted
        """
        origin = self.env.context.get('channel_origin')
        network = self._get_network(origin.ip) if isinstance(origin, Origin) else None
        new = orders.filtered(lambda order: order.channel_run == 1)
        if not network or not new:
            return self.browse()
        return self.sudo().create([{
            'order_id': order.id, 'company_id': order.company_id.id, 'member_id': order.channel_member_id.id,
            'user_id': self.env.uid, 'ip': origin.ip, 'network': network,
            'device': hashlib.sha256(origin.device.encode()).hexdigest() if origin.device else False,
        } for order in new])

    @api.model
    def _get_network(self, ip):
        """The line that `ip` belongs to, or None where it is no address."""
        try:
            address = ipaddress.ip_address(ip or '')
        except ValueError:
            return None
        return str(ipaddress.ip_network((address, LINE_BITS[address.version]), strict=False))

    # === CRON === #

    @api.model
    def _cron_forget(self):
        """Delete what is older than its company keeps, and the logins of the members' people of that age."""
        for company in self.env['res.company'].search([('channel_origin_days', '>', 0)]):
            before = fields.Datetime.now() - timedelta(days=company.channel_origin_days)
            old = self.search([('company_id', '=', company.id), ('at', '<', before)])
            count = len(old)
            old.unlink()
            self.env.cr.execute(SQL("""
                DELETE FROM res_device_log log USING channel_member_user link, channel_member member
                 WHERE link.user_id = log.user_id AND member.id = link.member_id
                   AND member.company_id = %s AND log.last_activity < %s
            """, company.id, before))
            if count or self.env.cr.rowcount:
                _logger.info("Company %s: %s origins of orders and %s logins forgotten",
                             company.id, count, self.env.cr.rowcount)
