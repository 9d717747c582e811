import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.cases.channel_case_evidence import ORIGINS


class ChannelCaseUpload(models.TransientModel):
    """Takes in a file as evidence of a case."""

    _name = 'channel.case.upload'
    _description = "Add Evidence"

    case_id = fields.Many2one('channel.case', required=True, readonly=True)
    file = fields.Binary(required=True, attachment=False, help="PDF, JPEG, PNG, XLSX, CSV, TXT or EML, up to 20 MiB.")
    file_name = fields.Char(required=True)
    origin = fields.Selection(ORIGINS, required=True, default='hq', help="Who has handed it to us.")
    description = fields.Char(help="What it shows. The accused member reads it once the file is disclosed.")
    order_ids = fields.Many2many('sale.order', string="Orders", domain="[('id', 'in', case_order_ids)]")
    verdict_ids = fields.Many2many('channel.verdict', string="Verdicts", domain="[('id', 'in', case_verdict_ids)]")
    case_order_ids = fields.Many2many(related='case_id.order_ids', string="Orders of the Case")
    case_verdict_ids = fields.Many2many(related='case_id.verdict_ids', string="Verdicts of the Case")

    # === ACTION METHODS === #

    def action_add(self):
        self.check_access('write')
        self.case_id.check_access('write')
        if self.case_id.state not in ('open', 'evidence', 'hearing', 'finding', 'appeal'):
            raise UserError(self.env._(
                "Evidence is collected from the opening of a case to its finding, and for an appeal."))
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file or b'', validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file did not arrive whole. Choose it again.")) from error
        self.env['channel.case.evidence']._add(
            self.case_id, self.file_name, content, self.origin, description=self.description,
            order_ids=self._link(self.order_ids), verdict_ids=self._link(self.verdict_ids))
        return {'type': 'ir.actions.act_window_close'}

    @api.model
    def _link(self, records):
        return [fields.Command.set(records.ids)]
