/** What is on the pad: products, quantities and their sum. Plain values, so that 5,000 lines cost nothing to add up. */
export class PadLines {
    constructor() {
        this.products = new Map();
        this.quantities = new Map();
        this.count = 0;
        this.total = 0;
        this.taxed = 0; // the total with its taxes
    }

    learn(products) {
        for (const product of products) {
            const qty = this.get(product.id);
            this.addUp(product.id, -qty);
            this.products.set(product.id, product);
            this.addUp(product.id, qty);
        }
    }

    /** Ids on the pad of which nothing is known but the quantity. */
    get unknown() {
        return [...this.quantities.keys()].filter((id) => !this.products.has(id));
    }

    get(id) {
        return this.quantities.get(id) || 0;
    }

    /** A quantity of 0 keeps its place while somebody is typing; `remove` takes the line away. */
    set(id, qty) {
        const before = this.get(id);
        this.addUp(id, -before);
        this.addUp(id, qty);
        this.count += (qty > 0) - (before > 0);
        this.quantities.set(id, qty);
        if (!this.count) {
            this.total = this.taxed = 0; // what rounding has left over
        }
    }

    remove(id) {
        this.set(id, 0);
        this.quantities.delete(id);
    }

    clear() {
        this.quantities.clear();
        this.count = this.total = this.taxed = 0;
    }

    get lines() {
        const lines = [];
        for (const [product_id, qty] of this.quantities) {
            if (qty > 0) {
                lines.push({ product_id, qty });
            }
        }
        return lines;
    }

    restore(lines) {
        this.clear();
        for (const { product_id, qty } of lines) {
            this.set(product_id, qty);
        }
    }

    /** @param qty below 0 takes the amount of that quantity off */
    addUp(id, qty) {
        const product = this.products.get(id);
        if (product) {
            const amount = qty * priceOf(product, Math.abs(qty));
            this.total += amount;
            this.taxed += amount * (product.tax_factor ?? 1);
        }
    }
}

/** The price of this quantity: the last step that it reaches. */
export function priceOf(product, qty) {
    let price = product.price;
    for (const [from, stepPrice] of product.steps || []) {
        if (qty >= from) {
            price = stepPrice;
        }
    }
    return price;
}

export function stepOf(product) {
    return product.multiple || 1;
}

/** The quantity that one more, or one less, makes. */
export function oneMore(product, qty) {
    const step = stepOf(product);
    const next = tidy(Math.floor(tidy(qty / step)) * step + step);
    return Math.max(next, Math.ceil(product.minimum / step) * step);
}

export function oneLess(product, qty) {
    const step = stepOf(product);
    const next = tidy(Math.ceil(tidy(qty / step)) * step - step);
    return next < product.minimum ? 0 : Math.max(next, 0);
}

/** The nearest quantities that packs and limits allow; empty where `qty` is one of them. */
export function rightQuantities(product, qty) {
    const step = stepOf(product);
    const isWhole = !product.multiple || Number.isInteger(tidy(qty / step));
    if (!qty || (isWhole && qty >= product.minimum && (!product.maximum || qty <= product.maximum))) {
        return [];
    }
    const lowest = Math.ceil(product.minimum / step) * step;
    const highest = product.maximum ? Math.floor(product.maximum / step) * step : Infinity;
    const near = product.multiple ? [Math.floor(qty / step) * step, Math.ceil(qty / step) * step] : [qty];
    const found = near.map((one) => tidy(Math.min(Math.max(one, lowest), highest)));
    return [...new Set(found)].filter((one) => one > 0 && one >= product.minimum);
}

/** Binary fractions leave dust behind: 0.3 / 0.1 is 2.9999999999999996. */
function tidy(number) {
    return Math.round(number * 1e6) / 1e6;
}
