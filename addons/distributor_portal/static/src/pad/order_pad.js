import { Component, onWillStart, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { browser } from "@web/core/browser/browser";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";

/** What somebody has filled in survives a closed page: it is kept on the device until it is sent. */
class Draft {
    constructor(member) {
        this.key = `channel.draft.${member}`;
    }

    load() {
        try {
            return JSON.parse(browser.localStorage.getItem(this.key)) || {};
        } catch {
            return {};
        }
    }

    save(values) {
        browser.localStorage.setItem(this.key, JSON.stringify(values));
    }

    clear() {
        browser.localStorage.removeItem(this.key);
    }
}

export class OrderPad extends Component {
    static template = "distributor_portal.OrderPad";
    static props = {
        member: String,
        currency: Number,
        token: String,
        credit_left: { type: [Number, { value: null }], optional: true },
        prefill: Array,
        types: { type: Array, optional: true },
    };

    setup() {
        this.draft = new Draft(this.props.member);
        this.state = useState({
            search: "",
            products: [],
            known: {},
            quantities: {},
            more: false,
            loading: true,
            onlyChosen: false,
            sending: false,
            problems: {},
            notices: [],
            error: "",
            note: "",
            type: "",
            form: {},
        });
        this.search = useDebounced(() => this.load(), 200);
        onWillStart(() => this.start());
    }

    async start() {
        const kept = this.draft.load();
        this.token = kept.token || this.props.token;
        const wanted = this.props.prefill.length ? this.props.prefill : kept.lines || [];
        this.state.note = kept.note || "";
        this.state.type = this.types.some((type) => type.code === kept.type) ? kept.type : "";
        this.state.form = kept.form || {};
        if (wanted.length) {
            // Only products that can still be ordered come back; what is gone is said, not dropped.
            const { products } = await this.call({ product_ids: wanted.map((line) => line.product_id) });
            this.learn(products);
            const gone = wanted.filter((line) => !this.state.known[line.product_id]);
            wanted.filter((line) => this.state.known[line.product_id]).forEach((line) => {
                this.state.quantities[line.product_id] = line.qty;
            });
            if (gone.length) {
                this.state.notices.push(_t("%s products of that order can no longer be ordered.", gone.length));
            }
            this.state.onlyChosen = this.props.prefill.length > 0;
        }
        await this.load();
    }

    call(params) {
        return rpc("/my/channel/pad/products", params);
    }

    learn(products) {
        for (const product of products) {
            this.state.known[product.id] = product;
        }
    }

    async load(offset = 0) {
        this.state.loading = true;
        const search = this.state.search;
        try {
            const { products, more } = await this.call({ search, offset });
            if (search !== this.state.search) {
                return; // somebody has typed on
            }
            this.learn(products);
            this.state.products = offset ? [...this.state.products, ...products] : products;
            this.state.more = more;
            this.state.error = "";
        } catch {
            this.state.error = _t("The products could not be loaded. Check the connection and try again.");
        } finally {
            this.state.loading = false;
        }
    }

    // --- what the page shows

    get rows() {
        if (this.state.onlyChosen) {
            return this.chosen.map((line) => this.state.known[line.product_id]);
        }
        return this.state.products;
    }

    get types() {
        return this.props.types || [];
    }

    /** The order type chosen, with the fields of its form. */
    get type() {
        return this.types.find((type) => type.code === this.state.type);
    }

    /** What was filled in of this type's form, as the server reads it: moments in UTC. */
    get formValues() {
        const values = {};
        for (const field of this.type ? this.type.fields : []) {
            const value = this.state.form[field.name];
            if (value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && !value.length)) {
                values[field.name] = field.type === "datetime" ? new Date(value).toISOString() : value;
            }
        }
        return values;
    }

    get missingFields() {
        const values = this.formValues;
        return (this.type ? this.type.fields : []).filter((field) => field.required && !(field.name in values));
    }

    inputType(field) {
        return { integer: "number", float: "number", date: "date", datetime: "datetime-local" }[field.type] || "text";
    }

    isTicked(field, value) {
        return (this.state.form[field.name] || []).includes(value);
    }

    get chosen() {
        return Object.entries(this.state.quantities)
            .filter(([, qty]) => qty > 0)
            .map(([id, qty]) => ({ product_id: Number(id), qty }));
    }

    get total() {
        return this.chosen.reduce((sum, line) => sum + line.qty * this.state.known[line.product_id].price, 0);
    }

    get isOverCredit() {
        return this.props.credit_left !== null && this.total > this.props.credit_left;
    }

    money(amount) {
        return formatCurrency(amount, this.props.currency);
    }

    quantity(product) {
        return this.state.quantities[product.id] || 0;
    }

    labels(product) {
        return {
            less: _t("Less of %s", product.name),
            quantity: _t("Quantity of %s", product.name),
            more: _t("More of %s", product.name),
        };
    }

    step(product) {
        return product.multiple || 1;
    }

    /** Said while typing, before anything is sent: the server judges the same again. */
    hint(product) {
        const qty = this.quantity(product);
        if (!qty) {
            return "";
        }
        if (product.multiple && qty % product.multiple) {
            const lower = Math.floor(qty / product.multiple) * product.multiple;
            const upper = lower + product.multiple;
            return lower ? _t("Packs of %(pack)s: order %(lower)s or %(upper)s.", { pack: product.multiple, lower, upper })
                : _t("Packs of %(pack)s: order %(upper)s.", { pack: product.multiple, upper });
        }
        if (product.minimum && qty < product.minimum) {
            return _t("At least %s.", product.minimum);
        }
        if (product.maximum && qty > product.maximum) {
            return _t("At most %s in one order.", product.maximum);
        }
        if (!product.is_plenty && qty > product.free) {
            return product.free ? _t("Only %s in stock; headquarters decides on the rest.", product.free)
                : _t("Out of stock; headquarters decides whether it follows.");
        }
        return "";
    }

    // --- what a person does

    onSearch(ev) {
        this.state.search = ev.target.value;
        this.search();
    }

    setQuantity(product, value) {
        const qty = Math.max(0, Number(value) || 0);
        if (qty) {
            this.state.quantities[product.id] = qty;
        } else {
            delete this.state.quantities[product.id];
        }
        delete this.state.problems[product.id];
        this.keep();
    }

    more(product) {
        const qty = this.quantity(product);
        const step = this.step(product);
        const next = Math.floor(qty / step) * step + step;
        this.setQuantity(product, Math.max(next, Math.ceil(product.minimum / step) * step));
    }

    less(product) {
        const qty = this.quantity(product);
        const step = this.step(product);
        const next = Math.ceil(qty / step) * step - step;
        this.setQuantity(product, next < product.minimum ? 0 : next);
    }

    async scan() {
        try {
            await this.addScanned(await scanBarcode(this.env));
        } catch (error) {
            this.state.error = error.message || _t("The camera could not be used.");
        }
    }

    async addScanned(code) {
        const { products } = await this.call({ search: code });
        this.learn(products);
        const product = products.find((one) => [one.gtin, one.sku, ...one.codes].includes(code));
        if (product) {
            const pack = product.packs.find((one) => one.code === code);
            if (pack) {
                this.setQuantity(product, this.quantity(product) + pack.qty);
            } else {
                this.more(product);
            }
            this.state.search = "";
            this.state.onlyChosen = true;
            this.state.error = "";
        } else {
            this.state.error = _t("No product with the code %s.", code);
        }
    }

    setNote(ev) {
        this.state.note = ev.target.value;
        this.keep();
    }

    setType(ev) {
        this.state.type = ev.target.value;
        this.keep();
    }

    setField(field, ev) {
        let value = ev.target.value;
        if (field.type === "boolean") {
            value = ev.target.checked;
        } else if (field.type === "many2one" && value) {
            value = Number(value);
        }
        this.state.form[field.name] = value;
        this.keep();
    }

    setTag(field, tag, ev) {
        const others = (this.state.form[field.name] || []).filter((one) => one !== tag);
        this.state.form[field.name] = ev.target.checked ? [...others, tag] : others;
        this.keep();
    }

    empty() {
        this.state.quantities = {};
        this.state.problems = {};
        this.state.notices = [];
        this.state.onlyChosen = false;
        this.state.type = "";
        this.state.form = {};
        this.draft.clear();
    }

    keep() {
        const { note, type, form } = this.state;
        this.draft.save({ lines: this.chosen, note, type, form, token: this.token });
    }

    async send() {
        if (this.state.sending) {
            return;
        }
        if (this.missingFields.length) {
            this.state.error = _t("Please fill in: %s.", this.missingFields.map((field) => field.label).join(", "));
            return;
        }
        Object.assign(this.state, { sending: true, problems: {}, notices: [], error: "" });
        const lines = this.chosen;
        try {
            const answer = await rpc("/my/channel/pad/submit", {
                lines, token: this.token, note: this.state.note, type: this.state.type, form: this.formValues,
            });
            if (answer.status === "rejected") {
                this.showProblems(answer, lines);
            } else {
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
        this.state.error = answer.error || _t("The order was not sent: please look at what is marked.");
        for (const verdict of answer.verdicts) {
            const text = `${verdict.message} ${verdict.fix || ""}`;
            if (verdict.line === false) {
                this.state.notices.push(text);
            } else {
                const id = lines[verdict.line].product_id;
                this.state.problems[id] = [this.state.problems[id], text].filter(Boolean).join(" ");
            }
        }
        this.state.onlyChosen = true;
        this.token = answer.next_token || this.token;
        this.keep();
        window.scrollTo({ top: 0, behavior: "smooth" });
    }
}

registry.category("public_components").add("distributor_portal.order_pad", OrderPad);
