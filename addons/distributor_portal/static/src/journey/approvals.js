import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** Says how many orders are ticked and what they come to; ticks all up to an amount. */
export class ApproveMany extends Interaction {
    static selector = ".o_channel_approvals_page";
    dynamicContent = {
        "input[name=order]": { "t-on-change": this.sum },
        ".o_channel_tick_all": { "t-on-click": this.tickAll },
    };

    start() {
        this.sum();
    }

    get boxes() {
        return [...this.el.querySelectorAll("input[name=order]")];
    }

    sum() {
        const target = this.el.querySelector(".o_channel_ticked");
        if (!target) {
            return;
        }
        const sums = new Map();
        const ticked = this.boxes.filter((box) => box.checked);
        for (const { dataset } of ticked) {
            if (dataset.amount) {
                const currency = Number(dataset.currency);
                sums.set(currency, (sums.get(currency) || 0) + Number(dataset.amount));
            }
        }
        const amounts = [...sums].map(([currency, amount]) => formatCurrency(amount, currency)).join(", ");
        target.textContent = ticked.length
            ? amounts
                ? _t("%(count)s ticked: %(amounts)s", { count: ticked.length, amounts })
                : _t("%s ticked", ticked.length)
            : _t("Nothing is ticked");
    }

    tickAll() {
        const most = Number(this.el.querySelector(".o_channel_tick_most").value) || Infinity;
        for (const box of this.boxes) {
            box.checked = Number(box.dataset.amount || 0) <= most;
        }
        this.sum();
    }
}

registry.category("public.interactions").add("distributor_portal.approve_many", ApproveMany);
