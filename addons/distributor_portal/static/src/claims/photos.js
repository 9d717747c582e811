import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const TRIES = 4;
const PAUSE = 1500;
const URL_PHOTOS = "/my/channel/claims/photos";

class NotSent extends Error {
    /** @param wait ms until it is worth trying again, where the server has said so */
    constructor(wait = 0) {
        super(_t("The photo could not be sent."));
        this.wait = wait;
    }
}

/** One photo to the server. Resolves with {id, url} or {error}; rejects when it did not get there. */
export function sendPhoto(values, file, onProgress) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...values, csrf_token: odoo.csrf_token })) {
        body.append(name, value);
    }
    body.append("photo", file);
    return new Promise((resolve, reject) => {
        const request = new browser.XMLHttpRequest();
        request.upload.addEventListener("progress", (ev) => onProgress(ev.total ? ev.loaded / ev.total : 0));
        request.addEventListener("load", () => {
            if (request.status !== 200) {
                // Many at once: the server says how many seconds to leave it in peace.
                reject(new NotSent(1000 * (Number(request.getResponseHeader("Retry-After")) || 0)));
                return;
            }
            try {
                resolve(JSON.parse(request.responseText));
            } catch {
                reject(new NotSent());
            }
        });
        request.addEventListener("error", () => reject(new NotSent()));
        request.open("POST", URL_PHOTOS);
        request.send(body);
    });
}

/** Photos of one product: sent one after the other while the form is being filled in, tried again when the line breaks. */
export class Photos extends Component {
    static template = "distributor_portal.Photos";
    static props = {
        delivery: Number,
        product: Number,
        most: Number,
        kept: { type: String, optional: true }, // numbers of those sent before the page was left
        onChange: { type: Function, optional: true },
    };

    setup() {
        const kept = (this.props.kept || "").split(",").filter(Boolean).map(Number);
        this.state = useState({
            photos: kept.map((id) => ({ key: -id, id, name: "", error: "", share: 1, preview: `${URL_PHOTOS}/${id}` })),
        });
        this.queue = Promise.resolve();
        this.lastKey = 0;
    }

    get ids() {
        return this.state.photos.filter((photo) => photo.id).map((photo) => photo.id).join(",");
    }

    get isFull() {
        return this.state.photos.length >= this.props.most;
    }

    labels({ name }) {
        return { remove: _t("Remove %s", name), sending: _t("%s is being sent", name) };
    }

    onChosen(ev) {
        const files = [...ev.target.files].slice(0, this.props.most - this.state.photos.length);
        for (const file of files) {
            this.state.photos.push({
                key: ++this.lastKey, file, name: file.name, share: 0, id: false, error: "",
                preview: URL.createObjectURL(file),
            });
            this.enqueue(this.state.photos.at(-1));
        }
        // What was sent goes with the form as a number; the file itself must not go again.
        ev.target.value = "";
    }

    enqueue(photo) {
        photo.error = "";
        this.queue = this.queue.then(() => this.send(photo));
    }

    async send(photo) {
        const { delivery, product } = this.props;
        for (let attempt = 1; ; attempt++) {
            try {
                const answer = await sendPhoto({ delivery, product, shown: this.ids }, photo.file, (share) => (photo.share = share));
                Object.assign(photo, { id: answer.id || false, error: answer.error || "", share: 1 });
                this.props.onChange?.(this.ids);
                return;
            } catch (error) {
                if (attempt === TRIES) {
                    photo.error = error.message;
                    return;
                }
                await new Promise((resolve) => browser.setTimeout(resolve, error.wait || PAUSE * attempt));
            }
        }
    }

    remove(photo) {
        URL.revokeObjectURL(photo.preview);
        this.state.photos.splice(this.state.photos.indexOf(photo), 1);
        this.props.onChange?.(this.ids);
    }
}

registry.category("public_components").add("distributor_portal.photos", Photos);
