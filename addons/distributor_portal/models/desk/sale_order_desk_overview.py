from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .sale_order_desk import CAUSES

# It is headquarters' turn.
CLAIM_STATES = ('sent', 'second')
CASE_STATES = ('open', 'evidence', 'finding', 'appeal')


class SaleOrder(models.Model):
    """The figures above the queue: how many wait, by cause, and what else waits for headquarters."""

    _inherit = 'sale.order'

    @api.model
    @api.readonly
    def channel_desk_overview(self):
        """Counts of what waits for headquarters. Each cause has a filter of the same name in the queue's search view.

        :return: ``{"total", "now", "at_risk", "mine", "unassigned", "for_me", "setup": {"done", "all"} | False,
            "causes": [{"code", "label", "count", "now"}], "others": [{"label", "icon", "count", "action"}]}``;
            causes that nothing waits for are left out
        """
        self.check_access('read')
        if not self.env.user.has_group('distributor_portal.group_channel_user'):
            raise AccessError(self.env._("Only the order desk sees its queue."))
        waiting = Domain('channel_desk_cause', '!=', False)
        rows = self._read_group(
            waiting, ['channel_desk_cause', 'channel_desk_level', 'channel_is_at_risk', 'channel_desk_user_id'],
            ['__count'])
        causes = {code: {'code': code, 'label': label, 'count': 0, 'now': 0}
                  for code, label in self._fields['channel_desk_cause']._description_selection(self.env)}
        totals = {'total': 0, 'now': 0, 'at_risk': 0, 'mine': 0, 'unassigned': 0}
        for cause, level, is_at_risk, user, count in rows:
            causes[cause]['count'] += count
            causes[cause]['now'] += count if level == '1' else 0
            totals['total'] += count
            totals['now'] += count if level == '1' else 0
            totals['at_risk'] += count if is_at_risk else 0
            totals['mine'] += count if user == self.env.user else 0
            totals['unassigned'] += count if not user else 0
        return {
            **totals,
            'causes': [causes[code] for code, _label in CAUSES if causes[code]['count']],
            'for_me': self.search_count(waiting & Domain('channel_can_decide', '=', True)),
            'setup': self.env['channel.setup']._get_progress(),
            'others': [other for other in self._channel_get_desk_others() if other['count']],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _channel_get_desk_others(self):
        """What else waits for headquarters, each with the action that lists it. Override to add one's own.

        :return: [{"label", "icon", "count", "action": XML id}]
        """
        _ = self.env._
        waiting = [
            (_("Claims"), 'fa-undo', 'channel.claim', CLAIM_STATES, 'channel_claim_action'),
            (_("Credit Raises"), 'fa-line-chart', 'channel.credit.raise', ('requested',),
             'channel_credit_raise_desk_action'),
            (_("Change Requests"), 'fa-pencil', 'channel.change.request', ('waiting',),
             'channel_change_request_action'),
            (_("Cases"), 'fa-gavel', 'channel.case', CASE_STATES, 'channel_case_desk_action'),
        ]
        return [
            {'label': label, 'icon': icon, 'action': f'distributor_portal.{action}',
             'count': self.env[model].search_count([('state', 'in', states)])}
            for label, icon, model, states, action in waiting if self.env[model].has_access('read')]
