"""Documents through Chromium: seconds for one order of 12 lines, for one of 120, for 20 orders at once.

    ./dev bench printing

The figure to compare with is the HTML of the same documents, which any printer needs first.
"""
import time


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def run():
    report = env['ir.actions.report'].with_context(force_report_rendering=True)
    products = env['product.product'].search([('sale_ok', '=', True)], limit=60)
    member = env['channel.member'].search([], limit=1)

    def create(lines):
        return env['sale.order'].create({
            'partner_id': member.partner_id.id,
            'order_line': [(0, 0, {'product_id': products[i % len(products)].id}) for i in range(lines)]})

    piles = {'1 order, 12 lines': create(12), '1 order, 120 lines': create(120)}
    piles['20 orders, 12 lines'] = env['sale.order'].union(*(create(12) for _number in range(20)))
    report._render_qweb_pdf('sale.report_saleorder', piles['1 order, 12 lines'].ids)  # style sheets are made once
    print("\n| documents | PDF, s | of that HTML, s |\n|---|---|---|")
    for name, orders in piles.items():
        pdf = _seconds(lambda orders=orders: report._render_qweb_pdf('sale.report_saleorder', orders.ids))
        html = _seconds(lambda orders=orders: report._render_qweb_html('sale.report_saleorder', orders.ids))
        print(f"| {name} | {pdf:.2f} | {html:.2f} |")


run()
