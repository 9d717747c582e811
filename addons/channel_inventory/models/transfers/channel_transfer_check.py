from odoo import api, models

from odoo.addons.distributor_portal.engine import KINDS, judge_all, kinds, worst

JUDGED = ('authorisation', 'territory', 'region', 'exclusivity')


class ChannelTransferCheck(models.AbstractModel):
    """May this member have this product? By the rules of the order desk, as if it had ordered it for its own place."""

    _name = 'channel.transfer.check'
    _description = "Rules for Transfers"

    @api.model
    def _judge(self, members, products, pairs=None):
        """Findings of the order desk's rules about who may have what, in a few queries whatever their number.

        :param pairs: judge these (member id, product id) only; else each member with each product
        :return: {(member id, product id): [finding]} where there are any
        """
        members, products = members.sudo(), products.sudo()
        pairs = set(pairs if pairs is not None else (
            (member, product) for member in members.ids for product in products.ids))
        rules = [(rule, tiers) for rule, tiers in self.env['channel.rule']._get_rules_in_force() if rule.kind in JUDGED]
        facts = self._get_facts(members, products, pairs, {rule.kind for rule, _tiers in rules})
        tier_of = {member.id: member.tier_id.id for member in members}
        findings = judge_all([rule for rule, _tiers in rules], {rule.key: [
            fact for fact in facts[rule.kind] if not tiers or tier_of[fact.order] in tiers]
            for rule, tiers in rules}, KINDS)
        found = {}
        for finding in findings:
            found.setdefault((finding.order, finding.line), []).append(finding)
        return found

    @api.model
    def _find_banned(self, members, products):
        """{(member id, product id)} that a rule would send back: no proposal brings them together."""
        return {pair for pair, findings in self._judge(members, products).items()
                if worst([finding.decision for finding in findings]) == 'block'}

    @api.model
    def _explain(self, findings):
        """The sentences of findings, as the member reads them."""
        Text = self.env['channel.text']
        texts = Text._get_texts()
        return "\n".join(dict.fromkeys(Text._fill(texts, one.text, one.args)[0] for one in findings))

    # --- facts

    @api.model
    def _get_facts(self, members, products, pairs, wanted):
        """{kind: facts}; in them a member stands for the order, a product for the line."""
        today = (members.company_id[:1] or self.env.company)._channel_get_today()
        Authorization = self.env['channel.authorization'].sudo()
        licences = Authorization._get_licences(members, today)
        places = {member.id: member.street_code or '' for member in members}
        regions = self._get_regions(products) if 'region' in wanted else {}
        exclusive = Authorization._get_exclusive_holders(
            members.company_id, set(places.values()), today) if 'exclusivity' in wanted else []
        holders = {member.id: self._filter_others(member, exclusive) for member in members}
        by_id = {member.id: member for member in members}
        categories = {product.id: frozenset(
            int(part) for part in (product.categ_id.parent_path or '').split('/') if part) for product in products}
        skus = {product.id: product.default_code or product.name for product in products}
        facts = {kind: [] for kind in JUDGED}
        for member, product in sorted(pairs):
            licensed = (member, product, skus[product], product, categories[product], licences[by_id[member]])
            facts['authorisation'].append(kinds.AuthorisationFact(*licensed))
            facts['territory'].append(kinds.TerritoryFact(*licensed, places[member]))
            if product in regions:
                facts['region'].append(kinds.RegionFact(
                    member, product, skus[product], regions[product], places[member]))
            if holders[member]:
                facts['exclusivity'].append(kinds.ExclusivityFact(
                    member, product, skus[product], product, categories[product], holders[member], places[member]))
        return facts

    @api.model
    def _get_regions(self, products):
        return {product.id: frozenset(product.channel_territory_ids.mapped('code'))
                for product in products if product.channel_territory_ids}

    @api.model
    def _filter_others(self, member, exclusive):
        """Those who neither are this member nor stand above or below it."""
        own = member.parent_path
        return tuple(holder for path, company, holder in exclusive
                     if company == member.company_id.id and not own.startswith(path) and not path.startswith(own))
