import logging
from datetime import timedelta

import pytz
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

BATCH = 100
MAX_REMINDED = 20  # a large group is told on its list, not by a mail to everybody


class ChannelApproval(models.Model):
    """By when a decision is due, and what follows when it is not made."""

    _inherit = 'channel.approval'

    # === BUSINESS METHODS === #

    def _open(self):
        """Their turn has come: the clock starts."""
        now = fields.Datetime.now()
        times = {}  # those with the same time to go, together
        for approval in self:
            options = approval.step_id.sudo()
            calendar = approval.company_id.sudo().resource_calendar_id
            due = (calendar, options.deadline, options.deadline_unit, options.remind_before)
            times.setdefault(due, self.browse())
            times[due] |= approval
        for due, approvals in times.items():
            deadline, remind_at = self._get_times(now, *due)
            approvals.write({'is_open': True, 'opened_at': now, 'deadline': deadline, 'remind_at': remind_at})

    def _close(self):
        """Something earlier is to be decided first: the clock starts anew when their turn comes again."""
        if self:
            self.write({
                'is_open': False, 'deadline': False, 'remind_at': False, 'reminded_at': False, 'escalated_at': False})

    @api.model
    def _get_times(self, now, calendar, deadline, unit, remind_before):
        """(when it is due, when to remind): working time of the calendar, or any time where there is none."""
        if not deadline:
            return False, False
        due = self._add_working_time(now, calendar, deadline, unit)
        remind_at = self._add_working_time(now, calendar, deadline - remind_before, unit) if remind_before else False
        return due, remind_at

    @api.model
    def _add_working_time(self, start, calendar, amount, unit):
        if not calendar:
            return start + (timedelta(hours=amount) if unit == 'hours' else timedelta(days=amount))
        aware = pytz.utc.localize(start)
        hours = amount if unit == 'hours' else amount * calendar.hours_per_day
        planned = calendar.plan_hours(hours, aware, compute_leaves=True)
        return planned.astimezone(pytz.utc).replace(tzinfo=None) if planned else start + timedelta(hours=hours)

    # --- reminders

    def _remind(self, subject):
        """Tell each who may decide, once: a mail, and at headquarters an activity on the order."""
        Delegation = self.env['channel.approval.delegation']
        for approval in self:
            people = approval._get_people()
            people = (people | Delegation._get_delegates(people))[:MAX_REMINDED]
            for lang, users in people.grouped('lang').items():
                approval._queue_mail(users, lang, subject)
            for user in people.filtered(lambda user: not user.share):
                approval.order_id.sudo().with_context(mail_activity_quick_update=True).activity_schedule(
                    'distributor_portal.mail_activity_approval', user_id=user.id,
                    date_deadline=fields.Date.to_date(approval.deadline) or fields.Date.context_today(approval),
                    summary=self.env['channel.approval'].with_context(lang=user.lang)._get_subject(subject),
                    note=approval.with_context(lang=user.lang).why)

    def _queue_mail(self, users, lang, subject):
        """Odoo sends it with its queue of mails, after this transaction."""
        self.ensure_one()
        template = self.env.ref('distributor_portal.mail_template_approval').sudo()
        here = self.with_context(lang=lang)
        template.with_context(
            lang=lang, approval_subject=here._get_subject(subject), approval_why=here.why,
        ).send_mail(self.id, force_send=False, email_values={
            'recipient_ids': [fields.Command.set(users.partner_id.ids)], 'auto_delete': True})

    @api.model
    def _get_subject(self, subject):
        return self.env._("Passed on to you: an order waits for approval") if subject == 'escalated' else (
            self.env._("An order waits for your approval"))

    def _close_activities(self):
        """What is decided is nobody's task any more."""
        done = self.order_id.sudo().filtered(lambda order: not any(order.channel_approval_ids.mapped('is_open')))
        if done.activity_ids:
            done.activity_unlink(['distributor_portal.mail_activity_approval'])

    # === CRON === #

    @api.model
    def _cron_deadlines(self):
        """Remind and pass on what is due. Each is done once: what was done is written in the same transaction."""
        while due := self.search(self._get_due_domain(), limit=BATCH, order='deadline, id'):
            locked = due.try_lock_for_update()
            locked._take_deadlines()
            if not self.env['ir.cron']._commit_progress(
                    len(locked), remaining=self.search_count(self._get_due_domain())) or not locked:
                break

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        remind = Domain('remind_at', '<=', now) & Domain('reminded_at', '=', False)
        over = Domain('deadline', '<=', now) & Domain('escalated_at', '=', False)
        return Domain('is_open', '=', True) & (remind | over)

    def _take_deadlines(self):
        """Of rows that are due: the reminder, or what the step wants after its deadline."""
        now = fields.Datetime.now()
        over = self.filtered(lambda approval: approval.deadline and approval.deadline <= now)
        to_remind = (self - over) | over.filtered(
            lambda approval: approval.on_deadline == 'nothing' and not approval.reminded_at)
        to_remind._remind('waiting')
        to_remind.reminded_at = now
        # A reminder that was due as well is over with the deadline.
        over.write({'escalated_at': now, 'reminded_at': now})
        over.filtered(lambda approval: approval.on_deadline == 'escalate')._escalate()
        for policy, state in (('approve', 'approved'), ('refuse', 'refused')):
            rows = over.filtered(lambda approval, policy=policy: approval.on_deadline == policy)
            for approvals in rows.grouped('order_id').values():
                approvals._decide_by_deadline(state)

    def _decide_by_deadline(self, state):
        """Rows of one order. Where it cannot go on it waits for somebody, and keeps no other order waiting."""
        reason = self.env._("Not decided by %s.", fields.Datetime.to_string(self[0].deadline) + " UTC")
        try:
            with self.env.cr.savepoint():
                self.order_id._channel_decide_by_deadline(self, state, reason)
        except OperationalError:
            raise  # a lost race: the job runs again
        except Exception:
            _logger.exception("%s could not be decided by its deadline", self.order_id.name)

    def _escalate(self):
        """Others may decide too, and are told."""
        for approval in self:
            step = approval.step_id.sudo()
            approval.write({
                'escalation_group_id': step.escalation_group_id.id,
                'escalation_user_ids': [fields.Command.set(step.escalation_user_ids.ids)],
            })
            self.env['channel.order.event']._note('escalated', approval.order_id)
        self._remind('escalated')
