import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { showNumber } from "./format";
import { ListTrouble } from "./list_trouble";
import { padServer } from "./pad_server";

const SHOWN = 50; // troubles drawn at once

/** A list that somebody pastes or uploads: read by the server, mended here, put on the pad line by line. */
export class ListImport extends Component {
    static template = "distributor_portal.ListImport";
    static components = { ListTrouble };
    static props = {
        csrf: String,
        count: Number, // lines on the pad
        troubles: Array,
        isOpen: Boolean,
        // put(lines, {replaces, undoes}) puts lines on the pad, and says how many were on it before
        put: Function,
        undo: Function,
        setTroubles: Function,
        onProgress: Function,
    };

    setup() {
        this.state = useState({
            text: "", isBusy: false, error: "", replaces: false, result: null, shown: SHOWN, toRemember: null,
            showsColumns: false,
        });
        this.file = useRef("file");
        this.source = null;
    }

    // --- reading

    async readText() {
        if (this.state.text.trim()) {
            this.source = { text: this.state.text };
            await this.read(null);
        }
    }

    async readFile(ev) {
        const [file] = ev.target.files;
        if (file) {
            this.source = { file };
            await this.read(null);
            ev.target.value = ""; // the same file may be chosen again
        }
    }

    onPaste(ev) {
        // A list is read as soon as it is there: one tap less.
        const text = ev.clipboardData?.getData("text/plain") || "";
        if (!this.state.text && text.includes("\n")) {
            ev.preventDefault();
            this.state.text = text;
            this.readText();
        }
    }

    onDrop(ev) {
        const [file] = ev.dataTransfer.files;
        if (file) {
            this.source = { file };
            this.read(null);
        }
    }

    async read(columns, again = false) {
        Object.assign(this.state, { isBusy: true, error: "", toRemember: null });
        this.props.onProgress(0, 0);
        try {
            const { file, text } = this.source;
            const answer = file ? await padServer.readFile(file, columns, this.props.csrf)
                : await padServer.readText(text, columns);
            if (answer.error) {
                this.state.error = answer.error;
                return;
            }
            await this.take(answer, again);
        } catch {
            this.state.error = _t("The list could not be read. Check the connection and try again.");
        } finally {
            this.state.isBusy = false;
            this.props.onProgress(0, 0);
        }
    }

    async take(answer, again) {
        const { lines, troubles, columns, sample, passed_over } = answer;
        const added = await this.props.put(lines, { replaces: this.state.replaces, again });
        this.props.setTroubles(troubles);
        const merged = lines.filter((line) => line.rows.length > 1);
        Object.assign(this.state, {
            result: { fine: lines.length, columns, sample, merged, passedOver: passed_over, added },
            showsColumns: columns.qty === null, shown: SHOWN, text: "",
        });
    }

    undo() {
        this.props.undo();
        this.props.setTroubles([]);
        this.state.result = null;
    }

    // --- columns

    get columnNames() {
        const width = Math.max(...this.state.result.sample.map((cells) => cells.length));
        return Array.from({ length: width }, (_, place) => place);
    }

    columnLabel(place) {
        return _t("Column %s", place + 1);
    }

    role(place) {
        const { codes, qty, unit } = this.state.result.columns;
        return codes.includes(place) ? "code" : place === qty ? "qty" : place === unit ? "unit" : "";
    }

    async setRole(place, ev) {
        const { codes, qty, unit, header } = this.state.result.columns;
        const role = ev.target.value;
        const free = (one) => (one === place ? null : one);
        const columns = { codes: codes.filter((one) => one !== place), qty: free(qty), unit: free(unit), header };
        if (role === "code") {
            columns.codes.push(place);
        } else if (role) {
            columns[role] = place;
        }
        if (columns.codes.length) {
            await this.read(columns, true);
        } else {
            this.state.error = _t("Choose which column holds the products.");
        }
    }

    // --- mending

    get troubles() {
        return this.props.troubles.slice(0, this.state.shown);
    }

    get summary() {
        if (this.props.count === 1) {
            return _t("1 line fine, %s to mend", showNumber(this.props.troubles.length));
        }
        return _t("%(fine)s lines fine, %(troubles)s to mend", {
            fine: showNumber(this.props.count), troubles: showNumber(this.props.troubles.length) });
    }

    get mergedText() {
        const shown = this.state.result.merged.slice(0, 5).map((line) => line.rows.join(" + ")).join("; ");
        if (this.state.result.merged.length === 1) {
            return _t("One product stands in several rows; its quantities were added (rows %s).", shown);
        }
        return _t("%(count)s products stand in several rows; their quantities were added (rows %(rows)s).", {
            count: showNumber(this.state.result.merged.length),
            rows: this.state.result.merged.length > 5 ? `${shown}; …` : shown });
    }

    get passedOverText() {
        return _t("%s rows name a product without a quantity: they were passed over.",
            showNumber(this.state.result.passedOver.length));
    }

    /** Read the row anew with what has been changed. */
    async mend(trouble, changes = {}) {
        const { code, given, unit } = { ...trouble, ...changes };
        Object.assign(this.state, { isBusy: true, error: "" });
        try {
            const answer = await padServer.readRows([[trouble.rows[0], code, `${given}`, unit]]);
            const still = (answer.troubles || []).map((one) => ({ ...one, rows: trouble.rows }));
            if (answer.lines?.length) {
                await this.props.put(answer.lines, { isMended: true });
            }
            this.replace(trouble, still);
            if (!still.length && changes.remember) {
                this.state.toRemember = { code: trouble.code, ...changes.remember };
            }
        } catch {
            this.state.error = _t("The row could not be checked. Check the connection and try again.");
        } finally {
            this.state.isBusy = false;
        }
    }

    /** By its rows, which no other has: by now it may be another object that says the same. */
    replace(trouble, others) {
        const isIt = (one) => one.rows[0] === trouble.rows[0];
        this.props.setTroubles(this.props.troubles.flatMap((one) => (isIt(one) ? others : [one])));
    }

    takeProduct(trouble, product) {
        const isNew = trouble.reason === "unknown_code" && trouble.code;
        return this.mend(trouble, { code: product.code, remember: isNew ? product : undefined });
    }

    remove(trouble) {
        this.replace(trouble, []);
    }

    async remember() {
        const { code, id } = this.state.toRemember;
        this.state.toRemember = null;
        const { is_kept } = await padServer.remember(code, id);
        if (!is_kept) {
            this.state.error = _t("%s already stands for something else: it was not changed.", code);
        }
    }

    async download() {
        const rows = this.props.troubles.map(
            (one) => [one.rows.join(", "), one.code, `${one.given}`, one.unit, one.message]);
        try {
            const url = URL.createObjectURL(await padServer.getTroubleFile(rows, this.props.csrf));
            const link = Object.assign(document.createElement("a"), { href: url, download: "to-mend.xlsx" });
            link.click();
            setTimeout(() => URL.revokeObjectURL(url), 1000);
        } catch {
            this.state.error = _t("The file could not be made. Try again.");
        }
    }
}
