from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.segments import Placed
from ..models.segments.channel_segment_rule import SEGMENTS

SHOWN = 500


class ChannelSegmentPreview(models.TransientModel):
    """Who would move into which segment: look first, then apply."""

    _name = 'channel.segment.preview'
    _description = "Segment Preview"

    rule_ids = fields.Many2many('channel.segment.rule', string="Rules", required=True)
    line_ids = fields.One2many('channel.segment.preview.line', 'preview_id', "Moves")
    move_count = fields.Integer("Members That Move", readonly=True)
    vip_count = fields.Integer("To VIP", readonly=True)
    core_count = fields.Integer("To Core", readonly=True)
    regular_count = fields.Integer("To Regular", readonly=True)
    is_cut = fields.Boolean(compute='_compute_is_cut')
    is_done = fields.Boolean(readonly=True)

    @api.depends('move_count')
    def _compute_is_cut(self):
        for preview in self:
            preview.is_cut = preview.move_count > SHOWN

    # === ACTION METHODS === #

    def action_apply(self):
        """Move them: decided anew, since somebody may have ordered in the meantime."""
        self.ensure_one()
        self.check_access('write')
        self.rule_ids.check_access('write')
        if self.is_done:
            raise UserError(self.env._("This has been applied already."))
        for rule in self.rule_ids:
            rule._apply(rule._find_moves())
        self.is_done = True
        return self._get_own_action()

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, rules):
        found = [(rule, *move) for rule in rules for move in rule._find_moves()]
        counts = {code: sum(placed.segment == code for *_rest, placed in found) for code, _name in SEGMENTS}
        Change = self.env['channel.segment.change']
        texts = Change._get_texts()
        preview = self.create({
            'rule_ids': [Command.set(rules.ids)],
            'move_count': len(found),
            **{f'{code}_count': count for code, count in counts.items()},
            'line_ids': [Command.create(self._prepare_line(texts, *move)) for move in found[:SHOWN]],
        })
        return preview._get_own_action()

    @api.model
    def _prepare_line(self, texts, rule, member, before, placed: Placed):
        return {
            'member_id': member, 'segment_before': before, 'segment': placed.segment,
            'message': texts[placed.reason] % placed.args}

    def _get_own_action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Who Would Move"),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
        }
