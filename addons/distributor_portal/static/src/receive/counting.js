import { browser } from "@web/core/browser/browser";

/** What was counted of a delivery stays on the device until it is booked. */
export class Counting {
    static prefix = "channel.receive.";

    constructor(delivery) {
        this.key = Counting.prefix + delivery;
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
            // A full or forbidden store: counting goes on without.
        }
    }

    get isBegun() {
        return Object.values(this.load().counts || {}).some((count) => count);
    }
}

/** Which line a code belongs to, and how many items it stands for. A unit's own code counts one, a pack's all it holds. */
export function findCode(lines, code) {
    for (const line of lines) {
        const pack = line.packs.find((one) => one.code === code);
        if (pack) {
            return { line, qty: pack.qty };
        }
        if (line.codes.includes(code)) {
            return { line, qty: 1 };
        }
    }
    return null;
}

/** A tone and a shake: whoever scans looks at the goods, not at the screen. */
export function signal(isGood) {
    browser.navigator.vibrate?.(isGood ? 40 : [120, 60, 120]);
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) {
        return;
    }
    signal.audio ||= new Context();
    const tone = signal.audio.createOscillator();
    const volume = signal.audio.createGain();
    tone.frequency.value = isGood ? 1200 : 240;
    volume.gain.value = 0.08;
    tone.connect(volume).connect(signal.audio.destination);
    tone.start();
    tone.stop(signal.audio.currentTime + (isGood ? 0.08 : 0.3));
}
