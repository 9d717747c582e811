from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from .channel_claim_line import UNSEEN_KINDS, WANTED, WANTED_BY_KIND

TEXT_LENGTH = 2000
MAX_MESSAGES = 50
INTERNAL_EVENTS = ('second', 'back', 'overdue')
FILTERS = {
    'open': ('draft', 'upstream', 'sent', 'second', 'accepted', 'partly'),
    'closed': ('refused', 'settled', 'withdrawn'),
}


class ChannelClaim(models.Model):
    """What a member sees of its claims and does with them. The callers have checked who asks."""

    _inherit = 'channel.claim'

    # === PORTAL === #

    @api.model
    def _portal_create(self, picking, lines, text):
        """A claim of what is wrong with a delivery, or of goods to give back; sent at once.

        :param lines: [{'product': product, 'kind', 'qty', 'wanted', 'reason', 'note', 'photos'}]
        :raise UserError: see `_send`; nothing is kept then but the photos
        """
        if not lines:
            raise UserError(self.env._("Say of which products, and how much."))
        claim = self.sudo().create({
            'picking_id': picking.id,
            'source': 'portal',
            'text': text[:TEXT_LENGTH] or False,
            'claimed_by_id': self.env.uid,
            'line_ids': [Command.create({
                'product_id': line['product'].id, 'kind': line['kind'], 'claimed_qty': line['qty'],
                'wanted': line['wanted'] or WANTED_BY_KIND[line['kind']][0], 'reason_id': line['reason'],
                'note': line['note'] or False}) for line in lines],
        })
        claim._attach_photos({line['product'].id: line['photos'] for line in lines if line['photos']})
        claim._send()
        return claim

    def _attach_photos(self, photos):
        """:param photos: {product id: photos that wait}; a product's go to the line that they can show something of"""
        self.ensure_one()
        lines = {}
        for line in self.line_ids.sorted(lambda line: line.kind in UNSEEN_KINDS):
            lines.setdefault(line.product_id.id, line)
        for product, waiting in photos.items():
            if product in lines and waiting:
                waiting._attach(lines[product])

    def _portal_add_photos(self, photos):
        """More photos of a claim that is not decided. :param photos: as `_attach_photos`"""
        self.ensure_one()
        if self.state not in ('draft', 'upstream', 'sent'):
            raise UserError(self.env._("The claim is decided: photos come too late."))
        self._attach_photos(photos)
        self._note('photos')

    def _portal_write(self, text):
        """A message to headquarters."""
        self.ensure_one()
        if not text:
            raise UserError(self.env._("Write something."))
        if self.state == 'withdrawn' or len(self.event_ids) >= MAX_MESSAGES:
            raise UserError(self.env._("No more can be written here."))
        self._note('message', text[:TEXT_LENGTH])
        self._plan(self.env._("Claim %s: read the member's message", self.name), self._get_today())

    def _portal_track(self, reference):
        """The goods are on their way back."""
        self.ensure_one()
        returns = self.return_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        if not returns or not reference:
            raise UserError(self.env._("Give the tracking number of what you send back."))
        returns.channel_tracking_ref = reference[:60]
        self._note('tracking', reference[:60])

    @api.model
    def _portal_get_domain(self, members, show='all'):
        """What these members see: of what headquarters writes down for them, nothing before it is sent."""
        domain = Domain('member_id', 'in', members.ids) & (
            Domain('state', '!=', 'draft') | Domain('source', 'in', ('receipt', 'portal')))
        return domain & Domain('state', 'in', FILTERS[show]) if show in FILTERS else domain

    @api.model
    def _portal_get_opinion_domain(self, members):
        """Claims from right below that wait for these members' opinion."""
        return Domain('state', '=', 'upstream') & Domain('member_id.upstream_id', 'in', members.ids)

    @api.model
    def _portal_get_wanted(self):
        """{kind: [(key, label)]} of what can come of a claim."""
        labels = dict(self.env['channel.claim.line']._fields['wanted']._description_selection(self.env))
        return {kind: [(key, labels[key]) for key, _label in WANTED if key in keys]
                for kind, keys in WANTED_BY_KIND.items()}

    def _portal_get_events(self):
        """What concerns the member: how headquarters comes to its answer does not."""
        self.ensure_one()
        return self.event_ids.filtered(lambda event: event.kind not in INTERNAL_EVENTS)

    def _tell_member(self, topic):
        """Mail to who has made it, through Odoo's queue. Without details: those stand behind the login.

        :param topic: a key of `_get_member_texts`
        """
        mails = []
        for claim in self.sudo():
            partner = claim.claimed_by_id.partner_id
            if not claim.claimed_by_id.share or not partner.email:
                continue
            told = claim.with_context(lang=partner.lang)
            subject, text = told._get_member_texts()[topic]
            url = f'{claim.get_base_url()}/my/channel/claims/{claim.id}'
            mails.append(partner._channel_prepare_mail(subject, text, url))
        self.env['mail.mail'].sudo().create(mails)

    def _get_member_texts(self):
        """{topic: (subject, text)}, in the language of the context"""
        _ = self.env._
        return {
            'decision': (
                _("Your claim %s is decided", self.name), _("Headquarters has answered your claim %s.", self.name)),
            'answer': (
                _("Headquarters has written about your claim %s", self.name),
                _("Headquarters has written to you about your claim %s.", self.name)),
        }
