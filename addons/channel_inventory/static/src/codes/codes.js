import { Component, useState } from "@odoo/owl";
import { BarcodeVideoScanner, isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { signal } from "@distributor_portal/receive/counting";

const AGAIN = 1500; // ms before the camera takes the next code
const ICONS = { ok: "fa-check-circle", warn: "fa-exclamation-circle", block: "fa-times-circle" };

/** A number for one tap: sent again, by a second tap or a line that broke, it changes nothing. */
function makeToken() {
    const bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Scan codes one after the other and read what each means. */
export class Codes extends Component {
    static template = "channel_inventory.Codes";
    static components = { BarcodeVideoScanner };
    static props = { url: String, sells: Boolean, most: Number };

    setup() {
        this.again = AGAIN;
        this.icons = ICONS;
        this.state = useState({ results: [], purpose: "look", message: "", isError: false, hasCamera: false, place: null, isBusy: false });
        this.lastKey = 0;
    }

    onSubmit(ev) {
        ev.preventDefault();
        const field = ev.target.querySelector("input[name=code]");
        const text = field.value.trim();
        field.value = "";
        if (text) {
            this.scan(text);
        }
        field.focus();
    }

    async scan(text) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        this.state.message = "";
        try {
            const answer = await this.send({ texts: [text], purpose: this.state.purpose, place: this.state.place, token: makeToken() });
            if (answer.error) {
                this.say(answer.error, true);
                signal(false);
                return;
            }
            const [scan] = answer.scans;
            this.state.results.unshift({ ...scan, key: ++this.lastKey });
            this.state.results.splice(this.props.most);
            signal(scan.level !== "block");
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.say(_t("There is no connection. Scan it again in a moment."), true);
        } finally {
            this.state.isBusy = false;
        }
    }

    /** Once more when the line breaks: the token sees to it that nothing happens twice. */
    async send(params) {
        try {
            return await rpc(this.props.url, params);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return rpc(this.props.url, params);
        }
    }

    say(message, isError = false) {
        Object.assign(this.state, { message, isError });
    }

    toggleCamera() {
        if (!isBarcodeScannerSupported()) {
            this.say(_t("This browser lends no camera to pages. Type the code, or use a hand scanner."), true);
            return;
        }
        this.state.hasCamera = !this.state.hasCamera;
    }

    onCameraError(error) {
        this.state.hasCamera = false;
        this.say(error.message || _t("The camera could not be used."), true);
    }

    sharePlace() {
        if (!browser.navigator.geolocation) {
            this.say(_t("This device does not know where it is."), true);
            return;
        }
        browser.navigator.geolocation.getCurrentPosition(({ coords }) => {
            const { latitude, longitude, accuracy } = coords;
            this.state.place = { latitude, longitude, accuracy };
            this.say(_t("Your place goes with what you scan."));
        }, () => this.say(_t("The device did not give its place."), true), { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    }
}

registry.category("public_components").add("channel_inventory.codes", Codes);
