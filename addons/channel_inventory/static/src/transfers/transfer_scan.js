import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { signal } from "@distributor_portal/receive/counting";

/**
 * Counting a transfer out or in: what is scanned is added to its line. A code of one thing, or of a case, is looked up
 * and counted once. Without scripts the fields are typed into.
 */
export class TransferScan extends Interaction {
    static selector = ".o_transfer_count";
    dynamicContent = {
        ".o_transfer_scan": { "t-att-class": () => ({ "d-none": false }) },
        "#transfer_scan": { "t-on-keydown": this.onKeydown },
        ".o_transfer_camera": { "t-on-click": this.onCamera },
        ".o_transfer_all": { "t-on-click": this.onAll },
        ".o_transfer_said": { "t-out": () => this.message || "" },
        ".o_transfer_qty": { "t-on-input": this.onInput },
    };

    start() {
        /** {code: {line, qty}} of things and cases that were scanned. */
        this.taken = this.readTaken();
        this.pending = Promise.resolve();
        this.rows.forEach((row) => this.show(row));
    }

    get takenField() {
        return this.el.querySelector(".o_transfer_codes_field");
    }

    /** What the page was sent with, when the server has something against it. */
    readTaken() {
        try {
            return JSON.parse(this.takenField.value || "{}");
        } catch {
            return {};
        }
    }

    get rows() {
        return [...this.el.querySelectorAll("[data-codes]")];
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.scan(ev.target.value.trim());
            ev.target.value = "";
        }
    }

    async onCamera() {
        try {
            this.scan(await this.waitFor(scanBarcode(this.env)));
        } catch (error) {
            this.message = error.message || _t("The camera could not be used.");
        }
    }

    onAll() {
        for (const row of this.rows) {
            this.field(row).value = row.dataset.expected;
            this.show(row);
        }
    }

    onInput(ev) {
        this.show(ev.target.closest("[data-codes]"));
    }

    field(row) {
        return row.querySelector(".o_transfer_qty");
    }

    /** One after the other, however fast a hand scanner types. */
    scan(code) {
        this.pending = this.pending.then(() => this.count(code));
    }

    async count(code) {
        if (!code) {
            return;
        }
        // Of several lots of one product the first that is not complete.
        const fitting = this.rows.filter((row) => code in JSON.parse(row.dataset.codes));
        const row = fitting.find((one) => this.missing(one) > 0) || fitting[0];
        if (!row) {
            await this.lookUp(code);
            return;
        }
        signal(true);
        this.message = "";
        this.add(row, JSON.parse(row.dataset.codes)[code]);
        this.updateContent();
    }

    /** The code of one thing: where it is counted, or why not. */
    async lookUp(text) {
        let answer;
        try {
            answer = await this.waitFor(rpc(this.el.dataset.url, { text, codes: Object.keys(this.taken) }));
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            answer = { error: _t("There is no connection. Scan it again in a moment.") };
        }
        signal(!answer.error);
        this.message = answer.error || "";
        if (!answer.error) {
            const { code, line, qty } = answer;
            this.taken[code] = { line, qty };
            this.add(this.rows.find((row) => Number(row.dataset.line) === line), qty);
        }
        this.updateContent();
    }

    add(row, qty) {
        const field = this.field(row);
        field.value = Math.max(0, (parseFloat(field.value) || 0) + qty) || "";
        this.show(row);
        row.scrollIntoView({ block: "nearest" });
    }

    /** It was not that one: take it off again. */
    drop(row, code) {
        const { qty } = this.taken[code];
        delete this.taken[code];
        this.add(row, -qty);
        this.el.querySelector("#transfer_scan").focus();
    }

    missing(row) {
        return parseFloat(row.dataset.expected) - (parseFloat(this.field(row).value) || 0);
    }

    show(row) {
        row.classList.toggle("o_transfer_complete", this.missing(row) === 0);
        this.takenField.value = JSON.stringify(this.taken);
        const own = Object.keys(this.taken).filter((code) => this.taken[code].line === Number(row.dataset.line));
        row.querySelector(".o_transfer_codes").replaceChildren(...own.map((code) => this.makeButton(row, code)));
    }

    makeButton(row, code) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-outline-secondary o_code_text mt-2";
        button.textContent = `${code} ×`;
        button.setAttribute("aria-label", _t("Take %s off again", code));
        button.addEventListener("click", () => this.drop(row, code));
        return button;
    }
}

registry.category("public.interactions").add("channel_inventory.transfer_scan", TransferScan);
