import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** What can be wanted depends on what is wrong: the list shows no more than that. */
export class ClaimForm extends Interaction {
    static selector = ".o_claim_form";
    dynamicContent = { ".o_claim_kind": { "t-on-change": (ev) => this.narrow(ev.currentTarget) } };

    start() {
        for (const kind of this.el.querySelectorAll(".o_claim_kind")) {
            this.narrow(kind);
        }
    }

    narrow(kind) {
        const wanted = kind.closest(".o_claim_product").querySelector(".o_claim_wanted");
        const possible = JSON.parse(wanted.dataset.kinds)[kind.value];
        for (const option of wanted.options) {
            option.hidden = option.disabled = Boolean(possible) && !possible.includes(option.value);
        }
        if (wanted.selectedOptions[0]?.disabled) {
            wanted.value = possible[0];
        }
    }
}

registry.category("public.interactions").add("distributor_portal.claim_form", ClaimForm);
