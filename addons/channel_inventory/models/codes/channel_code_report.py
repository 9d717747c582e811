from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.engine import files, photos

MAX_PHOTOS = 3
MAX_TEXT = 1000
MAX_CONTACT = 120


class ChannelCodeReport(models.Model):
    """That somebody finds a pack suspicious: what was checked, in their words, with photos."""

    _name = 'channel.code.report'
    _description = "Suspicion Reported by a Consumer"
    _order = 'id desc'

    name = fields.Char("Number", required=True, readonly=True, copy=False, default=lambda self: self.env._("New"))
    text = fields.Char("Code", required=True, readonly=True)
    code_id = fields.Many2one('channel.code', "Code on File", readonly=True, ondelete='restrict',
        index='btree_not_null')
    product_id = fields.Many2one(related='code_id.product_id')
    holder_id = fields.Many2one(related='code_id.holder_id')
    note = fields.Text("What They Say", readonly=True)
    contact = fields.Char(readonly=True, help="Where they may be reached, if they said so.")
    photo_ids = fields.Many2many('ir.attachment', string="Photos", readonly=True)
    signal_id = fields.Many2one('channel.signal', "Signal", readonly=True, ondelete='set null', index='btree_not_null')
    case_id = fields.Many2one('channel.case', "Case", readonly=True, ondelete='set null', index='btree_not_null')
    company_id = fields.Many2one('res.company', required=True, readonly=True)

    # === BUSINESS METHODS === #

    @api.model
    def _submit(self, key, note, contact, contents, company):
        """Keep a report and raise a signal. :param contents: bytes of the photos

        :raise UserError: a file that is no photo
        """
        code = self.env['channel.code'].sudo().search([('code', '=', key)], limit=1)
        clean = [self._clean(content) for content in contents[:MAX_PHOTOS]]
        report = self.sudo().create({
            'name': self.env['ir.sequence'].sudo().next_by_code('channel.code.report') or "REPORT",
            'text': key, 'code_id': code.id, 'note': note.strip()[:MAX_TEXT], 'contact': contact.strip()[:MAX_CONTACT],
            'company_id': (code.company_id or company).id})
        report.photo_ids = self.env['ir.attachment'].sudo().create([{
            'name': f'{report.name}-{number}.jpg', 'raw': content, 'mimetype': 'image/jpeg',
            'res_model': self._name, 'res_id': report.id} for number, content in enumerate(clean, 1)])
        report._raise_signal()
        return report

    @api.model
    def _clean(self, content):
        try:
            return photos.clean_photo(content)
        except files.FileRefused as refused:
            raise UserError(self.env['channel.claim.photo']._explain_refusal(refused)) from refused

    def _raise_signal(self):
        """An analyst looks at it; a case of it has the photos as evidence."""
        self.ensure_one()
        known = self.code_id
        self.signal_id = self.env['channel.signal'].sudo().with_company(self.company_id)._raise([{
            'key': f'report:{self.id}', 'cause': f'report:{self.text}',
            'name': self.env._("Consumer reports %s", known.shown_code or self.text),
            'violation_id': self.env.ref('channel_inventory.channel_violation_copy').id,
            'company_id': self.company_id.id, 'member_id': known.holder_id.id or None, 'source': 'scan',
            'score': 50 if known else 30, 'amount': known.product_id.lst_price or 0,
        }])[:1]
        if self.note:
            self.signal_id._message_log_batch({self.signal_id.id: self.note})
