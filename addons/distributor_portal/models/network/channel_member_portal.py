from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ChannelMember(models.Model):
    """What the dealer centre shows a member of its own affairs. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_products_domain(self, is_sold=True):
        """What this member is licensed for and HQ sells. :param is_sold: False: or has sold, archived products too"""
        self.ensure_one()
        licences = self.env['channel.authorization']._get_licences(
            self, fields.Date.context_today(self), is_strict=True)[self]
        scopes = [
            Domain('id', 'in', list(licence.products)) | Domain('categ_id', 'child_of', list(licence.categories))
            if licence.products or licence.categories else Domain.TRUE
            for licence in licences
        ]
        sold = Domain('sale_ok', '=', True) & Domain('active', '=', True) if is_sold else Domain('active', 'in', [
            True, False])
        return sold & Domain('type', '=', 'consu') & Domain(
            'company_id', 'in', [False, self.company_id.id]) & Domain.OR(scopes)

    def _portal_get_credit(self):
        """The member's own credit line, or an empty recordset."""
        self.ensure_one()
        return self.env['channel.credit.line'].search([('member_id', '=', self.id)], limit=1)

    def _portal_get_tasks(self):
        """{task: how much of it waits for the people of these members}; override to add what costs no query."""
        return self._portal_count_tasks(self._portal_get_task_domains())

    def _portal_get_task_domains(self):
        """{task: [(model, domain)]}; override to name what waits. Roles are read from the user's links: no query."""
        Order = self.env['sale.order']
        return {
            'to_approve': [(Order, self._portal_get_approvals_domain())],
            'to_receive': [(self.env['stock.picking'], self._portal_get_deliveries_domain())],
            'sent_back': [(Order, [('channel_member_id', 'in', self.ids), ('channel_state', '=', 'rejected')])],
        }

    def _portal_count_tasks(self, domains):
        """{task: how many records of all its domains}, in one query: every page asks."""
        asked = [(task, model.sudo()._search(domain).subselect("COUNT(*)"))
                 for task, some in domains.items() for model, domain in some]
        counts = dict.fromkeys(domains, 0)
        if asked:
            row = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(query for _task, query in asked)))[0]
            for (task, _query), count in zip(asked, row, strict=True):
                counts[task] += count
        return counts

    def _portal_get_orders_domain(self):
        """Orders of these members and of those below.

        Record rules say the same, but in an OR, through which PostgreSQL finds no index: beside them this leads.
        """
        return Domain('channel_member_id', 'any!', [('ancestor_ids', 'in', self.ids)])

    def _portal_get_approvals_domain(self):
        return Domain('channel_state', '=', 'upstream') & Domain(
            'channel_approval_ids', 'any', [('state', '=', 'pending'), ('member_id', 'in', self.ids)])

    def _portal_get_deliveries_domain(self):
        """Shipped and not yet scanned in."""
        return Domain([
            ('sale_id.channel_member_id', 'in', self.ids), ('sale_id.channel_state', 'in', ('confirmed', 'shipped')),
            ('picking_type_code', '=', 'outgoing'), ('state', '=', 'done'), ('channel_receipt_ids', '=', False)])

    def _portal_get_deliveries_to_receive(self):
        return self.env['stock.picking'].search(self._portal_get_deliveries_domain(), order='date_done, id')
