from odoo import api, fields, models

TEMPLATE = [
    ['code', 'name', 'tier', 'upstream', 'street_code', 'street', 'phone', 'email', 'credit_limit'],
    ['A0001', 'Sunrise Dairy Trading Co.', 'agent', '', '440305', '88 Keyuan Road', '0755-5550-0100',
     'orders@sunrise.example', '200000'],
    ['S0001', 'Corner Shop 12', 'store', 'A0001', '440305', '12 Xuefu Road', '0755-5550-0112', '', '5000'],
]


class ChannelMemberImport(models.TransientModel):
    """Brings members in from a file: look first, then create and update. channel_member_import_rows does the work."""

    _name = 'channel.member.import'
    _description = "Member Import"
    _inherit = ['channel.row.import']

    line_ids = fields.One2many('channel.member.import.line', 'import_id', "Rows", readonly=True)
    bad_count = fields.Integer("Rows With Errors", readonly=True)
    create_count = fields.Integer("New Members", readonly=True)
    update_count = fields.Integer("Known Members", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)

    # === ACTION METHODS === #

    def action_download_template(self):
        return self._get_download_action('template_file', 'members.csv')

    def action_download_report(self):
        return self._get_download_action('report_file', 'members-report.csv')

    def action_view_members(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_member_action')
        codes = self.line_ids.filtered('is_good').mapped('code')
        return {**action, 'domain': [('code', 'in', codes)], 'context': {}, 'target': 'main'}

    # === BUSINESS METHODS === #

    def _check_entitled(self):
        self.env['channel.member'].check_access('create')

    def _get_title(self):
        return self.env._("Import Members")

    def _show(self, rows, outcomes=None):
        """Make these rows the wizard's lines. :param outcomes: {row number: what became of it}, after the import"""
        left_out = 'left_out' if outcomes else 'error'
        texts = self._get_error_texts()
        values = [{
            'import_id': self.id,
            'number': row.number,
            **{name: row.values.get(name) for name in ('code', 'name', 'tier', 'upstream')},
            'is_good': not row.errors,
            'outcome': (
                left_out if row.errors else outcomes[row.number] if outcomes
                else 'update' if row.is_update else 'create'),
            'errors': " ".join(texts.get(key, key) % {'given': given} for key, given in row.errors),
        } for row in rows]
        self.line_ids.unlink()
        self.env['channel.member.import.line'].create(values)
        found = [line['outcome'] for line in values]
        self.write({
            'bad_count': found.count(left_out),
            'create_count': found.count('created' if outcomes else 'create'),
            'update_count': found.count('changed' if outcomes else 'update'),
            'unchanged_count': found.count('unchanged'),
        })

    def _get_template_rows(self):
        return TEMPLATE

    def _get_report_rows(self):
        """The lines as a table, in the order of the file."""
        names = dict(self.line_ids._fields['outcome']._description_selection(self.env))
        yield [
            self.env._("Row"), self.env._("Code"), self.env._("Name"), self.env._("Tier"), self.env._("Upstream"),
            self.env._("Outcome"), self.env._("What Is Wrong")]
        for line in self.line_ids.sorted('number'):
            yield [
                line.number, line.code, line.name, line.tier, line.upstream, names.get(line.outcome), line.errors]

    @api.model
    def _get_error_texts(self):
        """{text key of engine/members.py: sentence}"""
        return {
            'column_missing': self.env._(
                "The first row must name the columns code, name and tier; missing: %(given)s."),
            'value_missing': self.env._("Fill in %(given)s."),
            'bad_code': self.env._(
                "The code %(given)s has other signs than capital letters, digits, dots and dashes, or is too long."),
            'unknown_tier': self.env._("There is no tier %(given)s."),
            'unknown_territory': self.env._("%(given)s is not a division code."),
            'bad_email': self.env._("%(given)s is not an e-mail address."),
            'bad_amount': self.env._(
                "The credit limit %(given)s is not an amount: write digits and at most one point."),
            'upstream_missing': self.env._("A %(given)s needs an upstream: give its code."),
            'own_upstream': self.env._("%(given)s cannot be its own upstream."),
            'unknown_upstream': self.env._("The upstream %(given)s is neither in the network nor in this file."),
            'upstream_not_above': self.env._("The upstream %(given)s stands on the same step or below."),
            'code_twice': self.env._("Row %(given)s has the same code."),
            'upstream_has_errors': self.env._("The row of its upstream %(given)s has errors."),
        }
