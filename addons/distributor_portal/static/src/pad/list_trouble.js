import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** A row of a list that has to be mended. What is typed stays, also when the pad is drawn again meanwhile. */
export class ListTrouble extends Component {
    static template = "distributor_portal.ListTrouble";
    static props = {
        trouble: Object,
        isBusy: Boolean,
        onMend: Function,
        onTake: Function,
        onRemove: Function,
    };

    setup() {
        const { code, given, unit } = this.trouble;
        this.state = useState({ code, given: `${given}`, unit });
    }

    get trouble() {
        return this.props.trouble;
    }

    get rowsText() {
        return _t("Row %s", this.trouble.rows.join(", "));
    }

    get hasProposals() {
        const { products, quantities, units } = this.trouble;
        return Boolean(products.length || quantities.length || units.length);
    }

    mend(changes) {
        return this.props.onMend(this.trouble, changes);
    }
}
