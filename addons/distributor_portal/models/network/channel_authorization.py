from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...engine.kinds import Holder, Licence


class ChannelAuthorization(models.Model):
    """Which products a member may sell, where, until when, and on which contract that rests."""

    _name = 'channel.authorization'
    _description = "Authorization"
    _inherit = ['mail.thread']
    _order = 'member_id, date_from desc, id desc'

    name = fields.Char("Contract", required=True, tracking=True, help="Number of the contract that grants it.")
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade', tracking=True)
    company_id = fields.Many2one(related='member_id.company_id', store=True)
    product_ids = fields.Many2many('product.product', string="Products")
    categ_ids = fields.Many2many('product.category', string="Product Categories", help="With all below them.")
    territory_ids = fields.Many2many(
        'channel.territory', string="Territories", help="Empty: the member's own territories.")
    sales_channel = fields.Selection(
        [('any', "Any"), ('offline', "Shops"), ('online', "Online"), ('project', "Projects")],
        required=True, default='any', tracking=True)
    is_exclusive = fields.Boolean("Exclusive", tracking=True, help="Nobody else is licensed for this there.")
    date_from = fields.Date("From", required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date("Until", tracking=True, help="Empty: without end.")
    active = fields.Boolean(default=True)

    _dates_in_order = models.Constraint(
        'CHECK (date_to IS NULL OR date_from <= date_to)', "The authorization ends before it starts.")
    _exclusive = models.Index("(member_id) WHERE is_exclusive")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        authorizations = super().create(vals_list)
        if any(authorizations.mapped('is_exclusive')):
            self.env.registry.clear_cache()
        return authorizations

    def write(self, vals):
        result = super().write(vals)
        if {'is_exclusive', 'active'} & set(vals):
            self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache()
    def _has_exclusive(self):
        """Whether anything is exclusive at all: every order asks. Whatever may change the answer clears the cache."""
        return bool(self.sudo().search_count([('is_exclusive', '=', True)], limit=1))

    @api.model
    def _get_licences(self, members, today, channel='offline', is_strict=False):
        """{member: tuple of engine licences} for one way of selling, in one query.

        A member without any authorization of its own for it sells under those of the nearest member above. Where
        nobody up the line has one, those for other ways of selling are given, so that a refusal can name them.

        :param is_strict: leave out what is for other ways of selling
        """
        rows = self._query_licences(members, today) if members else []
        licences = {}
        for member in members:
            own = [row for row in rows if row['member_id'] == member.id]
            fitting = [row for row in own if row['sales_channel'] in ('any', channel)]
            granted = fitting or ([] if is_strict else own)
            nearest = max((row['depth'] for row in granted), default=0)
            licences[member] = tuple(self._prepare_licence(row) for row in granted if row['depth'] == nearest)
        return licences

    @api.model
    def _prepare_licence(self, row):
        return Licence(
            row['name'], frozenset(row['products']), frozenset(row['categories']), frozenset(row['territories']),
            row['sales_channel'])

    @api.model
    def _query_licences(self, members, today):
        """Each authorization in force of each of `members` and of those above it.

        Its territories are the authorization's own; else the member's, whose own bound it too; else the holder's.
        """
        self.env.flush_all()
        ancestors = self.env['channel.member']._fields['ancestor_ids']
        return self.env.execute_query_dict(SQL("""
            SELECT line.%(line_member)s AS member_id, length(holder.parent_path) AS depth,
                   "grant".id, "grant".name, "grant".sales_channel,
                   %(products)s AS products, %(categories)s AS categories,
                   COALESCE(NULLIF(%(own)s, '{}'), NULLIF(%(members)s, '{}'), %(holders)s) AS territories
              FROM %(line)s line
              JOIN channel_authorization "grant" ON "grant".member_id = line.%(line_ancestor)s
              JOIN channel_member holder ON holder.id = "grant".member_id
              JOIN channel_member member ON member.id = line.%(line_member)s
             WHERE line.%(line_member)s IN %(ids)s AND "grant".active
               AND "grant".date_from <= %(today)s AND ("grant".date_to IS NULL OR "grant".date_to >= %(today)s)
             ORDER BY "grant".date_from DESC, "grant".id DESC
            """,
            line=SQL.identifier(ancestors.relation), line_member=SQL.identifier(ancestors.column1),
            line_ancestor=SQL.identifier(ancestors.column2), ids=tuple(members.ids), today=today,
            **self._get_scope_sql()))

    @api.model
    def _get_scope_sql(self):
        """SQL arrays: product ids, category ids, and territory codes of the grant, the member and the holder."""
        def linked(field, owner):
            return SQL(
                "ARRAY(SELECT rel.%s FROM %s rel WHERE rel.%s = %s)", SQL.identifier(field.column2),
                SQL.identifier(field.relation), SQL.identifier(field.column1), owner)

        def codes(field, owner):
            return SQL(
                "ARRAY(SELECT place.code FROM %s rel JOIN channel_territory place ON place.id = rel.%s"
                " WHERE rel.%s = %s)", SQL.identifier(field.relation), SQL.identifier(field.column2),
                SQL.identifier(field.column1), owner)
        own, of_member = self._fields['territory_ids'], self.env['channel.member']._fields['territory_ids']
        grant = SQL('"grant".id')
        return {
            'products': linked(self._fields['product_ids'], grant),
            'categories': linked(self._fields['categ_ids'], grant),
            'own': codes(own, grant),
            'members': codes(of_member, SQL("member.id")),
            'holders': codes(of_member, SQL("holder.id")),
        }

    @api.model
    def _get_exclusive_holders(self, companies, places, today):
        """Engine holders of exclusive authorizations at `places` (division codes), each with its member's path.

        :return: [(path, company id, Holder)], in one query
        """
        prefixes = tuple({code[:width] for code in places if code for width in (2, 4, 6, 9)})
        if not prefixes or not self._has_exclusive():
            return []
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL("""
            SELECT * FROM (
                SELECT member.code, member.parent_path, member.company_id, "grant".name, "grant".sales_channel,
                       %(products)s AS products, %(categories)s AS categories,
                       COALESCE(NULLIF(%(own)s, '{}'), %(members)s) AS territories
                  FROM channel_authorization "grant"
                  JOIN channel_member member ON member.id = "grant".member_id
                 WHERE "grant".active AND "grant".is_exclusive AND member.active AND member.state = 'active'
                   AND member.company_id IN %(companies)s
                   AND "grant".date_from <= %(today)s AND ("grant".date_to IS NULL OR "grant".date_to >= %(today)s)
            ) exclusive WHERE territories && %(prefixes)s::varchar[]
            ORDER BY code, name
            """, companies=tuple(companies.ids), today=today, prefixes=list(prefixes), **self._get_scope_sql()))
        return [
            (row['parent_path'], row['company_id'], Holder(row['code'], self._prepare_licence(row))) for row in rows]
