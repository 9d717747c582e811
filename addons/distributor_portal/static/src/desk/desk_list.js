import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { DESK_DONE } from "./desk_work";

/** The figures above the queue. A click on one shows only these; a second click, all again. */
export class DeskDashboard extends Component {
    static template = "distributor_portal.DeskDashboard";
    static props = { list: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ overview: false });
        onWillStart(() => this.load());
        onWillUpdateProps(() => this.load());
    }

    async load() {
        this.state.overview = await this.orm.call("sale.order", "channel_desk_overview");
    }

    /** The figures that are about orders in the queue: [name of the filter, label, count, accent]. */
    get figures() {
        const overview = this.state.overview;
        return [
            { filter: "filter_now", key: "now", count: overview.now, accent: "danger" },
            { filter: "filter_at_risk", key: "at_risk", count: overview.at_risk, accent: "warning" },
            { filter: "filter_for_me", key: "for_me", count: overview.for_me, accent: "primary" },
            { filter: "filter_handled_by_me", key: "mine", count: overview.mine, accent: "primary" },
            { filter: "filter_nobody", key: "unassigned", count: overview.unassigned, accent: "secondary" },
        ];
    }

    getItem(name) {
        return this.env.searchModel.getSearchItems((item) => item.name === name)[0];
    }

    isActive(name) {
        return Boolean(this.getItem(name)?.isActive);
    }

    toggle(name) {
        const item = this.getItem(name);
        const wasActive = item.isActive;
        this.env.searchModel.clearQuery();
        if (!wasActive) {
            this.env.searchModel.toggleSearchItem(item.id);
        }
    }

    open(other) {
        this.action.doAction(other.action);
    }
}

export class DeskListRenderer extends ListRenderer {
    static template = "distributor_portal.DeskListRenderer";
    static components = { ...ListRenderer.components, DeskDashboard };
}

export class DeskListController extends ListController {
    setup() {
        super.setup();
        useBus(this.env.bus, DESK_DONE, async (event) => {
            event.detail.isHandled = true;
            await this.model.load();
        });
    }
}

export const deskListView = {
    ...listView,
    Renderer: DeskListRenderer,
    Controller: DeskListController,
};

registry.category("views").add("channel_desk_list", deskListView);
