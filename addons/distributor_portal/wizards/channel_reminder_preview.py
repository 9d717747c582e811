from odoo import api, fields, models


class ChannelReminderPreview(models.TransientModel):
    """Shows which reminders would go out now, word by word, and sends them if told to."""

    _name = 'channel.reminder.preview'
    _description = "Preview of Payment Reminders"

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    count = fields.Integer("Reminders", compute='_compute_preview_html')
    preview_html = fields.Html("Preview", compute='_compute_preview_html', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    def _compute_preview_html(self):
        for preview in self:
            rows = self.env['channel.credit.reminder'].sudo()._plan(preview.company_id)
            preview.count = len(rows)
            preview.preview_html = self.env['ir.qweb']._render(
                'distributor_portal.reminder_preview', {'rows': [preview._render_row(row) for row in rows[:20]]})

    # === ACTION METHODS === #

    def action_send(self):
        """Send what is shown, now rather than with tonight's job."""
        self.check_access('write')
        Reminder = self.env['channel.credit.reminder'].sudo()
        sent = Reminder._send(Reminder._plan(self.company_id))
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_credit_reminder_action')
        return {**action, 'domain': [('id', 'in', sent.ids)]}

    # === BUSINESS METHODS === #

    def _render_row(self, row):
        template = self.env['channel.credit.reminder']._get_template(row['channel'], row['days']).sudo()
        move = self.env['account.move'].sudo().browse(row['move_id'])
        name = 'body_html' if row['channel'] == 'mail' else 'body'
        engine = 'qweb' if name == 'body_html' else 'inline_template'
        return {
            **row,
            'invoice': move.name,
            'member': self.env['channel.member'].browse(row['member_id']).display_name,
            'subject': template._render_field('subject', move.ids, compute_lang=True)[move.id]
            if row['channel'] == 'mail' else '',
            'text': template._render_field(name, move.ids, engine=engine, compute_lang=True)[move.id],
        }
