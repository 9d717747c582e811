import { reactive, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { pageRpc } from "../app/page_rpc";
import { patch } from "@web/core/utils/patch";

import { OrderPad } from "../pad/order_pad";
import { PadRow } from "../pad/pad_row";
import { setFavourite } from "./favourites";

/** The stars of the pad, shared by its rows: {product id: true}; `only`: nothing else is shown. */
const stars = reactive({ ids: {}, only: false });

/** Tells one tap from the next; randomUUID is there on secure pages only. */
function newToken() {
    return `${Date.now()}-${Math.random().toString(36).slice(2).padEnd(8, "0")}`;
}

patch(PadRow.prototype, {
    setup() {
        super.setup();
        this.stars = useState(stars);
    },

    get isFavourite() {
        return Boolean(this.stars.ids[this.props.product.id]);
    },

    get starLabel() {
        return _t("Favourite: %s", this.props.product.name);
    },

    async setStar() {
        const id = this.props.product.id;
        if (await setFavourite(id, !this.isFavourite)) {
            this.stars.ids[id] = true;
        } else {
            delete this.stars.ids[id];
        }
    },
});

patch(OrderPad.prototype, {
    setup() {
        stars.ids = Object.fromEntries((this.props.favourites || []).map((id) => [id, true]));
        stars.only = false;
        this.stars = useState(stars);
        this.template = useState({ name: "", told: "", token: newToken() });
        super.setup();
    },

    get rowIds() {
        return this.stars.only ? this.favouriteIds : super.rowIds;
    },

    get favouriteIds() {
        return Object.keys(this.stars.ids).map(Number).filter((id) => this.lines.products.has(id));
    },

    async showFavourites() {
        if (!this.stars.only) {
            await this.learn(Object.keys(this.stars.ids).map(Number));
        }
        this.stars.only = !this.stars.only;
    },

    async keepTemplate() {
        const { status, name } = await pageRpc("/my/channel/templates/from_pad", {
            lines: this.lines.lines, name: this.template.name, token: this.template.token,
        });
        this.template.token = newToken();
        this.template.told = status === "kept" ? _t("Saved as %s.", name)
            : _t("Give the template a name. A company can have 100 of up to 500 products.");
    },
});
