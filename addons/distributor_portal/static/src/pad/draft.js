import { browser } from "@web/core/browser/browser";

/** What somebody has filled in survives a closed page: it is kept on the device until it is sent. */
export class Draft {
    constructor(member) {
        this.key = `channel.draft.${member}`;
    }

    load() {
        try {
            return JSON.parse(browser.localStorage.getItem(this.key)) || {};
        } catch {
            return {};
        }
    }

    save(values) {
        try {
            browser.localStorage.setItem(this.key, JSON.stringify(values));
        } catch {
            // A full or forbidden store costs the draft, never the order.
        }
    }

    clear() {
        browser.localStorage.removeItem(this.key);
    }
}
