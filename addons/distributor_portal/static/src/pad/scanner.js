import { Component, onMounted, useExternalListener, useRef, useState } from "@odoo/owl";
import { BarcodeVideoScanner, isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { _t } from "@web/core/l10n/translation";

const LONGEST_PAUSE = 250; // ms between two keys of one code, on a slow device
const USUAL_PAUSE = 80; // on average: nobody types as fast as a scanner
const SHORTEST_CODE = 5;
const PAUSE_BETWEEN_SCANS = 1500;

/** Calls `onCode` with what a hand scanner types, whatever has the focus; the field that had it is left as it was. */
export function useHandScanner(onCode) {
    let keys = "";
    let first = 0;
    let last = 0;
    let field = null;
    let before = "";

    function onKeydown(ev) {
        if (ev.isComposing || ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        if (ev.timeStamp - last > LONGEST_PAUSE) {
            keys = "";
        }
        if (!keys) {
            first = ev.timeStamp;
            field = ev.target instanceof HTMLInputElement ? ev.target : null;
            before = field ? field.value : "";
        }
        last = ev.timeStamp;
        if (ev.key.length === 1) {
            keys += ev.key;
            return;
        }
        // Codes may well be scanned into a list, one below the other.
        const isFast = keys.length >= SHORTEST_CODE && last - first < USUAL_PAUSE * keys.length;
        if (ev.key === "Enter" && isFast && !(ev.target instanceof HTMLTextAreaElement)) {
            ev.preventDefault();
            ev.stopPropagation();
            if (field) {
                field.value = before;
                field.dispatchEvent(new Event("input", { bubbles: true }));
            }
            onCode(keys);
        }
        if (ev.key !== "Shift") {
            keys = "";
        }
    }
    useExternalListener(window, "keydown", onKeydown, { capture: true });
}

let audio = null;

/** A short tone and a tap in the hand: high for taken, low for not. */
export function signal(isGood) {
    navigator.vibrate?.(isGood ? 60 : [80, 60, 80]);
    try {
        audio ??= new AudioContext();
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        tone.frequency.value = isGood ? 1200 : 300;
        volume.gain.value = 0.08;
        tone.connect(volume).connect(audio.destination);
        tone.start();
        tone.stop(audio.currentTime + (isGood ? 0.09 : 0.3));
    } catch {
        // A device without sound.
    }
}

/** The camera stays open: one code after the other, until it is closed. */
export class ContinuousScanner extends Component {
    static template = "distributor_portal.ContinuousScanner";
    static components = { BarcodeVideoScanner };
    // onCode(code) says what became of it: {isGood, text}
    static props = { onCode: Function, close: Function };

    setup() {
        this.state = useState({ isSupported: isBarcodeScannerSupported(), error: "", taken: [] });
        this.closer = useRef("closer");
        this.pause = PAUSE_BETWEEN_SCANS;
        onMounted(() => this.closer.el.focus());
        useExternalListener(window, "keydown", (ev) => ev.key === "Escape" && this.props.close());
    }

    async onResult(code) {
        const { isGood, text } = await this.props.onCode(code);
        this.state.taken.unshift({ isGood, text });
        this.state.taken.splice(5);
    }

    onError(error) {
        this.state.isSupported = false;
        this.state.error = error.message || _t("The camera could not be used.");
    }
}
