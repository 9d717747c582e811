from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_statement_day = fields.Integer(
        "Day of the Month", help="Issue the statements of the month before on this day; 0: only by hand.")
    channel_sign_days = fields.Integer(
        "Days to Sign", default=15, help="How long members may look at a statement before its sign-off is overdue.")
    channel_sign_reminder_days = fields.Integer(
        "Remind Ahead", default=3, help="Days before the end of that time; 0: no reminder.")
    channel_tacit_days = fields.Integer(
        "Agreed Tacitly After",
        help="Days past that time after which a statement that was neither signed nor disputed counts as agreed; "
             "0: never. Only statements issued while this is on say so, and only they are agreed that way.")
    channel_tacit_text = fields.Text(
        "Wording", translate=True,
        default=lambda self: self.env._("A statement that you neither sign nor dispute in time counts as agreed."),
        help="Members read it on the statement, and it is kept with it. Have your contract say the same.")
    channel_dispute_user_id = fields.Many2one(
        'res.users', "Answers Disputes", domain=[('share', '=', False)],
        help="Gets a task for every line that a member disputes. Empty: the member's salesperson.")

    _statement_days_in_range = models.Constraint(
        "CHECK (channel_statement_day BETWEEN 0 AND 28 AND channel_sign_days BETWEEN 1 AND 365"
        " AND channel_sign_reminder_days BETWEEN 0 AND 60 AND channel_tacit_days BETWEEN 0 AND 365)",
        "Statements are issued on a day from 1 to 28, signed within a year, reminded of at most 60 days ahead.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_statement_day = fields.Integer(related='company_id.channel_statement_day', readonly=False)
    channel_sign_days = fields.Integer(related='company_id.channel_sign_days', readonly=False)
    channel_sign_reminder_days = fields.Integer(related='company_id.channel_sign_reminder_days', readonly=False)
    channel_tacit_days = fields.Integer(related='company_id.channel_tacit_days', readonly=False)
    channel_tacit_text = fields.Text(related='company_id.channel_tacit_text', readonly=False)
    channel_dispute_user_id = fields.Many2one(related='company_id.channel_dispute_user_id', readonly=False)
