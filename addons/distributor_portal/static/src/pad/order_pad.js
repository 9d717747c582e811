import { Component, onWillStart, onWillUnmount, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { newToken, takeBack } from "../app/outbox";
import { Draft } from "./draft";
import { showDay, showNumber } from "./format";
import { ListImport } from "./list_import";
import { OrderForm, findMissing, findType, readForm } from "./order_form";
import { PadLines, oneMore, rightQuantities } from "./pad_lines";
import { PadRow } from "./pad_row";
import { padServer } from "./pad_server";
import { useRowWindow } from "./row_window";
import { ContinuousScanner, signal, useHandScanner } from "./scanner";

const KEEP_AT_ONCE = 200; // lines: beyond it the draft is written when the typing pauses

/** Stands for a product that the device does not know, until the network is back. */
function makeUnloaded(id) {
    return {
        id, sku: "", gtin: "", name: _t("Product not loaded yet"), category: "", category_id: 0, price: 0, steps: [],
        multiple: 0, minimum: 0, maximum: 0, free: 0, is_plenty: true, arrives: false, codes: [], packs: [],
        own_codes: [], has_picture: false, is_unloaded: true,
    };
}

export class OrderPad extends Component {
    static template = "distributor_portal.OrderPad";
    static components = { ContinuousScanner, ListImport, OrderForm, PadRow };
    static props = {
        member: String,
        currency: Number,
        token: String,
        csrf: String,
        credit_left: { type: [Number, { value: null }], optional: true },
        least_amount: { type: Number, optional: true },
        may_be_urgent: { type: Boolean, optional: true },
        prefill: Array,
        prefill_form: { type: Object, optional: true },
        opens_list: { type: Boolean, optional: true },
        types: { type: Array, optional: true },
        categories: { type: Array, optional: true },
        "*": true, // what others add to the page's values
    };

    setup() {
        this.draft = new Draft(this.props.member);
        this.lines = new PadLines();
        this.before = null; // the lines before the last list was put on the pad
        this.state = useState({
            version: 0, // counts changes of `lines`
            search: "",
            category: 0,
            sort: "code",
            products: [],
            more: false,
            loading: true,
            seen: 0, // without network: since when the products are known
            onlyChosen: false,
            importing: false,
            scanning: false,
            sending: false,
            progress: null,
            problems: {},
            notices: [],
            aside: [], // drafts that another order has taken the place of
            troubles: [],
            error: "",
            first: null, // { text, url } of the order that has come from this page before
            note: "",
            type: "",
            form: {},
            isUrgent: false,
            day: "",
            promise: null,
        });
        this.list = useRef("list");
        this.view = useRowWindow(this.list, () => this.rowIds);
        this.search = useDebounced(() => this.load(), 200);
        this.promiseSoon = useDebounced(() => this.askPromise(), 700);
        this.keepSoon = useDebounced(() => this.isDirty && this.keepNow(), 400);
        useHandScanner((code) => this.addScanned(code));
        useExternalListener(window, "pagehide", () => this.isDirty && this.keepNow());
        useExternalListener(window, "online", () => this.loadUnknown());
        onWillStart(() => this.start());
        onWillUnmount(() => this.isDirty && this.keepNow());
    }

    async start() {
        const refused = await takeBack(browser.location.search);
        this.isAgain = !refused && this.props.prefill.length > 0;
        if (refused || this.isAgain) {
            this.draft.putAside(); // two orders do not become one
        }
        const kept = refused
            || (this.isAgain ? { ...this.props.prefill_form, lines: this.props.prefill } : this.draft.load());
        const wanted = kept.lines || [];
        // Made here and not by the server: without network the same page opens for many orders.
        this.token = kept.token || newToken();
        Object.assign(this.state, {
            aside: this.draft.aside,
            note: kept.note || "",
            type: findType(this.types, kept.type) ? kept.type : "",
            form: kept.form || {},
            troubles: kept.troubles || [],
            isUrgent: Boolean(this.props.may_be_urgent && kept.urgent),
            day: kept.day >= this.today ? kept.day : "",
            importing: Boolean(this.props.opens_list),
        });
        if (wanted.length) {
            this.lines.restore(wanted);
            await this.loadUnknown();
            this.state.onlyChosen = this.isAgain;
        }
        await this.load();
        this.promiseSoon();
        if (refused) {
            this.showProblems(refused.answer, refused.lines);
            refused.done();
        }
        padServer.keepAll(wanted.map((line) => line.product_id)).catch(() => {}); // costs the pad without network, nothing else
    }

    /**
     * Fetch what is not known of the lines. What the server does not offer any more leaves the pad, and that is said;
     * what only the device does not know stays as it is.
     */
    async loadUnknown() {
        const unknown = this.lines.unknown;
        if (!unknown.length) {
            return;
        }
        let isSure = false;
        try {
            isSure = await this.learn(unknown);
        } catch {
            this.showProgress(0, 0); // without a word: the rows themselves say it
        }
        const gone = isSure ? unknown.filter((id) => this.lines.quantities.has(id) && !this.lines.products.has(id)) : [];
        if (gone.length) {
            gone.forEach((id) => this.lines.remove(id));
            this.state.notices.push(_t("%s products of that order can no longer be ordered.", gone.length));
        }
        this.state.version++;
    }

    /** Fetch the facts of these products, as far as they are not known. @returns whether the server itself answered */
    async learn(ids) {
        const unknown = ids.filter((id) => !this.lines.products.has(id));
        const { products, isSure } = await padServer.callInBatches(
            unknown, (done, total) => this.showProgress(done, total));
        this.showProgress(0, 0);
        this.lines.learn(products);
        return isSure;
    }

    showProgress(done, total) {
        this.state.progress = total > 500 && done < total ? { done, total } : null;
    }

    async load(offset = 0) {
        this.state.loading = true;
        const asked = { search: this.state.search, category: this.state.category, sort: this.state.sort };
        try {
            const { products, more, at } = await padServer.call({ ...asked, offset });
            if (Object.entries(asked).some(([name, value]) => this.state[name] !== value)) {
                return; // somebody has typed on
            }
            this.lines.learn(products);
            const ids = products.map((product) => product.id);
            this.state.products = offset ? [...this.state.products, ...ids] : ids;
            this.state.more = more;
            this.state.seen = at || 0;
            this.state.error = "";
            if (!at) {
                this.loadUnknown(); // the network is there
            }
        } catch {
            this.state.error = _t("The products could not be loaded. Check the connection and try again.");
        } finally {
            this.state.loading = false;
        }
    }

    // --- what the page shows

    get seenText() {
        const day = luxon.DateTime.fromMillis(this.state.seen).toLocaleString(luxon.DateTime.DATETIME_MED);
        return _t("No network: products, prices and stock as of %s.", day);
    }

    get types() {
        return this.props.types || [];
    }

    get today() {
        return luxon.DateTime.now().toISODate();
    }

    /** Ids of all rows, of which those in sight are drawn. */
    get rowIds() {
        if (!this.state.onlyChosen) {
            return this.state.products;
        }
        const key = `${this.state.sort} ${this.state.search} ${this.state.category} ${this.lines.quantities.size}`;
        if (this.chosenKey !== key || this.chosenOf !== this.state.version) {
            this.chosenKey = key;
            this.chosenOf = this.state.version;
            this.chosenIds = this.sortChosen();
        }
        return this.chosenIds;
    }

    productOf(id) {
        return this.lines.products.get(id) || makeUnloaded(id);
    }

    sortChosen() {
        const known = new Map([...this.lines.quantities.keys()].map((id) => [id, this.productOf(id)]));
        const words = this.state.search.toLowerCase().split(" ").filter(Boolean);
        const fits = (product) => words.every((word) => (
            `${product.name} ${product.sku} ${product.gtin} ${product.own_codes.join(" ")}`.toLowerCase().includes(word)));
        const ids = [...this.lines.quantities.keys()].filter((id) => fits(known.get(id)));
        const values = { code: (one) => one.sku, name: (one) => one.name, category: (one) => one.category };
        const value = values[this.state.sort];
        if (this.state.sort === "price") {
            return ids.sort((one, other) => known.get(one).price - known.get(other).price);
        }
        return this.state.sort === "list" || !value ? ids
            : ids.sort((one, other) => value(known.get(one)).localeCompare(value(known.get(other))));
    }

    get rows() {
        const ids = this.rowIds;
        return ids.slice(this.view.first, this.view.last).map((id, index) => ({
            id,
            product: this.productOf(id),
            qty: this.lines.get(id),
            place: this.view.first + index + 1,
            day: this.lines.get(id) ? this.state.promise?.days[id] : undefined,
        }));
    }

    get isOverCredit() {
        return this.creditLeft !== null && this.creditLeft < 0;
    }

    /** What stays of the credit once this order is taken, taxes and all; null where that is not known or not shown. */
    get creditLeft() {
        const left = this.props.credit_left;
        return left === null || left === undefined || this.lines.unknown.length ? null
            : Math.round(100 * (left - this.lines.taxed)) / 100;
    }

    asideText({ lines }) {
        return lines.length === 1 ? _t("An order that was not sent is kept: 1 product.")
            : _t("An order that was not sent is kept: %s products.", showNumber(lines.length));
    }

    get sums() {
        const { count, total } = this.lines;
        const unknown = this.lines.unknown.length;
        const missing = unknown ? 0 : (this.props.least_amount || 0) - total;
        const { promise } = this.state;
        return {
            count: count === 1 ? _t("1 product, before tax") : _t("%s products, before tax", showNumber(count)),
            unknown: unknown ? _t("%s not loaded yet: without their price", showNumber(unknown)) : "",
            missing: missing > 0 ? _t("%s more to go to the smallest order", this.money(missing)) : "",
            arrival: !promise ? ""
                : promise.is_urgent ? _t("Leaves today: urgent")
                : promise.day ? this.arrivalText(promise)
                : _t("Not all of it is in stock"),
        };
    }

    arrivalText(promise) {
        const day = showDay(promise.day);
        return promise.parcels > 1 ? _t("Here on %(day)s, in %(parcels)s parcels", { day, parcels: promise.parcels })
            : _t("Here on %s", day);
    }

    money(amount) {
        return formatCurrency(amount, this.props.currency);
    }

    number(value) {
        return showNumber(value);
    }

    // --- what a person does

    onSearch(ev) {
        this.state.search = ev.target.value;
        if (!this.state.onlyChosen) {
            this.search();
        }
    }

    setFilter(name, value) {
        this.state[name] = value;
        this.load();
    }

    showChosen(isChosen) {
        this.state.onlyChosen = isChosen;
        for (const [id, qty] of this.lines.quantities) {
            if (!qty) {
                this.lines.remove(id);
            }
        }
        if (!isChosen) {
            this.load();
        }
    }

    /** @param {Boolean} isDone: false while somebody is still typing the number */
    setQuantity(product, qty, isDone = true) {
        if (qty || !isDone) {
            this.lines.set(product.id, qty);
        } else {
            this.lines.remove(product.id);
        }
        delete this.state.problems[product.id];
        this.changed();
    }

    changed() {
        this.state.version++;
        this.keep();
        this.promiseSoon();
    }

    /** Enter in a quantity leads to the next one, as in a spreadsheet. */
    focusRow(place, way) {
        const next = this.list.el.querySelector(`[aria-posinset="${place + way}"] input`);
        next?.focus();
        next?.select();
    }

    async addScanned(code) {
        let products;
        try {
            ({ products } = await padServer.call({ search: code }));
        } catch {
            return this.tellScan(false, _t("The products could not be loaded. Check the connection and try again."));
        }
        this.lines.learn(products);
        const bare = (one) => one.replace(/^0+/, "");
        const wanted = bare(code);
        const product = products.find((one) => (
            [one.gtin, one.sku, ...one.codes, ...one.own_codes].some((own) => own && bare(own) === wanted)));
        if (!product) {
            return this.tellScan(false, _t("No product with the code %s.", code));
        }
        const pack = product.packs.find((one) => one.code && bare(one.code) === wanted);
        const qty = this.lines.get(product.id);
        const added = pack ? pack.qty : oneMore(product, qty) - qty;
        // What was scanned last stands last: there it is looked for.
        this.setQuantity(product, qty + added);
        Object.assign(this.state, { search: "", onlyChosen: true, error: "" });
        return this.tellScan(true, _t("%(product)s: +%(added)s, now %(quantity)s", {
            product: product.name, added: showNumber(added), quantity: showNumber(qty + added) }));
    }

    tellScan(isGood, text) {
        signal(isGood);
        if (!isGood) {
            this.state.error = text;
        }
        return { isGood, text };
    }

    // --- lists

    /** Put read lines on the pad. What is there already is added to, unless the list replaces it. */
    async put(lines, { replaces = false, again = false, isMended = false } = {}) {
        if (again && this.before) {
            this.lines.restore(this.before);
        }
        if (!isMended) {
            this.before = this.lines.lines;
        }
        await this.learn(lines.map((line) => line.product_id));
        if (replaces) {
            this.lines.clear();
        }
        let added = 0;
        for (const { product_id, qty } of lines) {
            const there = this.lines.get(product_id);
            added += there > 0;
            this.lines.set(product_id, there + qty);
        }
        Object.assign(this.state, { onlyChosen: this.lines.count > 0, sort: "list", importing: false });
        this.changed();
        return added;
    }

    undo() {
        this.lines.restore(this.before || []);
        this.before = null;
        this.changed();
    }

    setTroubles(troubles) {
        this.state.troubles = troubles;
        this.keep();
    }

    // --- the order

    set(values) {
        Object.assign(this.state, values);
        this.keep();
        if ("isUrgent" in values || "day" in values) {
            this.promiseSoon();
        }
    }

    empty() {
        this.lines.clear();
        this.before = null;
        Object.assign(this.state, {
            problems: {}, notices: [], troubles: [], onlyChosen: false, type: "", form: {}, isUrgent: false, day: "",
            promise: null, sort: "code",
        });
        this.state.version++;
        this.isDirty = false;
        this.draft.clear();
        this.load();
    }

    /** A draft that was put aside comes back; what is on the pad is put aside instead. */
    bringBack(index) {
        if (this.isDirty) {
            this.keepNow();
        }
        this.draft.bringBack(index);
        browser.location.assign(browser.location.pathname);
    }

    discard(index) {
        this.draft.discard(index);
        this.state.aside = this.draft.aside;
    }

    keep() {
        this.isDirty = true;
        if (this.isAgain) { // from now on the draft holds it: opened again, the page must not begin anew
            this.isAgain = false;
            browser.history.replaceState(browser.history.state, "", browser.location.pathname);
        }
        if (this.lines.count <= KEEP_AT_ONCE) {
            this.keepNow();
        } else {
            this.keepSoon();
        }
    }

    keepNow() {
        const { note, type, form, troubles, isUrgent, day } = this.state;
        this.isDirty = false;
        this.draft.save({
            lines: this.lines.lines, note, type, form, troubles, urgent: isUrgent, day, token: this.token });
    }

    async askPromise() {
        const lines = this.lines.lines;
        if (!lines.length) {
            this.state.promise = null;
            return;
        }
        const { version, isUrgent, day } = this.state;
        try {
            const promise = await padServer.promise({ lines, urgent: isUrgent, requested_date: day });
            if (version === this.state.version) {
                this.state.promise = promise;
            }
        } catch {
            this.state.promise = null; // the order can be sent without
        }
    }

    /** Why the order cannot be sent yet, or "". */
    get obstacle() {
        const missing = findMissing(findType(this.types, this.state.type), this.state.form);
        if (missing.length) {
            return _t("Please fill in: %s.", missing.join(", "));
        }
        if (this.state.troubles.length) {
            return _t("%s rows of your list are still to be mended or removed.", this.state.troubles.length);
        }
        return "";
    }

    async send() {
        if (this.state.sending) {
            return;
        }
        this.state.error = this.obstacle;
        if (this.state.error) {
            window.scrollTo({ top: 0, behavior: "smooth" });
            return;
        }
        Object.assign(this.state, { sending: true, problems: {}, notices: [], first: null });
        const lines = this.lines.lines;
        try {
            const answer = await padServer.send({
                lines, token: this.token, note: this.state.note, type: this.state.type,
                form: readForm(findType(this.types, this.state.type), this.state.form),
                urgent: this.state.isUrgent, requested_date: this.state.day,
            });
            if (answer.status === "queued") {
                this.empty();
                this.token = newToken();
                this.state.note = "";
            } else if (answer.status === "rejected") {
                this.showProblems(answer, lines);
            } else {
                this.isDirty = false;
                this.draft.clear();
                browser.location.assign(answer.url);
                return;
            }
        } catch {
            // The token makes a second try harmless, even where the first has arrived.
            this.state.error = _t("The order could not be sent. It is kept here; try again.");
        }
        this.state.sending = false;
    }

    showProblems(answer, lines) {
        this.state.first = answer.order_id ? { text: answer.error, url: answer.url } : null;
        this.state.error = this.state.first ? ""
            : answer.error || _t("The order was not sent: please look at what is marked.");
        for (const verdict of answer.verdicts) {
            const text = `${verdict.message} ${verdict.fix || ""}`;
            if (verdict.line === false) {
                this.state.notices.push(text);
            } else {
                const { product_id, qty } = lines[verdict.line];
                const known = this.state.problems[product_id];
                this.state.problems[product_id] = {
                    text: [known?.text, text].filter(Boolean).join(" "),
                    fixes: known?.fixes.length ? known.fixes : this.readFixes(verdict, product_id, qty),
                };
            }
        }
        this.state.onlyChosen = true;
        this.moveProblemsUp();
        this.token = answer.next_token || this.token;
        this.keep();
        window.scrollTo({ top: 0, behavior: "smooth" });
    }

    /** What is wrong stands on top, where somebody sees it. */
    moveProblemsUp() {
        const isBad = (line) => line.product_id in this.state.problems;
        const lines = this.lines.lines;
        this.lines.restore([...lines.filter(isBad), ...lines.filter((line) => !isBad(line))]);
        this.state.sort = "list";
        this.state.version++;
    }

    /** Quantities that would satisfy a verdict which measured the quantity. */
    readFixes(verdict, id, qty) {
        const product = this.productOf(id);
        const right = rightQuantities(product, qty);
        const limit = Number(verdict.limit);
        if (right.length || Number(verdict.measured) !== qty || !(limit > 0 && limit < qty)) {
            return right;
        }
        const whole = product.multiple ? Math.floor(limit / product.multiple) * product.multiple : limit;
        return whole > 0 && whole >= product.minimum ? [whole] : [];
    }
}

registry.category("public_components").add("distributor_portal.order_pad", OrderPad);
