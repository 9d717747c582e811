import io
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ...engine import duplicates

CHUNK = 5_000
CHINESE = 'zh_CN'


class ChannelDuplicate(models.Model):
    """Two members that may be one and the same company, until somebody has decided."""

    _name = 'channel.duplicate'
    _description = "Possible Duplicate"
    _inherit = ['mail.thread']
    _order = 'score desc, id'

    member_id = fields.Many2one(
        'channel.member', "Member", required=True, readonly=True, index=True, ondelete='cascade')
    other_id = fields.Many2one(
        'channel.member', "Other", required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True, index=True)
    score = fields.Integer("Alike", readonly=True, help="Of 100: how much speaks for one and the same company.")
    reasons = fields.Json(readonly=True)
    reason_text = fields.Char("What Is Alike", compute='_compute_reason_text')
    state = fields.Selection(
        [('new', "To Decide"), ('different', "Not a Duplicate"), ('merged', "Merged")], "Status", default='new',
        required=True, readonly=True, tracking=True, index=True)
    survivor_id = fields.Many2one('channel.member', "Merged Into", readonly=True, ondelete='set null')
    decided_by_id = fields.Many2one('res.users', "Decided By", readonly=True)
    decided_at = fields.Datetime("Decided", readonly=True)
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    # Side by side on the form.
    member_upstream_id = fields.Many2one(related='member_id.upstream_id', string="Upstream of the Member")
    other_upstream_id = fields.Many2one(related='other_id.upstream_id', string="Upstream of the Other")
    member_street_id = fields.Many2one(related='member_id.street_id', string="Street of the Member")
    other_street_id = fields.Many2one(related='other_id.street_id', string="Street of the Other")
    member_street = fields.Char(related='member_id.partner_id.street', string="Address of the Member")
    other_street = fields.Char(related='other_id.partner_id.street', string="Address of the Other")
    member_phone = fields.Char(related='member_id.partner_id.phone', string="Phone of the Member")
    other_phone = fields.Char(related='other_id.partner_id.phone', string="Phone of the Other")
    member_vat = fields.Char(related='member_id.partner_id.vat', string="Tax ID of the Member")
    other_vat = fields.Char(related='other_id.partner_id.vat', string="Tax ID of the Other")
    member_orders = fields.Integer(related='member_id.order_count', string="Orders of the Member")
    other_orders = fields.Integer(related='other_id.order_count', string="Orders of the Other")

    _pair_once = models.Constraint('UNIQUE (member_id, other_id)', "This pair is on the list already.")
    _first_is_smaller = models.Constraint('CHECK (member_id < other_id)', "A pair is kept the smaller one first.")

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'other_id')
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.member_id.display_name} / {pair.other_id.display_name}"

    @api.depends('reasons')
    @api.depends_context('lang')
    def _compute_reason_text(self):
        _ = self.env._
        texts = {
            'same_tax_id': _("same tax ID"), 'same_phone': _("same phone"), 'same_name': _("same name"),
            'similar_name': _("similar name"), 'same_branch': _("same branch"), 'same_address': _("same address"),
            'same_district': _("same district")}
        for pair in self:
            pair.reason_text = ", ".join(texts.get(reason, reason) for reason in pair.reasons or ())

    # === ACTION METHODS === #

    def action_different(self):
        """Remember that these are not the same: the search does not put them up again."""
        self.check_access('write')
        if any(pair.state == 'merged' for pair in self):
            raise UserError(self.env._("What has been merged cannot be told apart any more."))
        self._decide('different')

    def action_reopen(self):
        self.check_access('write')
        self.filtered(lambda pair: pair.state == 'different').write(
            {'state': 'new', 'decided_by_id': False, 'decided_at': False})

    def action_merge(self):
        """Ask which one stays, and show what moves."""
        self.check_access('write')
        self.ensure_one()
        if self.state == 'merged':
            raise UserError(self.env._("This pair has been merged already."))
        return self.env['channel.member.merge']._open(self.member_id | self.other_id, self)

    def action_find(self):
        """Look for duplicates now, among all members of the company."""
        self.check_access('create')
        count = self._find(self.env.company)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success' if count else 'info',
                'message': self.env._("%(count)s new pairs to decide on.", count=count) if count else (
                    self.env._("No new pair was found.")),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === BUSINESS METHODS === #

    def _decide(self, state, survivor=None):
        self.write({
            'state': state, 'survivor_id': survivor.id if survivor else False, 'decided_by_id': self.env.uid,
            'decided_at': fields.Datetime.now()})

    @api.model
    def _find(self, company):
        """Put up every pair that is alike enough and not on the list yet; refresh the scores of those undecided.

        The database joins the blocks, the engine scores what shares one. :return: how many pairs are new
        """
        members = self._get_comparables(company)
        if len(members) < 2:
            return 0
        self.flush_model()
        before = self.sudo().search_count([('company_id', '=', company.id)])
        for pairs in split_every(CHUNK, self._join_blocks(members), list):
            likenesses = (duplicates.compare(members[one], members[other]) for one, other in pairs)
            self._store(company, [one for one in likenesses if one.score >= company.channel_duplicate_threshold])
        self.invalidate_model()
        return self.sudo().search_count([('company_id', '=', company.id)]) - before

    @api.model
    def _get_comparables(self, company):
        """{id: engine's `Comparable`} of every active member of the company, in one query."""
        self.env['channel.member'].flush_model(['partner_id', 'street_id', 'active', 'company_id'])
        self.env['res.partner'].flush_model(['name', 'phone', 'vat', 'street'])
        rows = self.env.execute_query(SQL("""
            SELECT member.id, COALESCE(partner.name, ''), COALESCE(partner.phone, ''), COALESCE(partner.vat, ''),
                   COALESCE(partner.street, ''), COALESCE(territory.code, '')
              FROM channel_member member
              JOIN res_partner partner ON partner.id = member.partner_id
              LEFT JOIN channel_territory territory ON territory.id = member.street_id
             WHERE member.active AND member.company_id = %s
        """, company.id))
        places = self._get_places()
        return {row[0]: duplicates.make_comparable(duplicates.Listing(*row), places) for row in rows}

    @api.model
    def _get_places(self):
        """Names of provinces, cities and districts, which firms put in front of their own."""
        rows = self.env.execute_query(SQL(
            "SELECT COALESCE(name->>%s, name->>'en_US') FROM channel_territory WHERE length(code) <= 6", CHINESE))
        return duplicates.make_places(name for (name,) in rows)

    @api.model
    def _join_blocks(self, members):
        """Each pair of members that shares a block which few others share."""
        cr = self.env.cr
        cr.execute(SQL("CREATE TEMPORARY TABLE duplicate_block (member int, block text) ON COMMIT DROP"))
        lines = io.StringIO("".join(
            f"{key}\t{block}\n" for key, member in members.items() for block in sorted(duplicates.get_blocks(member))))
        cr.copy_from(lines, 'duplicate_block')
        cr.execute(SQL("CREATE INDEX ON duplicate_block (block)"))
        cr.execute(SQL("ANALYZE duplicate_block"))
        cr.execute(SQL("""
            SELECT DISTINCT one.member, other.member
              FROM duplicate_block one
              JOIN duplicate_block other ON other.block = one.block AND other.member > one.member
              JOIN (SELECT block FROM duplicate_block GROUP BY block HAVING COUNT(*) BETWEEN 2 AND %s) few
                ON few.block = one.block
        """, duplicates.MAX_BLOCK))
        pairs = cr.fetchall()
        cr.execute(SQL("DROP TABLE duplicate_block"))
        return pairs

    @api.model
    def _store(self, company, likenesses):
        """New pairs are put up; known ones get the new score, unless somebody has decided on them."""
        if not likenesses:
            return
        self.env.cr.execute(SQL("""
            INSERT INTO channel_duplicate (member_id, other_id, company_id, tier_id, score, reasons, state,
                                           create_uid, create_date, write_uid, write_date)
            SELECT new.one, new.other, %(company)s, member.tier_id, new.score, new.reasons::jsonb, 'new',
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(ones)s, %(others)s, %(scores)s, %(reasons)s) AS new(one, other, score, reasons)
              JOIN channel_member member ON member.id = new.one
                ON CONFLICT (member_id, other_id) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons
             WHERE channel_duplicate.state = 'new'
        """, company=company.id, uid=self.env.uid, ones=[one.first for one in likenesses],
            others=[one.second for one in likenesses], scores=[one.score for one in likenesses],
            reasons=[json.dumps(one.reasons) for one in likenesses]))

    # === CRON === #

    @api.model
    def _cron_find(self):
        """Weekly, company by company."""
        companies = self.env['channel.member'].sudo()._read_group([], ['company_id'])
        self.env['ir.cron']._commit_progress(remaining=len(companies))
        for (company,) in companies:
            self._find(company)
            if not self.env['ir.cron']._commit_progress(1):
                return
