import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { showDay } from "./format";
import { oneLess, oneMore, priceOf, rightQuantities } from "./pad_lines";

/** One product on the pad. Drawn again only when something of its own has changed. */
export class PadRow extends Component {
    static template = "distributor_portal.PadRow";
    static props = {
        product: Object,
        qty: Number,
        currency: Number,
        place: Number,
        size: Number,
        day: { type: [String, Boolean], optional: true },
        problem: { type: Object, optional: true },
        onQuantity: Function,
        onNext: Function,
    };

    get price() {
        const { product, qty } = this.props;
        return product.is_unloaded ? "" : this.money(priceOf(product, qty));
    }

    get amount() {
        const { product, qty } = this.props;
        return product.is_unloaded ? "" : this.money(qty * priceOf(product, qty));
    }

    get steps() {
        return this.props.product.steps.map(([from, price]) => ({
            text: _t("From %(quantity)s: %(price)s", { quantity: from, price: this.money(price) }),
            isReached: this.props.qty >= from,
            from,
        }));
    }

    get arrival() {
        const day = this.props.day || this.props.product.arrives;
        return day ? _t("Here on %s", showDay(day)) : "";
    }

    get labels() {
        const name = this.props.product.name;
        return { less: _t("Less of %s", name), quantity: _t("Quantity of %s", name), more: _t("More of %s", name) };
    }

    /** Said while typing, before anything is sent: the server judges the same again. */
    get hint() {
        const { product, qty } = this.props;
        if (!qty) {
            return "";
        }
        if (product.minimum && qty < product.minimum) {
            return _t("At least %s.", product.minimum);
        }
        if (product.maximum && qty > product.maximum) {
            return _t("At most %s in one order.", product.maximum);
        }
        if (this.fixes.length) {
            return _t("Packs of %s.", product.multiple);
        }
        if (!product.is_plenty && qty > product.free) {
            return product.free ? _t("Only %s in stock; headquarters decides on the rest.", product.free)
                : _t("Out of stock; headquarters decides whether it follows.");
        }
        return "";
    }

    /** Quantities that would be right, for one tap. */
    get fixes() {
        const fixes = rightQuantities(this.props.product, this.props.qty);
        return fixes.length ? fixes : this.props.problem?.fixes || [];
    }

    money(amount) {
        return formatCurrency(amount, this.props.currency);
    }

    set(qty, isDone = true) {
        this.props.onQuantity(this.props.product, qty, isDone);
    }

    more() {
        this.set(oneMore(this.props.product, this.props.qty));
    }

    less() {
        this.set(oneLess(this.props.product, this.props.qty));
    }

    onInput(ev, isDone) {
        this.set(Math.max(0, Number(ev.target.value) || 0), isDone);
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.props.onNext(this.props.place, ev.shiftKey ? -1 : 1);
        }
    }
}
