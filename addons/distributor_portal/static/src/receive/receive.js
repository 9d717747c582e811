import { Component, onMounted, useState } from "@odoo/owl";
import { BarcodeVideoScanner, isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Photos } from "../claims/photos";
import { Counting, findCode, signal } from "./counting";

const AGAIN = 1500; // ms before the camera takes the next code: one item held before it is one item

/** Counts what is scanned; the form around it sends the counts. */
export class Receive extends Component {
    static template = "distributor_portal.Receive";
    static components = { BarcodeVideoScanner, Photos };
    static props = { delivery: Number, lines: Array, reasons: Array, scan: String, max_photos: Number };

    setup() {
        this.again = AGAIN;
        this.counting = new Counting(this.props.delivery);
        const kept = this.counting.load();
        this.state = useState({
            counts: {}, damaged: {}, wrong: {}, notes: {}, reasons: {}, photos: {}, ...kept,
            scans: [], last: 0, search: "", message: "", isError: false, hasCamera: false,
        });
        if (this.counting.isBegun) {
            this.say(_t("Counting goes on where it was left on this device."));
        }
        onMounted(() => this.takeFound());
    }

    // --- what the template asks

    get lines() {
        const words = this.state.search.toLowerCase().split(/\s+/).filter(Boolean);
        return this.props.lines.map((line) => ({
            ...line,
            isHidden: !words.every((word) => `${line.name} ${line.sku} ${line.codes.join(" ")}`.toLowerCase().includes(word)),
        }));
    }

    get totals() {
        let done = 0;
        let over = 0;
        for (const line of this.props.lines) {
            done += this.count(line) === line.shipped;
            over += this.count(line) > line.shipped;
        }
        return { done, over, all: this.props.lines.length };
    }

    count(line) {
        return this.state.counts[line.id] || 0;
    }

    status(line) {
        const count = this.count(line);
        return {
            o_receive_full: count === line.shipped, o_receive_over: count > line.shipped,
            o_receive_last: this.state.last === line.id, "d-none": line.isHidden,
        };
    }

    gap(line) {
        const gap = this.round(this.count(line) - line.shipped);
        if (gap > 0) {
            return _t("%s too many", gap);
        }
        return gap < 0 ? _t("%s missing", -gap) : _t("complete");
    }

    labels({ name }) {
        return { less: _t("Less of %s", name), more: _t("More of %s", name), all: _t("All of %s is there", name) };
    }

    // --- counting

    round(number) {
        return Math.round(number * 1000) / 1000;
    }

    setValue(name, line, value) {
        this.state[name][line.id] = Math.max(0, this.round(Number(value) || 0));
        this.keep();
    }

    /** What is typed counts at once: the page may be drawn again before the field is left. */
    onType(name, line, ev) {
        if (ev.target.value) {
            this.setValue(name, line, ev.target.value);
        }
    }

    setText(name, line, value) {
        this.state[name][line.id] = value;
        this.keep();
    }

    keep() {
        const { counts, damaged, wrong, notes, reasons, photos } = this.state;
        this.counting.save({ counts, damaged, wrong, notes, reasons, photos });
    }

    takeAll() {
        for (const line of this.props.lines) {
            this.setValue("counts", line, line.shipped);
        }
        this.state.scans = [];
        this.say(_t("Everything counted as shipped. Correct what differs."));
    }

    /** What was scanned to find this delivery counts here, once: a reloaded page does not count it again. */
    takeFound() {
        if (findCode(this.props.lines, this.props.scan)) {
            this.addCode(this.props.scan);
        }
        browser.history.replaceState(browser.history.state, "", window.location.pathname);
    }

    addCode(code) {
        if (!code) {
            return;
        }
        const found = findCode(this.props.lines, code);
        if (!found) {
            this.say(_t("%s does not belong to this delivery.", code), true);
            signal(false);
            return;
        }
        const { line, qty } = found;
        this.setValue("counts", line, this.count(line) + qty);
        this.state.scans.push({ id: line.id, qty });
        this.state.last = line.id;
        const isOver = this.count(line) > line.shipped;
        this.say(_t("%(name)s: %(count)s of %(shipped)s", { name: line.name, count: this.count(line), shipped: line.shipped }), isOver);
        signal(!isOver);
    }

    undo() {
        const scan = this.state.scans.pop();
        const line = this.props.lines.find((one) => one.id === scan.id);
        this.setValue("counts", line, this.count(line) - scan.qty);
        this.say(_t("Taken back: %(name)s, %(count)s of %(shipped)s", { name: line.name, count: this.count(line), shipped: line.shipped }));
    }

    say(message, isError = false) {
        Object.assign(this.state, { message, isError });
    }

    // --- scanners

    onKeydown(ev) {
        // Hand scanners type the code and press Enter: that must not send the form.
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.addCode(ev.target.value.trim());
            ev.target.value = "";
        }
    }

    onRowKeydown(ev) {
        if (ev.key === "Enter" && ev.target.matches("input")) {
            ev.preventDefault();
        }
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
}

registry.category("public_components").add("distributor_portal.receive", Receive);
