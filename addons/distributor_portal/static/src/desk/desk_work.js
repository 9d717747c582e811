import { Component, onMounted, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

export const DESK_DONE = "CHANNEL-DESK:DONE";
const BATCH = 50;

const TITLES = {
    approve: _t("Approve"),
    refuse: _t("Refuse"),
    check: _t("Check Again"),
    warehouse: _t("Choose the Warehouse"),
    hold: _t("Put on Hold"),
    release: _t("Release"),
    assign: _t("Assign"),
    settle: _t("Settle the Difference"),
    message: _t("Write to the Member"),
    activity: _t("Plan an Activity"),
};

/**
 * Do one thing to many orders, a batch at a time: each batch is a transaction of its own, so that what is done stays
 * done when the browser is closed midway.
 *
 * @param {Object} orm
 * @param {{ids: number[], operation: string, values: Object}} work
 * @param {(count: number, result: Object) => boolean} [onBatch] told after each batch; false stops before the next
 */
export async function workOff(orm, { ids, operation, values }, onBatch = () => true) {
    const result = { done: [], skipped: [], undo: false };
    for (let start = 0; start < ids.length; start += BATCH) {
        const answer = await orm.call("sale.order", "channel_desk_work", [
            ids.slice(start, start + BATCH),
            operation,
            values,
        ]);
        result.done.push(...answer.done);
        result.skipped.push(...answer.skipped);
        result.undo = joinUndo(result.undo, answer.undo);
        if (!onBatch(Math.min(start + BATCH, ids.length), result)) {
            break;
        }
    }
    return result;
}

function joinUndo(one, other) {
    if (!one || !other) {
        return one || other;
    }
    const values = { ...one.values };
    if (other.values.restored) {
        values.restored = { ...one.values.restored, ...other.values.restored };
    }
    return { ...one, ids: [...one.ids, ...other.ids], values };
}

/** Progress while it runs, then what was done and what was not, and why. */
export class DeskWorkDialog extends Component {
    static template = "distributor_portal.DeskWorkDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        work: Object,
        result: { type: Object, optional: true },
        onFinished: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            count: 0,
            isStopped: false,
            result: this.props.result || false,
        });
        onMounted(() => this.props.result || this.run());
    }

    get title() {
        return TITLES[this.props.work.operation];
    }

    get total() {
        return this.props.work.ids.length;
    }

    get left() {
        return this.total - this.state.result.done.length - this.state.result.skipped.length;
    }

    async run() {
        const result = await workOff(this.orm, this.props.work, (count) => {
            this.state.count = count;
            return !this.state.isStopped;
        });
        this.state.result = result;
        this.props.onFinished(result);
    }

    stop() {
        this.state.isStopped = true;
    }

    async undo() {
        const undo = this.state.result.undo;
        this.props.close();
        const result = await workOff(this.orm, undo);
        this.props.onFinished(result, undo.operation);
    }

    openSkipped() {
        this.props.close();
        this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Skipped Orders"),
            res_model: "sale.order",
            domain: [["id", "in", this.state.result.skipped.map((order) => order.id)]],
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }
}

/** The client action behind the buttons: straight away for a few, with a progress bar for many. */
async function channelDeskWork(env, action) {
    const work = action.params;
    const orm = env.services.orm;
    const finish = (result, operation = work.operation) => {
        const detail = { operation, result, isHandled: false };
        env.bus.trigger(DESK_DONE, detail);
        if (!detail.isHandled) {
            env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
        }
    };
    const open = (result) =>
        env.services.dialog.add(DeskWorkDialog, { work, result, onFinished: finish });
    if (work.ids.length > BATCH) {
        await closeWizard(env, work);
        open();
        return;
    }
    const result = await workOff(orm, work);
    await closeWizard(env, work);
    if (result.skipped.length) {
        open(result);
    } else {
        notify(env, work, result, async () => {
            const undone = await workOff(orm, result.undo);
            finish(undone, result.undo.operation);
        });
    }
    finish(result);
}

/**
 * The dialog that asked closes, and the view below it has reloaded, before anybody is told: a view that loads twice at
 * once never ends its first loading, and its buttons stay shut.
 */
async function closeWizard(env, work) {
    if (work.is_from_wizard) {
        await env.services.action.doAction({ type: "ir.actions.act_window_close" });
    }
}

function notify(env, work, result, undo) {
    const names = result.done.map((order) => order.name).join(", ");
    const text =
        result.done.length > 3
            ? _t("%(title)s: %(count)s orders", { title: TITLES[work.operation], count: result.done.length })
            : _t("%(title)s: %(names)s", { title: TITLES[work.operation], names });
    const close = env.services.notification.add(text, {
        type: "success",
        buttons: result.undo
            ? [
                  {
                      name: _t("Undo"),
                      onClick: () => {
                          close();
                          undo();
                      },
                  },
              ]
            : [],
    });
}

registry.category("actions").add("channel_desk_work", channelDeskWork);
