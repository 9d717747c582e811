import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { signal } from "@distributor_portal/pad/scanner";

/** Counts what is sold by buttons and scans; the form around it works without. */
export class SalesSheet extends Interaction {
    static selector = ".o_sales_sheet";
    dynamicContent = {
        ".o_sales_scan": { "t-att-class": () => ({ "d-none": !this.isOpen }) },
        ".o_sales_more": { "t-on-click": (ev) => this.add(ev.currentTarget, Number(ev.currentTarget.dataset.qty)) },
        ".o_sales_less": { "t-on-click": (ev) => this.add(ev.currentTarget, -1) },
        "#sales_scan": { "t-on-keydown": this.onKeydown },
        ".o_sales_camera": { "t-on-click": this.onCamera },
        ".o_sales_said": { "t-out": () => this.message || "" },
    };

    get isOpen() {
        return Boolean(this.el.querySelector("[type=submit]"));
    }

    add(element, qty) {
        const row = element.closest(".o_sales_row");
        const input = row.querySelector("input");
        const count = Number(input.value.replace(",", ".")) || 0;
        input.value = String(Math.max(0, Math.round((count + qty) * 1000) / 1000));
        for (const other of this.el.querySelectorAll(".o_sales_last")) {
            other.classList.remove("o_sales_last");
        }
        row.classList.add("o_sales_last");
        return input.value;
    }

    onKeydown(ev) {
        // A hand scanner types the code and presses Enter: that must not send the form.
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.take(ev.target.value.trim());
            ev.target.value = "";
        }
    }

    async onCamera() {
        try {
            this.take(await this.waitFor(scanBarcode(this.env)));
        } catch (error) {
            this.message = error.message || _t("The camera could not be used.");
        }
    }

    take(code) {
        if (!code) {
            return;
        }
        for (const row of this.el.querySelectorAll("[data-codes]")) {
            const found = JSON.parse(row.dataset.codes).find(([known]) => known && known === code);
            if (found) {
                const name = row.querySelector(".fw-bold").textContent;
                this.message = _t("%(name)s: %(count)s", { name, count: this.add(row, found[1]) });
                row.scrollIntoView({ block: "nearest" });
                signal(true);
                return;
            }
        }
        this.message = _t("%s is none of the products on this page. Search for it by name.", code);
        signal(false);
    }
}

registry.category("public.interactions").add("channel_inventory.sales_sheet", SalesSheet);
