import { catalogue, productsOr } from "../app/catalogue";
import { sendOrQueue } from "../app/outbox";
import { getActingFor, pageRpc } from "../app/page_rpc";

const PAD = "/my/channel/pad";
export const BATCH = 500;

/** All that the pad asks the server. One object, so that others can wrap its methods. */
export const padServer = {
    /** A page of products, or those of `product_ids`. Without network: what was seen last, with `at`, since when. */
    call(params) {
        return productsOr(params, (asked) => this.ask(asked));
    },

    ask(params) {
        return pageRpc(`${PAD}/products`, params, { silent: true });
    },

    /** Keep all products on the device, for a pad without network. @param {Array} wanted ids of what is on the pad */
    keepAll(wanted) {
        return catalogue.refresh((params) => this.ask(params), wanted);
    },

    /** Send the order. The same token twice is the same order. Without network it goes into the outbox: `queued`. */
    send(params) {
        return sendOrQueue(params, (order) => pageRpc(`${PAD}/submit`, order));
    },

    promise(params) {
        return pageRpc(`${PAD}/promise`, params, { silent: true });
    },

    readText(text, columns) {
        return pageRpc(`${PAD}/read`, { text, columns });
    },

    /** @param {Array} rows [[row number, code, quantity, unit]] */
    readRows(rows) {
        return pageRpc(`${PAD}/read`, { rows });
    },

    remember(code, product_id) {
        return pageRpc(`${PAD}/remember`, { code, product_id });
    },

    async readFile(file, columns, csrf) {
        const answer = await this.post("upload", { file, columns: JSON.stringify(columns || null) }, csrf);
        return answer.json();
    },

    async getTroubleFile(rows, csrf) {
        const answer = await this.post("troubles", { rows: JSON.stringify(rows) }, csrf);
        return answer.blob();
    },

    async post(page, values, csrf) {
        const body = new FormData();
        for (const [name, value] of Object.entries({ ...values, csrf_token: csrf, acting_for: getActingFor() })) {
            body.append(name, value);
        }
        const answer = await fetch(`${PAD}/${page}`, { method: "POST", body });
        if (!answer.ok) {
            throw new Error(`${answer.status}`);
        }
        return answer;
    },

    /**
     * Facts of any number of products, in batches. `onProgress(done, total)` is told after each.
     *
     * @returns {{ products: Array, isSure: Boolean }} isSure: the server has answered, so what is missing is not offered
     */
    async callInBatches(productIds, onProgress = () => {}) {
        const found = [];
        let isSure = true;
        for (let start = 0; start < productIds.length; start += BATCH) {
            onProgress(start, productIds.length);
            const { products, at } = await this.call({ product_ids: productIds.slice(start, start + BATCH) });
            found.push(...products);
            isSure = isSure && !at;
        }
        onProgress(productIds.length, productIds.length);
        return { products: found, isSure };
    },
};
