import { browser } from "@web/core/browser/browser";

/**
 * What somebody has filled in survives a closed page: it is kept on the device until it is sent. Where another order
 * takes its place it is put aside, and can be brought back.
 */
export class Draft {
    constructor(member) {
        this.key = `channel.draft.${member}`;
        this.asideKey = `channel.aside.${member}`;
    }

    load() {
        return this.read(this.key) || {};
    }

    save(values) {
        this.write(this.key, values);
    }

    /** The orders put aside, the last one first. */
    get aside() {
        return this.read(this.asideKey) || [];
    }

    /** Put the draft aside, if it holds anything. */
    putAside() {
        const draft = this.load();
        if (draft.lines?.length || draft.troubles?.length) {
            this.write(this.asideKey, [draft, ...this.aside]);
        }
        this.clear();
    }

    /** An order that was put aside changes places with the draft. */
    bringBack(index) {
        const wanted = this.aside[index];
        this.discard(index);
        this.putAside();
        this.save(wanted);
    }

    discard(index) {
        this.write(this.asideKey, this.aside.filter((_draft, place) => place !== index));
    }

    read(key) {
        try {
            return JSON.parse(browser.localStorage.getItem(key));
        } catch {
            return null;
        }
    }

    write(key, values) {
        try {
            browser.localStorage.setItem(key, JSON.stringify(values));
        } catch {
            // A full or forbidden store costs the draft, never the order.
        }
    }

    clear() {
        browser.localStorage.removeItem(this.key);
    }
}
