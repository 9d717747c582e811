/**
 * The products last seen, for a pad without network: with prices and stock as of a date that the pad shows.
 */
import { pageOwner, store } from "./store";

const FRESH = 12 * 3600 * 1000;
const MOST = 2000; // of more than that, so many others of those looked at last
const BATCH = 500;
const FOUND = 50;
const SORTS = {
    code: (one, other) => one.sku.localeCompare(other.sku),
    name: (one, other) => one.name.localeCompare(other.name),
    price: (one, other) => one.price - other.price,
};

function key() {
    const { user, member } = pageOwner();
    return `${user}/${member}/${document.documentElement.lang}`;
}

export const catalogue = {
    async load() {
        return (await store.get("catalogue", key())) || { key: key(), products: {}, order: [], at: 0, full: 0 };
    },

    async learn(products) {
        const kept = await this.load();
        for (const { id } of products) {
            delete kept.products[id];
        }
        kept.order = kept.order.filter((id) => id in kept.products); // what was looked at last stands last
        this.add(kept, products);
        await store.put("catalogue", { ...kept, at: Date.now() });
    },

    add(kept, products) {
        for (const product of products) {
            if (!(product.id in kept.products)) {
                kept.order.push(product.id);
            }
            kept.products[product.id] = product;
        }
    },

    /**
     * All products, page by page while nobody waits, at most twice a day. Where there are more than are kept, those on
     * the pad and those looked at last are kept too.
     *
     * @param call asks the server
     * @param {Array} wanted ids of what is on the pad
     */
    async refresh(call, wanted = []) {
        const kept = await this.load();
        if (Date.now() - kept.full < FRESH || navigator.connection?.saveData) {
            return;
        }
        const fresh = { key: kept.key, products: {}, order: [] };
        let more = true;
        while (more && fresh.order.length < MOST) {
            const before = fresh.order.length;
            const answer = await call({ search: "", offset: before });
            this.add(fresh, answer.products);
            more = answer.more && fresh.order.length > before;
        }
        const isOther = (id) => !(id in fresh.products);
        const others = more ? [...new Set([...kept.order.filter(isOther).slice(-MOST), ...wanted.filter(isOther)])] : [];
        for (let start = 0; start < others.length; start += BATCH) {
            this.add(fresh, (await call({ product_ids: others.slice(start, start + BATCH) })).products);
        }
        const now = await this.load();
        const meanwhile = now.order.filter((id) => isOther(id) && !(id in kept.products));
        this.add(fresh, meanwhile.map((id) => now.products[id]));
        await store.put("catalogue", { ...fresh, at: Date.now(), full: Date.now() });
    },

    /** The answer the server would give, from what is kept; null if nothing is. */
    async answer({ search = "", offset = 0, product_ids: ids, category = 0, sort = "code" } = {}) {
        const kept = await this.load();
        if (!kept.at) {
            return null;
        }
        if (ids) {
            return { products: ids.map((id) => kept.products[id]).filter(Boolean), more: false, at: kept.at };
        }
        const words = search.toLowerCase().split(" ").filter(Boolean);
        const text = (one) => [one.name, one.sku, one.gtin, ...one.codes, ...one.own_codes].join(" ").toLowerCase();
        const found = kept.order.map((id) => kept.products[id]).filter((product) => (
            (!category || product.category_id === category) && words.every((word) => text(product).includes(word))
        )).sort(SORTS[sort] || SORTS.code);
        return { products: found.slice(offset, offset + FOUND), more: found.length > offset + FOUND, at: kept.at };
    },
};

/** Ask the server; without network, what was seen last. */
export async function productsOr(params, call) {
    let answer;
    try {
        answer = await call(params);
    } catch (error) {
        const kept = await catalogue.answer(params).catch(() => null);
        if (!kept) {
            throw error;
        }
        return kept;
    }
    catalogue.learn(answer.products).catch(() => {}); // a device without room loses the pad without network, no more
    return answer;
}
