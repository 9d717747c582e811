from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...const import ORDERING_ROLES
from ...engine import approvals as engine
from .channel_approval_step import DESK


class ChannelApprovalDelegation(models.Model):
    """Somebody is away: who decides on orders meanwhile."""

    _name = 'channel.approval.delegation'
    _description = "Approval Delegation"
    _order = 'date_from desc, id desc'

    user_id = fields.Many2one(
        'res.users', "Who Is Away", required=True, index=True, ondelete='cascade', default=lambda self: self.env.user)
    delegate_id = fields.Many2one(
        'res.users', "Who Decides", required=True, index=True, ondelete='cascade',
        help="Must have the right to approve: of the order desk for headquarters, an owner or buyer of the same "
             "member.")
    date_from = fields.Datetime("From", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime("Until", required=True)
    note = fields.Char(help="Why, or what to mind.")
    active = fields.Boolean(default=True)
    is_now = fields.Boolean("In Force", compute='_compute_is_now', search='_search_is_now')

    _dates_in_sequence = models.Constraint('CHECK (date_from < date_to)', "It ends after it begins.")
    _not_to_oneself = models.Constraint('CHECK (user_id != delegate_id)', "Nobody stands in for oneself.")

    # === COMPUTE METHODS === #

    @api.depends('user_id', 'delegate_id')
    def _compute_display_name(self):
        for delegation in self:
            delegation.display_name = self.env._(
                "%(delegate)s for %(user)s", delegate=delegation.delegate_id.name, user=delegation.user_id.name)

    @api.depends('date_from', 'date_to', 'active')
    def _compute_is_now(self):
        now = fields.Datetime.now()
        for delegation in self:
            delegation.is_now = bool(
                delegation.active and delegation.date_from and delegation.date_to
                and delegation.date_from <= now <= delegation.date_to)

    def _search_is_now(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = fields.Datetime.now()
        return [('date_from', '<=', now), ('date_to', '>=', now)]

    # === CONSTRAINT METHODS === #

    @api.constrains('user_id', 'delegate_id')
    def _check_right(self):
        """Decisions go only to people who may decide: nobody gets a right by somebody's holiday."""
        for delegation in self.sudo():
            user, delegate = delegation.user_id, delegation.delegate_id
            if user.share != delegate.share or not self._may_stand_in(user, delegate):
                raise ValidationError(self.env._(
                    "%(delegate)s has no right to approve for %(user)s.", delegate=delegate.name, user=user.name))

    @api.constrains('user_id', 'delegate_id', 'date_from', 'date_to', 'active')
    def _check_circle(self):
        others = self.sudo().search([('date_to', '>=', min(self.mapped('date_from')))]) if self else self
        for delegation in self.filtered('active'):
            if engine.closes_circle(
                    delegation._to_engine(), [other._to_engine() for other in others if other != delegation]):
                raise ValidationError(self.env._(
                    "%s is away too at that time and hands decisions on to the same people.",
                    delegation.delegate_id.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_others(self):
        self._check_is_own()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        delegations._check_is_own()
        return delegations

    def write(self, vals):
        self._check_is_own()
        result = super().write(vals)
        self._check_is_own()
        return result

    # === BUSINESS METHODS === #

    def _check_is_own(self):
        """One hands on one's own decisions; managers those of others too."""
        if self.env.su or self.env.user.has_group('distributor_portal.group_channel_manager'):
            return
        if self.user_id - self.env.user:
            raise AccessError(self.env._("You hand on your own decisions only; a manager those of others."))

    @api.model
    def _may_stand_in(self, user_sudo, delegate_sudo):
        """Whether the delegate could decide itself: at headquarters, or at a member they share."""
        if not delegate_sudo.active:
            return False
        if not user_sudo.share:
            return user_sudo.has_group(DESK) and delegate_sudo.has_group(DESK)
        return bool(user_sudo._channel_get_members() & delegate_sudo._channel_get_members(ORDERING_ROLES))

    @api.model
    def _get_delegates(self, users):
        """Who decides for some of `users` at this moment."""
        now = fields.Datetime.now()
        return self.sudo().search([
            ('user_id', 'in', users.ids), ('date_from', '<=', now), ('date_to', '>=', now)]).delegate_id

    @api.model
    def _hand_on(self, delegate, start, end, note=''):
        """The current user hands on its own decisions. :raise ValidationError: to this person, or then, it may not"""
        if start >= end or end < fields.Datetime.now():
            raise ValidationError(self.env._("It ends after it begins, and not before today."))
        return self.create({
            'user_id': self.env.uid, 'delegate_id': delegate.id, 'date_from': start, 'date_to': end, 'note': note})

    def _to_engine(self):
        return engine.Delegation(self.user_id.id, self.delegate_id.id, self.date_from, self.date_to)

    @api.model
    def _get_stood_in_for(self, user):
        """Users for whom `user` decides at this moment, by delegations in force."""
        now = fields.Datetime.now()
        delegations = self.sudo().search_fetch(
            [('date_from', '<=', now), ('date_to', '>=', now)], ['user_id', 'delegate_id', 'date_from', 'date_to'])
        ids = engine.stands_in_for(user.id, [delegation._to_engine() for delegation in delegations], now)
        return self.env['res.users'].sudo().browse(ids).filtered('active')
