/** Above every page: what waits for the network, what was sent, what came back. */
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { outbox, REFUSED, SENT, WAITING } from "./outbox";

export class OutboxPanel extends Interaction {
    static selector = ".o_channel_outbox";

    setup() {
        this.isOffline = navigator.onLine === false;
    }

    start() {
        this.addListener(outbox.bus, "CHANGED", () => this.show());
        this.addListener(window, "online", () => this.setOffline(false));
        this.addListener(window, "offline", () => this.setOffline(true));
        outbox.start();
        this.show();
    }

    setOffline(isOffline) {
        this.isOffline = isOffline;
        this.show();
    }

    async show() {
        const entries = await this.waitFor(outbox.entries().catch(() => []));
        const notes = [];
        if (this.isOffline) {
            notes.push(this.note("warn", _t("No network. You can fill the order pad; orders are sent when the network is back.")));
        }
        const waiting = entries.filter((entry) => entry.state === WAITING && !entry.isStuck);
        if (waiting.length) {
            const text = waiting.some((entry) => entry.needsLogin)
                ? _t("Orders that wait to be sent: %s. Reload the page and log in to send them.", waiting.length)
                : _t("Orders that wait for the network: %s", waiting.length);
            notes.push(this.note("info", text));
        }
        for (const entry of entries) {
            if (entry.state === SENT) {
                notes.push(this.note("good", _t("Your order from the outbox has arrived."), {
                    href: entry.answer.url, label: _t("Look at it"), button: _t("Done"),
                    onClick: () => outbox.remove(entry.token),
                }));
            } else if (entry.state === REFUSED) {
                notes.push(this.note("bad", _t("Your order from the outbox was not accepted."), this.backLink(entry)));
            } else if (entry.isStuck) {
                notes.push(this.note("bad", _t("The server could not take an order from the outbox. It needs a look."), {
                    ...this.backLink(entry), button: _t("Remove"), onClick: () => this.confirmRemoval(entry),
                }));
            }
        }
        this.el.replaceChildren(...notes);
        this.showBadge(entries.filter((entry) => entry.state !== SENT).length);
    }

    backLink(entry) {
        return {
            href: `/my/channel/pad?outbox=${encodeURIComponent(entry.token)}`, label: _t("Back into the order pad"),
        };
    }

    confirmRemoval(entry) {
        this.services.dialog.add(ConfirmationDialog, {
            title: _t("Remove this order?"),
            body: _t("The server has not confirmed it, and it is kept nowhere else."),
            confirmLabel: _t("Remove"),
            confirm: () => outbox.remove(entry.token),
            cancel: () => {},
        });
    }

    note(kind, text, link) {
        const note = document.createElement("div");
        note.className = `o_channel_note o_channel_note_${kind}`;
        note.append(Object.assign(document.createElement("span"), { textContent: text }));
        if (link) {
            note.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.label }));
        }
        if (link?.button) {
            const button = Object.assign(document.createElement("button"), { type: "button", textContent: link.button });
            button.addEventListener("click", link.onClick);
            note.append(button);
        }
        return note;
    }

    /** On the app's icon, where the device can. */
    showBadge(count) {
        if (navigator.setAppBadge) {
            (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
        }
    }
}

registry.category("public.interactions").add("distributor_portal.outbox_panel", OutboxPanel);
