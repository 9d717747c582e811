import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const EVERY = 30_000;
// What tells of the order's way; forms are left alone: somebody may be typing.
const LIVE = [
    "order_live_state",
    "order_live_progress",
    "order_live_promise",
    "order_live_shortages",
    "order_live_parcels",
    "order_live_timeline",
    "order_live_messages",
];

/** Looks every half a minute, while the page is seen, whether the order has moved on, and shows it without a reload. */
export class OrderWatch extends Interaction {
    static selector = ".o_channel_order[data-version]";

    start() {
        const timer = browser.setInterval(() => this.look(), EVERY);
        this.registerCleanup(() => browser.clearInterval(timer));
        this.addListener(document, "visibilitychange", () => this.look());
    }

    async look() {
        if (document.visibilityState !== "visible" || this.isLooking) {
            return;
        }
        this.isLooking = true;
        try {
            const answer = await fetch(`/my/channel/orders/${this.el.dataset.order}/version`, {
                credentials: "same-origin",
            });
            const { version, state } = answer.ok ? await answer.json() : {};
            if (version && version !== this.el.dataset.version) {
                await this.refresh(version, state);
            }
        } catch {
            // Offline: the next look will tell.
        } finally {
            this.isLooking = false;
        }
    }

    async refresh(version, state) {
        const answer = await fetch(window.location.href, { credentials: "same-origin" });
        if (!answer.ok) {
            return;
        }
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const id of LIVE) {
            const before = document.getElementById(id);
            const after = fresh.getElementById(id);
            if (before && after) {
                before.replaceWith(document.importNode(after, true));
            }
        }
        this.el.dataset.version = version;
        this.el.querySelector(".o_channel_news").textContent = _t("News: %s", state);
    }
}

registry.category("public.interactions").add("distributor_portal.order_watch", OrderWatch);
