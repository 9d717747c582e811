import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { signal } from "@distributor_portal/receive/counting";
import { Receive } from "@distributor_portal/receive/receive";

/** A code as it is kept, out of what a scanner reads: a page's address, brackets, an own code with dashes. */
export function readCode(text) {
    const link = /\/01\/(\d{1,14})\/(?:.*\/)?21\/([^/?#]+)/.exec(text);
    if (link) {
        return `01${link[1].padStart(14, "0")}21${decodeURIComponent(link[2])}`;
    }
    const page = /\/channel\/code\/([^/?#]+)/.exec(text);
    if (page) {
        return decodeURIComponent(page[1]);
    }
    const brackets = /^\(01\)(\d{14})(?:\(\d+\)[^(]*)*\(21\)([^(\x1d]+)/.exec(text);
    if (brackets) {
        return `01${brackets[1]}21${brackets[2].trim()}`;
    }
    return text.replace(/^\][A-Za-z][0-9A-Za-z]/, "");
}

patch(Receive.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.items ||= {};
    },

    keep() {
        super.keep(...arguments);
        this.counting.save({ ...this.counting.load(), items: this.state.items });
    },

    /** The line and code of one thing that left with this delivery, or null. */
    findItem(text) {
        const code = readCode(text);
        const own = code.replace(/-/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
        for (const line of this.props.lines) {
            for (const key of [code, own, text]) {
                if (line.item_codes && key in line.item_codes) {
                    return { line, key, qty: line.item_codes[key] };
                }
            }
        }
        return null;
    },

    /** Whether it, what it lies in, or something in it was scanned before. */
    isCounted({ line, key }) {
        const { items } = this.state;
        for (let parent = key; parent; parent = line.item_parents[parent]) {
            if (items[parent]) {
                return true;
            }
        }
        return Object.keys(items).some((other) => {
            for (let parent = line.item_parents[other]; parent; parent = line.item_parents[parent]) {
                if (parent === key) {
                    return true;
                }
            }
            return false;
        });
    },

    addCode(text) {
        const item = text && this.findItem(text);
        if (!item) {
            return super.addCode(...arguments);
        }
        if (this.isCounted(item)) {
            this.say(_t("%s was counted already.", item.key), true);
            signal(false);
            return;
        }
        const { line, key, qty } = item;
        this.state.items[key] = line.id;
        this.setValue("counts", line, this.count(line) + qty);
        this.state.scans.push({ id: line.id, qty, item: key });
        this.state.last = line.id;
        const isOver = this.count(line) > line.shipped;
        this.say(_t("%(name)s: %(count)s of %(shipped)s", { name: line.name, count: this.count(line), shipped: line.shipped }), isOver);
        signal(!isOver);
    },

    undo() {
        const scan = this.state.scans.at(-1);
        if (scan?.item) {
            delete this.state.items[scan.item];
        }
        super.undo(...arguments);
    },

    takeFound() {
        if (this.props.scan && this.findItem(this.props.scan)) {
            this.addCode(this.props.scan);
        }
        super.takeFound(...arguments);
    },

    scannedOf(line) {
        return Object.keys(this.state.items).filter((key) => this.state.items[key] === line.id).join(",");
    },
});
