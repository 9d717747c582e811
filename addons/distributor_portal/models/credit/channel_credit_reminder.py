from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

from ...engine import credit

CHUNK = 100
CHANNELS = [('mail', "Mail"), ('sms', "Text Message")]


class ChannelCreditReminder(models.Model):
    """That a member was reminded of an invoice: one row per invoice, due date, step and way, and never a second one.

    The row is written in the transaction that puts the message into Odoo's queue: after a crash there are both or
    neither.
    """

    _name = 'channel.credit.reminder'
    _description = "Payment Reminders"
    _inherit = ['channel.append.only']
    _order = 'id desc'

    move_id = fields.Many2one('account.move', "Invoice", required=True, index=True, ondelete='restrict')
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, ondelete='restrict')
    date_due = fields.Date("Due", required=True)
    days = fields.Integer("Step", required=True, help="Days after the due date; before it where negative.")
    channel = fields.Selection(CHANNELS, "Way", required=True)
    sent_to = fields.Char(required=True, help="The addresses or the number it was queued for.")

    _once = models.Constraint(
        'UNIQUE (move_id, date_due, days, channel)', "This reminder was sent already.")

    # === COMPUTE METHODS === #

    @api.depends('move_id', 'days')
    def _compute_display_name(self):
        for reminder in self:
            reminder.display_name = f"{reminder.move_id.name} {reminder.days:+}"

    # === BUSINESS METHODS === #

    @api.model
    def _plan(self, company):
        """What is to be sent today and was not yet: values of the rows to be, the oldest debt first."""
        today = company._channel_get_today()
        after = credit.parse_days(company.channel_reminder_after_days or '')
        ways = self._get_ways(company)
        members = self.env['channel.member'].sudo().search([
            ('company_id', '=', company.id), ('has_reminders', '=', True), ('state', '!=', 'closed')])
        if not ways or not members:
            return []
        wanted = {}
        for member_id, items in self.env['channel.credit.line'].sudo()._get_open_items(members).items():
            for item, _amount in credit.uncovered(items):
                step = credit.reminder_step(item.due, today, company.channel_reminder_before_days, after)
                if step is not None:
                    wanted[item.key, item.due, step] = member_id
        return self._prepare_rows(company, ways, wanted)

    @api.model
    def _get_ways(self, company):
        return [way for way, is_on in (
            ('mail', company.channel_reminder_by_mail), ('sms', company.channel_reminder_by_sms)) if is_on]

    @api.model
    def _prepare_rows(self, company, ways, wanted):
        """Leave out what was sent, what is being paid, and who has no address.

        :param wanted: {(invoice id, due date, step): member id}
        """
        moves = self.env['account.move'].sudo().search([
            ('id', 'in', [key[0] for key in wanted]), ('move_type', '=', 'out_invoice'),
            ('payment_state', 'in', ('not_paid', 'partial'))])
        sent = {
            (reminder.move_id.id, reminder.date_due, reminder.days, reminder.channel)
            for reminder in self.sudo().search([('move_id', 'in', moves.ids)])
        }
        members, rows = self.env['channel.member'].sudo().browse(set(wanted.values())), []
        for (move_id, due, step), member_id in sorted(wanted.items(), key=lambda item: (item[0][1], item[0][0])):
            move = moves.browse(move_id) & moves
            # Terms shorter than the reminder: who was invoiced just now need not be told again.
            if step < 0 and move and move.invoice_date > due + timedelta(days=step):
                continue
            partners = self._get_mailed_partners(move, members.browse(member_id).with_prefetch(members._prefetch_ids))
            addresses = {'mail': ", ".join(partners.mapped('email')), 'sms': move.partner_id.phone}
            rows += [{
                'move_id': move_id, 'member_id': member_id, 'company_id': company.id, 'date_due': due, 'days': step,
                'channel': way, 'sent_to': addresses[way],
            } for way in ways if addresses[way] and (move_id, due, step, way) not in sent]
        return rows

    @api.model
    def _get_mailed_partners(self, move, member):
        """Who has a mail of it: the invoice's own address, and those of the member's people who want to be told."""
        people = member.sudo().user_link_ids._wants('invoice').user_id.partner_id
        return (move.partner_id | people).filtered('email')

    @api.model
    def _get_template(self, channel, days):
        when = 'before' if days < 0 else 'after'
        return self.env.ref(f'distributor_portal.reminder_{channel}_{when}')

    def _queue(self):
        """Put the messages of these rows into Odoo's queues, in the language of whom they go to."""
        for (channel, is_ahead), reminders in self.grouped(
                lambda reminder: (reminder.channel, reminder.days < 0)).items():
            template = self._get_template(channel, -1 if is_ahead else 1).sudo()
            moves = reminders.move_id
            if channel == 'mail':
                members = {reminder.move_id.id: reminder.member_id for reminder in reminders}
                for mail in template.send_mail_batch(moves.ids, force_send=False):
                    move = moves.browse(mail.res_id)
                    mail.recipient_ids = self._get_mailed_partners(move, members[move.id])
                continue
            bodies = template._render_field('body', moves.ids, compute_lang=True)
            self.env['sms.sms'].sudo().create([{
                'partner_id': reminder.move_id.partner_id.id, 'number': reminder.sent_to,
                'body': bodies[reminder.move_id.id],
            } for reminder in reminders])

    @api.model
    def _send(self, rows):
        reminders = self.sudo().create(rows)
        reminders._queue()
        return reminders

    # === CRON === #

    @api.model
    def _cron_send(self):
        """Remind of what is due today. Run twice, or run on after a crash, it sends nothing a second time."""
        rows = [row for company in self.env['res.company'].search([]) for row in self._plan(company)]
        for done, chunk in enumerate(split_every(CHUNK, rows, list)):
            self._send(chunk)
            if self.env.context.get('cron_id'):
                left = self.env['ir.cron']._commit_progress(
                    len(chunk), remaining=max(len(rows) - (done + 1) * CHUNK, 0))
                if not left:
                    break
        return len(rows)
