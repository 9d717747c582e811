import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";
import { DESK_DONE } from "./desk_work";

// After these an order is somebody else's: the next of the queue comes up.
const GOES_ON = ["approve", "refuse", "hold", "settle"];

export class DeskFormController extends FormController {
    setup() {
        super.setup();
        this.notification = useService("notification");
        useBus(this.env.bus, DESK_DONE, (event) => {
            event.detail.isHandled = true;
            return this.onDeskDone(event.detail);
        });
    }

    async onDeskDone({ operation, result }) {
        const { resId, resIds } = this.model.root;
        const isDone = result.done.some((order) => order.id === resId);
        if (!isDone || !GOES_ON.includes(operation)) {
            await this.model.load({ resId, resIds });
            return;
        }
        const left = resIds.filter((id) => id !== resId);
        if (left.length) {
            const next = left[Math.min(resIds.indexOf(resId), left.length - 1)];
            await this.model.load({ resId: next, resIds: left });
            return;
        }
        if (resIds.length > 1 || this.env.config.breadcrumbs?.length > 1) {
            this.notification.add(_t("The queue is worked off."), { type: "success" });
            this.env.config.historyBack();
        } else {
            await this.model.load({ resId, resIds });
        }
    }
}

/** What decides stands side by side here; the messages come below it, on wide screens too. */
export class DeskFormRenderer extends FormRenderer {
    mailLayout(hasAttachmentContainer) {
        const layout = super.mailLayout(hasAttachmentContainer);
        return layout === "SIDE_CHATTER" ? "BOTTOM_CHATTER" : layout;
    }
}

registry.category("views").add("channel_desk_form", {
    ...formView,
    Controller: DeskFormController,
    Renderer: DeskFormRenderer,
});
