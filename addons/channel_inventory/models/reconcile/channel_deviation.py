from odoo import api, fields, models

STATES = [
    ('open', "Open"), ('explained', "Explained"), ('accepted', "Accepted"), ('corrected', "Cleared")]
OPEN_STATES = ('open', 'explained')
# Who of a member looks at what does not match, and answers.
DEVIATION_ROLES = ('owner', 'warehouse')


class ChannelDeviation(models.Model):
    """One cause why what lies at a member is not what should lie there; or a difference without any cause on record.

    It stays until it clears: by itself, when the books agree again, or because somebody accepts it. What is done with
    it stands in channel_deviation_flow, its words in channel_deviation_text, the member's side in
    channel_deviation_portal.
    """

    _name = 'channel.deviation'
    _description = "Stock Deviation"
    _inherit = ['channel.by.hand', 'mail.thread', 'mail.activity.mixin']
    _order = 'day desc, id desc'
    _check_company_auto = True

    _hand_fields = frozenset({'user_id', 'question', 'accept_note'})

    member_id = fields.Many2one('channel.member', required=True, readonly=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='restrict')
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    upstream_id = fields.Many2one(related='member_id.upstream_id', store=True, string="Upstream")
    product_id = fields.Many2one('product.product', required=True, readonly=True, index=True, ondelete='restrict')
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True, ondelete='restrict')
    kind = fields.Selection(selection='_get_kinds', string="Cause", required=True, readonly=True, index=True)
    state = fields.Selection(STATES, required=True, default='open', readonly=True, index=True, tracking=True)
    qty = fields.Float(
        "Missing", digits='Product Unit', readonly=True,
        help="So much less lies there than should; less than nothing: so much more.")
    abs_qty = fields.Float("Quantity", digits='Product Unit', readonly=True, help="Without its sign.")
    correction_qty = fields.Float(
        "Correction", digits='Product Unit', readonly=True,
        help="What accepting it posts: so much more, or less, can be sold. A count has adjusted the book already, so "
             "that most causes need none.")
    awaits_document = fields.Boolean(
        "Waits for the Document", readonly=True, help="It clears when the delivery or return is booked, not before.")
    day = fields.Date(required=True, readonly=True, help="When it came about, or was found.")
    found_at = fields.Datetime("Found", required=True, readonly=True)
    evaluated_at = fields.Datetime("Looked At", required=True, readonly=True)
    closed_at = fields.Datetime("Closed", readonly=True)
    run_id = fields.Many2one('channel.stock.reconciliation', "Found By", readonly=True, ondelete='set null')
    last_run_id = fields.Many2one(
        'channel.stock.reconciliation', "Last Seen By", readonly=True, index='btree_not_null', ondelete='set null')
    key = fields.Char(required=True, readonly=True, help="Names the cause: tonight as tomorrow.")
    note = fields.Char(readonly=True)
    candidates = fields.Json(readonly=True, help="What might account for it and does not.")
    inputs = fields.Json(
        readonly=True, help="What documents said when it was explained; sales and counts never change.")
    explanation = fields.Text(compute='_compute_explanation')
    evidence_ids = fields.One2many('channel.deviation.evidence', 'deviation_id', "Evidence", readonly=True)
    user_id = fields.Many2one(
        'res.users', "Responsible", index='btree_not_null', tracking=True, domain=[('share', '=', False)])
    question = fields.Text("Question to the Member", help="Shown in the dealer centre with what does not match.")
    asked_at = fields.Datetime("Asked", readonly=True)
    answer_ids = fields.One2many('channel.deviation.answer', 'deviation_id', "Answers", readonly=True)
    is_answered = fields.Boolean("Answered", readonly=True)
    accept_note = fields.Char("Reason", help="Why it is accepted. Required where nothing explains it.")
    accepted_by_id = fields.Many2one('res.users', "Accepted By", readonly=True, ondelete='restrict')

    _one_per_cause = models.UniqueIndex('(member_id, product_id, key)', "This cause is known already.")
    _open_of_member = models.Index("(member_id, day) WHERE state IN ('open', 'explained')")

    # === SELECTION METHODS === #

    @api.model
    def _get_kinds(self):
        _ = self.env._
        return [
            ('unexplained', _("Unexplained")), ('overdue', _("Not scanned in")), ('late', _("Sales told late")),
            ('corrected', _("Sale corrected")), ('shifted', _("Sale dated after the count")),
            ('edge', _("Sale dated before the count")), ('untracked', _("Sold without stock kept")),
            ('double', _("Sales told twice")), ('unscanned', _("On the shelf, not scanned in")),
            ('sold_early', _("Sold before it was scanned in")), ('claim', _("Claimed later")),
            ('receipt', _("Arrived short or too much")), ('unit', _("Wrong unit")), ('returning', _("On its way back")),
            ('upstream', _("Bought from the upstream, not booked")), ('unbooked', _("Shipped, not in the ledger")),
            ('recount', _("Counted wrong")), ('lots', _("Lots mixed up")), ('no_opening', _("Began without stock"))]

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'product_id', 'kind')
    @api.depends_context('lang')
    def _compute_display_name(self):
        kinds = dict(self._get_kinds())
        for deviation in self:
            deviation.display_name = " · ".join(filter(None, (
                deviation.member_id.code, deviation.product_id.default_code or deviation.product_id.name,
                kinds.get(deviation.kind))))
