import math
import re

from odoo import http
from odoo.http import request

from ..const import MONEY_ROLES, ORDERING_ROLES
from ..engine.parameters import read_number
from ..models.reorder.channel_order_template import MAX_LINES, MAX_NAME
from ..models.reorder.memo import with_memo
from .dealer_centre import FORM_TOKEN, HOME, MAX_ID
from .pad import OrderPad

AGAIN = f'{HOME}/again'
TEMPLATES = f'{HOME}/templates'
NOTE_LENGTH = 2000
MAX_QTY = 10**9
SOURCE = re.compile(r'(?P<kind>order|template)-(?P<id>[1-9][0-9]{0,9})|usual|favourites', re.ASCII)
QUANTITY = re.compile(r'qty_([1-9][0-9]{0,9})', re.ASCII)
PAD_KEY = 'channel_pad_lines'


class ChannelReorder(OrderPad):
    """Ordering again: the sheet that shows what has changed, whatever it is filled from, and what fills it."""

    # --- the sheet, by where it is filled from

    @http.route(f'{AGAIN}/<int:order_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_again(self, order_id, **_kw):
        """An own order, as it would be today."""
        return self._channel_render_sheet(f'order-{order_id}') or request.redirect(f'{HOME}/orders')

    @http.route(f'{HOME}/usual', type='http', auth='user', website=True, methods=['GET'])
    def channel_usual(self, **_kw):
        """What the member usually orders about now."""
        return self._channel_render_sheet('usual') or request.redirect(HOME)

    @http.route(f'{HOME}/favourites', type='http', auth='user', website=True, methods=['GET'])
    def channel_favourites(self, **_kw):
        """The products with a star, to choose from."""
        return self._channel_render_sheet('favourites') or request.redirect(HOME)

    @http.route(f'{TEMPLATES}/<int:template_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_template(self, template_id, **_kw):
        """A template, as it would be today."""
        return self._channel_render_sheet(f'template-{template_id}') or request.redirect(TEMPLATES)

    # --- what is done with it

    @http.route(f'{AGAIN}/send', type='http', auth='user', website=True, methods=['POST'])
    def channel_send_sheet(self, source='', member='', form_token='', note='', **post):
        """Send the sheet as an order. The same sheet sent twice is one order."""
        origin = self._channel_find_origin(source)
        lines, is_readable = _read_lines(post)
        # Who acts for another member by now, in another window, does not order for that one by this sheet.
        if not origin or origin['member'].code != member or not FORM_TOKEN.fullmatch(form_token):
            return request.redirect(HOME)
        if not lines or not is_readable:
            text = request.env._("Check the quantities.") if not is_readable else request.env._("The order is empty.")
            return self._channel_render_sheet(source, {'lines': lines, 'notices': [text], 'note': note})
        member_sudo = origin['member'].with_context(channel_origin=self._channel_get_origin())
        answer = member_sudo._portal_submit(lines, form_token, note[:NOTE_LENGTH], origin['form'])
        if answer['status'] == 'rejected':
            return self._channel_render_sheet(source, {
                'lines': lines, 'note': note, 'first_id': answer['order_id'], **_read_verdicts(answer, lines)})
        if origin['kind'] == 'template':
            origin['record']._portal_note_use()
        return request.redirect(f"{HOME}/orders/{answer['order_id']}")

    @http.route(f'{AGAIN}/pad', type='http', auth='user', website=True, methods=['POST'])
    def channel_sheet_to_pad(self, source='', note='', **post):
        """Go on in the order pad, with what stands in the sheet."""
        origin = self._channel_find_origin(source)
        if not origin:
            return request.redirect(HOME)
        request.session[PAD_KEY] = {
            'member_id': origin['member'].id, 'lines': _read_lines(post)[0][:MAX_LINES],
            'order': str(origin['record'].id) if origin['kind'] == 'order' else '', 'note': note[:NOTE_LENGTH]}
        return request.redirect(f'{HOME}/pad?again=sheet')

    @http.route(f'{AGAIN}/save', type='http', auth='user', website=True, methods=['POST'])
    def channel_sheet_to_template(self, source='', form_token='', template_name='', **post):
        """Keep what stands in the sheet as a template of the member's."""
        origin = self._channel_find_origin(source)
        if not origin or not self._channel_take_form(form_token):
            return request.redirect(TEMPLATES)
        lines = _read_lines(post)[0]
        template = self._channel_keep_template(origin['member'], template_name, lines)
        if not template:
            text = request.env._("Give the template a name and at least one product; there can be 100 of them.")
            return self._channel_render_sheet(source, {'lines': lines, 'notices': [text]})
        return request.redirect(f'{TEMPLATES}?kept={template.id}')

    def _channel_prepare_pad(self, member_sudo):
        """Override to mark the favourites."""
        return {
            **super()._channel_prepare_pad(member_sudo), 'favourites': member_sudo._portal_get_favourites().ids}

    def _channel_get_prefill(self, member_sudo, again):
        """Override to go on in the pad with what stands in a sheet."""
        if again != 'sheet':
            return super()._channel_get_prefill(member_sudo, again)
        return self._channel_get_kept_sheet(member_sudo).get('lines', [])

    def _channel_get_prefill_form(self, member_sudo, again):
        """Override to take along the form of the order that a sheet was filled from, and what was written there."""
        if again != 'sheet':
            return super()._channel_get_prefill_form(member_sudo, again)
        kept = self._channel_get_kept_sheet(member_sudo)
        form = super()._channel_get_prefill_form(member_sudo, kept.get('order', ''))
        return {**form, 'note': kept.get('note', ''), 'urgent': False}

    def _channel_get_kept_sheet(self, member_sudo):
        kept = request.session.get(PAD_KEY) or {}
        return kept if kept.get('member_id') == member_sudo.id else {}

    # --- templates

    @http.route(TEMPLATES, type='http', auth='user', website=True, methods=['GET'])
    def channel_templates(self, kept='', deleted='', **_kw):
        """The templates that the people of the member share, and those of headquarters."""
        member_sudo = self._channel_get_member()
        if not member_sudo:
            return request.redirect('/my')
        templates_sudo = member_sudo._portal_get_templates()
        return request.render('distributor_portal.portal_templates', {
            **self._channel_prepare_values('templates'),
            'templates': templates_sudo,
            'lines': templates_sudo._portal_get_lines(member_sudo),
            'may_change': member_sudo in self._channel_get_members(ORDERING_ROLES),
            'kept': self._channel_get_template(read_number(kept), member_sudo),
            'deleted': self._channel_get_template(read_number(deleted), member_sudo, is_active=False),
        })

    @http.route(f'{TEMPLATES}/from_order/<int:order_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_template_from_order(self, order_id, form_token='', name='', **_kw):
        """Keep an own order as a template."""
        origin = self._channel_find_origin(f'order-{order_id}')
        if not origin or not self._channel_take_form(form_token):
            return request.redirect(TEMPLATES)
        lines = [{'product_id': row['product'].id, 'qty': row['qty']} for row in origin['wanted']]
        name = name.strip() or request.env._("Like %s", origin['record'].name)
        template = request.env['channel.order.template'].with_user(request.env.user).sudo()._keep(
            origin['member'], name[:MAX_NAME], {line['product_id']: line['qty'] for line in lines})
        return request.redirect(f'{TEMPLATES}?kept={template.id}' if template else TEMPLATES)

    @http.route(f'{TEMPLATES}/from_pad', type='jsonrpc', auth='user', website=True)
    def channel_template_from_pad(self, lines=None, name='', token='', **_kw):
        """Keep what stands in the pad as a template; the same token twice makes one."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        given = {f"qty_{line.get('product_id')}": line.get('qty') for line in lines if isinstance(line, dict)} if (
            isinstance(lines, list)) else {}
        if not (member_sudo and isinstance(name, str) and isinstance(token, str) and FORM_TOKEN.fullmatch(token)):
            return {'status': 'refused'}
        if not self._channel_take_form(token):
            return {'status': 'kept'}
        template = self._channel_keep_template(member_sudo, name, _read_lines(given)[0])
        return {'status': 'kept' if template else 'refused', 'name': template.name or ""}

    @http.route(f'{TEMPLATES}/<int:template_id>/<any(rename, copy, delete, restore):change>',
                type='http', auth='user', website=True, methods=['POST'])
    def channel_change_template(self, template_id, change, form_token='', name='', **_kw):
        """Change a template of the member's own; headquarters' can be copied."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        template_sudo = self._channel_get_template(template_id, member_sudo, change != 'restore')
        is_own = template_sudo.member_id == member_sudo
        if not template_sudo or not (is_own or change == 'copy') or not self._channel_take_form(form_token):
            return request.redirect(TEMPLATES)
        return request.redirect(TEMPLATES + template_sudo.with_user(request.env.user).sudo()._portal_change(
            member_sudo, change, name[:MAX_NAME]))

    # --- favourites and promotions

    @http.route(f'{HOME}/favourites/set', type='jsonrpc', auth='user', website=True)
    def channel_set_favourite(self, product_id=0, is_favourite=False, **_kw):
        """Give a product a star, or take it. :return: {'is_favourite': whether it has it now}"""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo or type(product_id) is not int or not 0 < product_id <= MAX_ID:
            return {'is_favourite': False}
        return {'is_favourite': member_sudo._portal_set_favourite(product_id, is_favourite is True)}

    @http.route(f'{HOME}/promotions', type='http', auth='user', website=True, methods=['GET'])
    def channel_promotions(self, **_kw):
        """What the member's own price list gives for a time, or from a quantity on."""
        member_sudo = self._channel_get_member(MONEY_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        return request.render('distributor_portal.portal_promotions', {
            **self._channel_prepare_values('promotions'),
            'member': member_sudo,
            'promotions': member_sudo._portal_get_promotions(),
        })

    # --- helpers

    def _channel_find_origin(self, source):
        """Where a sheet is filled from: {'kind', 'member', 'record', 'wanted', 'form', …}, or None.

        What is not the user's to order by looks like what is not there.
        """
        found = SOURCE.fullmatch(source) if isinstance(source, str) else None
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not found or not member_sudo:
            return None
        origin = {'kind': found['kind'] or source, 'source': source, 'member': member_sudo, 'form': None,
                  'left_form': False, 'record': member_sudo}
        if found['kind'] == 'order':
            order_sudo = self._channel_get_order(int(found['id']))
            if not order_sudo or order_sudo.channel_member_id not in self._channel_get_members(ORDERING_ROLES):
                return None
            form, left_form = order_sudo._portal_get_sheet_form()
            return {**origin, 'member': order_sudo.channel_member_id, 'record': order_sudo, 'form': form,
                    'left_form': left_form, 'wanted': order_sudo._portal_get_wanted()}
        if found['kind'] == 'template':
            template_sudo = self._channel_get_template(int(found['id']), member_sudo)
            return template_sudo and {
                **origin, 'record': template_sudo, 'wanted': template_sudo._portal_get_wanted(member_sudo)}
        usual = source == 'usual'
        return {**origin, 'wanted': (
            member_sudo._portal_get_usual() if usual else member_sudo._portal_get_favourites_wanted())}

    def _channel_render_sheet(self, source, entered=None):
        """
        :param entered: what was sent and not taken: {'lines', 'notices', 'problems': {product id: text}, 'note',
            'first_id': the order that came from this page before}
        """
        origin = self._channel_find_origin(source)
        if not origin:
            return None
        member_sudo = with_memo(origin['member'])
        sheet = member_sudo._portal_get_sheet(origin['wanted'])
        credit = member_sudo._portal_get_credit()
        entered = entered or {}
        return request.render('distributor_portal.portal_sheet', {
            **self._channel_prepare_values('pad'),
            'member': member_sudo,
            'origin': origin,
            'sheet': sheet,
            'entered': {line['product_id']: line['qty'] for line in entered.get('lines', ())} if entered else None,
            'notices': entered.get('notices', []),
            'problems': entered.get('problems', {}),
            'note': entered.get('note', ''),
            'first_id': entered.get('first_id'),
            'credit_left': credit.left_amount if credit and credit.currency_id == sheet['currency'] else None,
            'promotions': member_sudo._portal_get_promotions(
                [{'product_id': line['id'], 'qty': line['qty']} for line in sheet['lines'] if line['is_open']]),
        })

    def _channel_get_template(self, template_id, member_sudo, is_active=True):
        """A template that is offered to the member, as superuser; an empty recordset where there is none such."""
        Template = request.env['channel.order.template'].sudo()
        if not member_sudo or not 0 < template_id <= MAX_ID:
            return Template
        domain = Template._get_domain(member_sudo) if is_active else [('member_id', '=', member_sudo.id)]
        return Template.with_context(active_test=False).search(
            [*domain, ('id', '=', template_id), ('active', '=', is_active)])

    def _channel_keep_template(self, member_sudo, name, lines):
        """Only what the member may order: what else a page could hold is not the member's to keep."""
        allowed = member_sudo.env['product.product'].search([
            *member_sudo._portal_get_products_domain(), ('id', 'in', [line['product_id'] for line in lines])])
        return request.env['channel.order.template'].with_user(request.env.user).sudo()._keep(
            member_sudo, name, {line['product_id']: line['qty'] for line in lines if line['product_id'] in allowed.ids})


def _read_lines(post):
    """([{'product_id', 'qty'}] of what is ordered, whether every quantity could be read)"""
    lines, is_readable = [], True
    for key, text in post.items():
        found = QUANTITY.fullmatch(key)
        if not found or int(found[1]) > MAX_ID:
            continue
        try:
            qty = float(text or 0)
        except (TypeError, ValueError):
            qty = math.nan
        if not 0 <= qty <= MAX_QTY:
            is_readable = False
        elif qty:
            lines.append({'product_id': int(found[1]), 'qty': qty})
    return lines, is_readable


def _read_verdicts(answer, lines):
    """{'notices': of the whole order, 'problems': {product id: text}}"""
    notices, problems = [answer['error']] if answer.get('error') else [], {}
    for verdict in answer['verdicts']:
        text = f"{verdict['message']} {verdict['fix'] or ''}".strip()
        if verdict['line'] is False:
            notices.append(text)
        else:
            product_id = lines[verdict['line']]['product_id']
            problems[product_id] = f"{problems.get(product_id, '')} {text}".strip()
    return {'notices': notices, 'problems': problems}
