import { Component, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Counts what is scanned; the form around it sends the counts. */
export class Receive extends Component {
    static template = "distributor_portal.Receive";
    static props = { lines: Array };

    setup() {
        this.state = useState({ counts: {}, damaged: {}, message: "", isError: false });
    }

    count(line) {
        return this.state.counts[line.id] || 0;
    }

    status(line) {
        const count = this.count(line);
        return count === line.shipped ? "o_receive_full" : count > line.shipped ? "o_receive_over" : "";
    }

    setCount(line, value) {
        this.state.counts[line.id] = Math.max(0, Number(value) || 0);
    }

    takeAll() {
        for (const line of this.props.lines) {
            this.state.counts[line.id] = line.shipped;
        }
        this.say(_t("Everything counted as shipped. Correct what differs."));
    }

    say(message, isError = false) {
        Object.assign(this.state, { message, isError });
    }

    onKeydown(ev) {
        // Hand scanners type the code and press Enter: that must not send the form.
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.addCode(ev.target.value.trim());
            ev.target.value = "";
        }
    }

    async scan() {
        try {
            this.addCode(await scanBarcode(this.env));
        } catch (error) {
            this.say(error.message || _t("The camera could not be used."), true);
        }
    }

    addCode(code) {
        if (!code) {
            return;
        }
        for (const line of this.props.lines) {
            const pack = line.packs.find((one) => one.code === code);
            if (pack || line.codes.includes(code)) {
                this.setCount(line, this.count(line) + (pack ? pack.qty : 1));
                this.say(_t("%(name)s: %(count)s of %(shipped)s", { name: line.name, count: this.count(line), shipped: line.shipped }));
                return;
            }
        }
        this.say(_t("%s does not belong to this delivery.", code), true);
    }
}

registry.category("public_components").add("distributor_portal.receive", Receive);
