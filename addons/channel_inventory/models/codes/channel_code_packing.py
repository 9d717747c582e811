from odoo import api, fields, models


class ChannelCodePacking(models.TransientModel):
    """Scan codes into a delivery, out of a return, or into a container: one after the other, or a list at once."""

    _name = 'channel.code.packing'
    _description = "Scan Item Codes"

    picking_id = fields.Many2one('stock.picking', "Delivery", readonly=True)
    container_id = fields.Many2one('channel.code', "Container", readonly=True)
    texts = fields.Text("Codes", help="One in a line, as a hand scanner types them.")
    result = fields.Text(readonly=True)

    # === ACTION METHODS === #

    def action_add(self):
        """Take those that are in order, and say what is wrong with the others."""
        texts = [line.strip() for line in (self.texts or '').splitlines() if line.strip()]
        if self.picking_id:
            self.picking_id.check_access('write')
            self.result = self._describe(self.picking_id._channel_add_codes(texts))
        else:
            self.result = self._pack(texts)
        self.texts = False
        return {'type': 'ir.actions.act_window', 'name': self.env._("Scan Codes"), 'res_model': self._name,
                'res_id': self.id, 'view_mode': 'form', 'target': 'new'}

    # === BUSINESS METHODS === #

    def _pack(self, texts):
        """Into the container; codes that are unknown are told."""
        self.env['channel.code.packing'].check_access('create')
        Code = self.env['channel.code'].sudo()
        found = [(text, *Code._read_text(text)) for text in texts]
        ids = Code._find({code.key for _text, code, _problem in found if code}, self.env.company)
        unknown = [text for text, code, _problem in found if not code or code.key not in ids]
        codes = Code.browse(dict.fromkeys(ids[code.key] for _text, code, _problem in found if code and code.key in ids))
        codes._pack_into(self.container_id.sudo())
        text = self.env._("%s codes packed.", len(codes))
        return "\n".join([text, *(self.env._("%s: nobody has issued this code.", one) for one in unknown)])

    @api.model
    def _describe(self, found):
        sentences = self.env['channel.code']._get_verdict_texts()
        good = [one for one in found if one['verdict'].is_good]
        lines = [self.env._("%(good)s of %(all)s codes taken.", good=len(good), all=len(found))]
        for one in found:
            if one['verdict'].key != 'good':
                keys = (one['verdict'].key, *one['verdict'].warnings)
                lines.append(f"{one['text']}: " + " ".join(sentences[key] for key in keys))
        return "\n".join(lines)
