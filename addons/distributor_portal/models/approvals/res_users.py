from odoo import models
from odoo.fields import Domain

from .channel_approval_step import DESK, STEP_ROLES


class ResUsers(models.Model):
    """What waits for a user, in person and for those it stands in for."""

    _inherit = 'res.users'

    # === BUSINESS METHODS === #

    def _channel_get_waiting_domain(self):
        """Of `channel.approval`: decisions that this user may make now."""
        self.ensure_one()
        return Domain.OR(domain for _person, domain in self._channel_get_waiting_domains())

    def _channel_get_entitled(self, approvals):
        """{approval: in whose place this user may decide it}: itself where it may, else whom it stands in for."""
        self.ensure_one()
        entitled = {}
        for person, domain in self._channel_get_waiting_domains():
            for approval in approvals.sudo().filtered_domain(domain):
                entitled.setdefault(approval.with_env(approvals.env), person)
        return entitled

    def _channel_get_waiting_domains(self):
        """[(person, domain of what this user may decide in its place)], itself first."""
        self.ensure_one()
        user = self.sudo()
        waiting = Domain('is_open', '=', True) & Domain('state', '=', 'pending')
        others = self.env['channel.approval.delegation']._get_stood_in_for(user)
        domains = []
        for person in (user, *others):
            own = user._channel_get_decided_domain(person)
            if not own.is_false():
                not_own = Domain('is_four_eyes', '=', False) | Domain(
                    'order_id.create_uid', 'not in', [user.id, person.id])
                domains.append((person, waiting & own & not_own))
        return domains

    def _channel_get_decided_domain(self, person):
        """What `person` decides, as far as this user has itself the right to decide there."""
        if not person.share:
            if not (self.has_group(DESK) and person.has_group(DESK)):
                return Domain.FALSE
            groups = person.all_group_ids.ids
            by_person = (
                Domain('approver_ids', 'in', person.ids) | Domain('escalation_user_ids', 'in', person.ids)
                | Domain('escalation_group_id', 'in', groups)
                | (Domain('group_id', 'in', groups) & Domain('approver_ids', '=', False)))
            return Domain('company_id', 'in', self.company_ids.ids) & by_person
        return Domain.OR(
            Domain('member_id', 'in', members.ids) & Domain('role', 'in', self._channel_get_role_keys(roles))
            & (Domain('approver_ids', '=', False) | Domain('approver_ids', 'in', person.ids))
            for members, roles in self._channel_get_stations(person))

    def _channel_get_stations(self, person):
        """[(members, roles that person has there)], of those where this user has a right to decide too."""
        links = person.channel_link_ids
        if person != self:
            able = self.channel_link_ids.filtered(lambda link: link.role in STEP_ROLES['ordering']).member_id
            links = links.filtered(lambda link: link.member_id in able)
        return [(some.member_id, (role,)) for role, some in links.grouped('role').items()]

    def _channel_get_role_keys(self, roles):
        """Keys of the steps that somebody with these roles decides."""
        keys = [key for key, asked in STEP_ROLES.items() if set(asked) & set(roles)]
        return [*keys, False, ''] if 'ordering' in keys else keys
