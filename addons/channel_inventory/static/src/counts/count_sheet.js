import { Counting, signal } from "@distributor_portal/receive/counting";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const PREFIX = "channel.count.";

/** A sheet to count on: what is scanned counts up, what is typed stays on the device until it is booked. */
export class CountSheet extends Interaction {
    static selector = ".o_count_form";
    dynamicContent = {
        _root: { "t-on-input": this.onInput, "t-on-keydown": this.onKeydown },
        ".o_count_tools": { "t-att-class": () => ({ "d-none": false }) },
        ".o_count_camera": { "t-on-click": this.onCamera },
        ".o_count_less": { "t-on-click": (ev) => this.step(ev.currentTarget, -1), "t-att-class": () => ({ "d-none": false }) },
        ".o_count_more": { "t-on-click": (ev) => this.step(ev.currentTarget, 1), "t-att-class": () => ({ "d-none": false }) },
        ".o_count_said": { "t-out": () => this.message, "t-att-class": () => ({ "text-danger": this.isError }) },
        ".o_count_progress": { "t-out": () => _t("%(done)s of %(all)s counted", this.progress) },
    };

    setup() {
        this.message = "";
        this.isError = false;
        this.counting = new Counting("");
        this.counting.key = PREFIX + this.el.dataset.key;
    }

    start() {
        if (this.el.dataset.again) {
            return; // The page itself says what was typed.
        }
        const kept = this.counting.load();
        for (const input of this.inputs) {
            if (!input.value && kept[input.name]) {
                input.value = kept[input.name];
                this.message = _t("Counting goes on where it was left on this device.");
            }
        }
        this.updateContent();
    }

    get inputs() {
        return [...this.el.querySelectorAll(".o_count_row input[type=number]")];
    }

    get progress() {
        const inputs = this.inputs;
        return { done: inputs.filter((input) => input.value !== "").length, all: inputs.length };
    }

    keep() {
        this.counting.save(Object.fromEntries(this.inputs.filter((input) => input.value !== "").map((input) => [input.name, input.value])));
    }

    onInput(ev) {
        if (ev.target.matches(".o_count_row input")) {
            this.keep();
        } else if (ev.target.matches(".o_count_scan")) {
            this.narrow(ev.target.value);
        }
    }

    onKeydown(ev) {
        if (ev.key !== "Enter" || !ev.target.matches("input")) {
            return;
        }
        // Hand scanners type the code and press Enter: that must not send the form.
        ev.preventDefault();
        if (ev.target.matches(".o_count_scan")) {
            this.addCode(ev.target.value.trim());
            ev.target.value = "";
            this.narrow("");
        } else {
            const inputs = this.inputs.filter((input) => input.offsetParent);
            inputs[inputs.indexOf(ev.target) + 1]?.focus();
        }
    }

    async onCamera() {
        try {
            this.addCode(await this.waitFor(scanBarcode(this.env)));
        } catch (error) {
            this.say(error.message || _t("The camera could not be used."), true);
        }
    }

    step(button, change) {
        const input = button.parentElement.querySelector("input");
        this.add(input, change);
    }

    add(input, change) {
        input.value = Math.max(0, Math.round((Number(input.value) + change) * 1000) / 1000);
        this.keep();
    }

    addCode(code) {
        if (!code) {
            return;
        }
        for (const row of this.el.querySelectorAll(".o_count_row")) {
            const found = JSON.parse(row.dataset.codes).find(([known]) => known === code);
            if (found) {
                const input = row.querySelector("input[type=number]");
                this.add(input, found[1]);
                this.mark(row);
                this.say(`${row.querySelector("label").textContent}: ${input.value}`);
                signal(true);
                return;
            }
        }
        this.say(_t("%s is not on this sheet.", code), true);
        signal(false);
    }

    mark(row) {
        this.el.querySelector(".o_count_last")?.classList.remove("o_count_last");
        row.classList.add("o_count_last");
        row.scrollIntoView({ block: "nearest", behavior: browser.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }

    /** Rows whose name or code fits what is typed; all of them where nothing is. */
    narrow(text) {
        const words = text.toLowerCase().split(/\s+/).filter(Boolean);
        for (const row of this.el.querySelectorAll(".o_count_row")) {
            const facts = `${row.textContent} ${row.dataset.codes}`.toLowerCase();
            row.hidden = !words.every((word) => facts.includes(word));
        }
    }

    say(message, isError = false) {
        this.message = message;
        this.isError = isError;
    }
}

/** A count that was booked is on the device no more. */
export class CountDone extends Interaction {
    static selector = "[data-count-done]";

    start() {
        for (const key of Object.keys(browser.localStorage)) {
            if (key.startsWith(PREFIX)) {
                browser.localStorage.removeItem(key);
            }
        }
    }
}

registry.category("public.interactions").add("channel_inventory.count_sheet", CountSheet);
registry.category("public.interactions").add("channel_inventory.count_done", CountDone);
