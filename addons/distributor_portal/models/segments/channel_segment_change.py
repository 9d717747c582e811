import json

from odoo import api, fields, models
from odoo.tools import SQL

from .channel_segment_rule import SEGMENTS


class ChannelSegmentChange(models.Model):
    """That a member came into another segment: when, by which rule or whose hand, and why."""

    _name = 'channel.segment.change'
    _description = "Segment History"
    _inherit = ['channel.append.only']
    _order = 'id desc'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    rule_id = fields.Many2one(
        'channel.segment.rule', "By Rule", index='btree_not_null', ondelete='restrict', help="Empty: by hand.")
    segment_before = fields.Selection(SEGMENTS, "Before")
    segment = fields.Selection(SEGMENTS, required=True)
    reason = fields.Char(required=True)
    args = fields.Json()
    message = fields.Char("Why", compute='_compute_message')

    # === COMPUTE METHODS === #

    @api.depends('reason', 'args')
    @api.depends_context('lang')
    def _compute_message(self):
        texts = self._get_texts()
        for change in self:
            change.message = texts.get(change.reason, change.reason) % (change.args or {})

    # === BUSINESS METHODS === #

    @api.model
    def _get_texts(self):
        """{reason of engine/segments.py: sentence}"""
        _ = self.env._
        return {
            'segment_share': _(
                "In the best %(share)s %% by value (from %(entry)s): "
                "%(amount)s in %(orders)s orders in %(months)s months."),
            'segment_amount': _(
                "Bought %(amount)s in %(orders)s orders in %(months)s months; %(entry)s in %(wanted)s are asked for."),
            'segment_no_orders': _("No confirmed order in %(months)s months."),
            'segment_idle': _("Last ordered %(idle)s days ago, more than %(limit)s."),
            'segment_too_few_orders': _(
                "Bought %(amount)s, which would do, but in %(orders)s orders; %(wanted)s are asked for."),
            'segment_below': _("Bought %(amount)s in %(orders)s orders in %(months)s months."),
            'segment_by_hand': _("Set by hand."),
        }

    @api.model
    def _note(self, rows):
        """Insert facts by the thousand: each of `rows` has every stored field but id and log columns."""
        columns = ('member_id', 'company_id', 'rule_id', 'segment_before', 'segment', 'reason', 'args')
        values = SQL(", ").join(
            SQL("(%s, %s, %s::int, %s, %s, %s, %s::jsonb, %s, now() AT TIME ZONE 'UTC')", *(
                json.dumps(row[name]) if name == 'args' else row[name] or None for name in columns), self.env.uid)
            for row in rows)
        if rows:
            self.env.cr.execute(SQL(
                "INSERT INTO channel_segment_change (%s, create_uid, create_date) VALUES %s",
                SQL(", ").join(map(SQL.identifier, columns)), values))
            self.env['channel.member'].invalidate_model(['segment_change_ids'])
