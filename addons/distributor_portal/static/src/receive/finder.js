import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { Counting, signal } from "./counting";

/** Several deliveries at the door: whatever is scanned of one opens it and is counted there. */
export class ReceiveFinder extends Interaction {
    static selector = ".o_receive_finder";
    dynamicContent = {
        "#receive_find": { "t-on-keydown": this.onKeydown },
        ".o_receive_camera": { "t-on-click": this.onCamera },
        ".o_receive_finder_bar": { "t-att-class": () => ({ "d-none": false }) },
        ".o_receive_said": { "t-out": () => this.message || "" },
    };

    start() {
        this.forgetBooked();
        for (const card of this.cards) {
            card.querySelector(".o_receive_kept").classList.toggle("d-none", !new Counting(card.dataset.delivery).isBegun);
        }
    }

    forgetBooked() {
        const open = this.cards.map((card) => new Counting(card.dataset.delivery).key);
        for (const key of Object.keys(browser.localStorage)) {
            if (key.startsWith(Counting.prefix) && !open.includes(key)) {
                browser.localStorage.removeItem(key);
            }
        }
    }

    get cards() {
        return [...this.el.querySelectorAll("[data-codes]")];
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.find(ev.target.value.trim());
            ev.target.value = "";
        }
    }

    async onCamera() {
        try {
            this.find(await this.waitFor(scanBarcode(this.env)));
        } catch (error) {
            this.message = error.message || _t("The camera could not be used.");
        }
    }

    find(code) {
        if (!code) {
            return;
        }
        const found = this.cards.filter((card) => JSON.parse(card.dataset.codes).includes(code));
        for (const card of this.cards) {
            card.classList.toggle("d-none", found.length > 1 && !found.includes(card));
        }
        signal(found.length > 0);
        if (found.length === 1) {
            window.location = `${found[0].href}?scan=${encodeURIComponent(code)}`;
        }
        this.message = found.length > 1
            ? _t("%(code)s is in %(count)s deliveries: choose one.", { code, count: found.length })
            : found.length ? "" : _t("%s is in none of these deliveries.", code);
    }
}

registry.category("public.interactions").add("distributor_portal.receive_finder", ReceiveFinder);
