/**
 * Orders that wait for the network.
 *
 * An order goes in with its token and stays until the server has answered. The token makes the sending repeatable: the
 * server answers a token it knows with the order it made of it, so a lost answer, two tabs or two taps make one order.
 */
import { EventBus } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { pageOwner, store } from "./store";

export const WAITING = "waiting";
export const SENT = "sent";
export const REFUSED = "refused";
const KEEP_SENT = 24 * 3600 * 1000;
const LOCK = "channel.outbox";
const SESSION_EXPIRED = 100;
const TOO_OFTEN = "werkzeug.exceptions.TooManyRequests";

export const outbox = {
    bus: new EventBus(),

    /** The entries of who looks at this page, oldest first. */
    async entries() {
        const { user, member } = pageOwner();
        const rows = await store.all("outbox");
        return rows.filter((row) => row.user === user && row.member === member).sort((a, b) => a.added - b.added);
    },

    /** @param order what `channel_pad_submit` takes */
    async add(order) {
        await store.put("outbox", { token: order.token, order, ...pageOwner(), state: WAITING, added: Date.now() });
        this.changed();
    },

    async remove(token) {
        await store.remove("outbox", token);
        this.changed();
    },

    /**
     * Send what waits, in one tab at a time. Who comes while another sends waits for a turn: the other may be failing
     * for a network that has come back meanwhile.
     */
    async flush() {
        if (!browser.navigator.locks) {
            return this.sendAll(); // the server's token alone keeps it to one order
        }
        if (this.isQueued) {
            return;
        }
        this.isQueued = true;
        try {
            await browser.navigator.locks.request(LOCK, () => {
                this.isQueued = false;
                return this.sendAll();
            });
        } finally {
            this.isQueued = false;
        }
    },

    async sendAll() {
        for (const entry of await this.entries()) {
            if (entry.state === WAITING && !(await this.send(entry))) {
                return;
            }
            if (entry.state === SENT && Date.now() - entry.added > KEEP_SENT) {
                await this.remove(entry.token);
            }
        }
    },

    /**
     * @returns whether to go on with the next. Without network, with nobody or somebody else logged in, or where the
     * server asks for patience, the rest waits too; what is wrong with this order alone holds up no other. That one
     * shows as stuck and is tried again all the same: the fault may be the server's, and pass.
     */
    async send(entry) {
        let answer;
        try {
            const { order, member, user } = entry;
            answer = await rpc("/my/channel/outbox", { ...order, member, user }, { silent: true });
        } catch (error) {
            if (error instanceof ConnectionLostError || error.exceptionName === TOO_OFTEN) {
                return false;
            }
            const needsLogin = error.code === SESSION_EXPIRED;
            if (await store.get("outbox", entry.token)) { // what was removed meanwhile stays away
                await store.put("outbox", { ...entry, needsLogin, isStuck: !needsLogin });
                this.changed();
            }
            return !needsLogin;
        }
        if (answer.status === "other") {
            return false; // somebody else is logged in now
        }
        const state = answer.status === "rejected" ? REFUSED : SENT;
        await store.put("outbox", { ...entry, state, answer, needsLogin: false, isStuck: false, added: Date.now() });
        this.changed();
        return true;
    },

    changed() {
        this.bus.trigger("CHANGED");
        this.channel?.postMessage("changed");
    },

    /** Hear what other tabs do, and try again when the network may be back. */
    start() {
        if (window.BroadcastChannel) {
            this.channel = new BroadcastChannel(LOCK);
            this.channel.onmessage = () => this.bus.trigger("CHANGED");
        }
        const again = () => this.flush().catch(() => {});
        browser.addEventListener("online", again);
        document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
        browser.setInterval(again, 30_000);
        again();
    },
};

/** Send; where nothing is known of what the server did, put the order into the outbox: its token keeps it to one. */
export async function sendOrQueue(order, send) {
    try {
        return await send(order);
    } catch (error) {
        if (!(error instanceof ConnectionLostError)) {
            throw error;
        }
    }
    await outbox.add(order);
    outbox.flush().catch(() => {});
    window.scrollTo({ top: 0 });
    return { status: "queued" };
}

/**
 * The refused or stuck order that the address of a page (`?outbox=`) names, as the pad keeps its drafts; null if there
 * is none. `done` once the pad keeps it: until then it stays in the outbox.
 */
export async function takeBack(search) {
    const token = new URLSearchParams(search).get("outbox");
    const entries = token ? await outbox.entries().catch(() => []) : [];
    const entry = entries.find((row) => row.token === token && (row.state === REFUSED || row.isStuck));
    if (!entry) {
        return null;
    }
    const { order, isStuck } = entry;
    const answer = !isStuck ? entry.answer : {
        verdicts: [], error: _t("The server could not take this order. Look through it, then send it again."),
    };
    return {
        ...order, day: order.requested_date, answer,
        // A stuck order may have arrived for all that: its token keeps it to one.
        token: isStuck ? token : newToken(), done: () => outbox.remove(token),
    };
}

/** A name for an order that no other has. */
export function newToken() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
