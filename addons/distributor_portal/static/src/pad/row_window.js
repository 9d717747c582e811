import { onMounted, onPatched, onWillUnmount, useEffect, useExternalListener, useState } from "@odoo/owl";

const ALL_UP_TO = 60; // a list this short is drawn as a whole: the browser can search in it
const OVERSCAN = 10;

/**
 * Which rows of a long list are worth drawing: those in sight and a few around them. Rows may differ in height; each is
 * measured once it is drawn, until then it counts as the average.
 *
 * @param {Object} list reference to the element that holds the rows, each with `data-key`
 * @param {() => Array} getKeys the keys of all rows, in sequence
 */
export function useRowWindow(list, getKeys) {
    const heights = new Map();
    const state = useState({ first: 0, last: ALL_UP_TO, before: 0, after: 0 });
    let frame = null;
    let timer = null;

    function average() {
        if (!heights.size) {
            return 96;
        }
        let sum = 0;
        for (const height of heights.values()) {
            sum += height;
        }
        return sum / heights.size;
    }

    function update() {
        frame = null;
        const keys = getKeys();
        if (!list.el || keys.length <= ALL_UP_TO) {
            Object.assign(state, { first: 0, last: keys.length, before: 0, after: 0 });
            return;
        }
        const usual = average();
        const top = -list.el.getBoundingClientRect().top;
        const bottom = top + window.innerHeight;
        let offset = 0;
        let first = keys.length;
        let last = 0;
        const offsets = new Array(keys.length + 1);
        for (let index = 0; index < keys.length; index++) {
            offsets[index] = offset;
            offset += heights.get(keys[index]) || usual;
            if (offset >= top && first === keys.length) {
                first = index;
            }
            if (offsets[index] <= bottom) {
                last = index + 1;
            }
        }
        offsets[keys.length] = offset;
        first = Math.min(Math.max(0, first - OVERSCAN), Math.max(0, keys.length - 2 * OVERSCAN));
        last = Math.min(keys.length, Math.max(last, first) + OVERSCAN);
        Object.assign(state, { first, last, before: offsets[first], after: offset - offsets[last] });
    }

    function updateSoon() {
        frame ??= requestAnimationFrame(update);
    }

    function measure() {
        timer = null;
        let changed = false;
        for (const row of list.el ? list.el.querySelectorAll("[data-key]") : []) {
            const key = Number(row.dataset.key);
            if (row.offsetHeight && heights.get(key) !== row.offsetHeight) {
                heights.set(key, row.offsetHeight);
                changed = true;
            }
        }
        if (changed) {
            updateSoon();
        }
    }

    /** After what has changed is seen: asked for before, heights would make the browser lay out the list twice. */
    function measureSoon() {
        if (getKeys().length > ALL_UP_TO) {
            timer ??= setTimeout(measure);
        }
    }

    onMounted(update);
    onMounted(measureSoon);
    onPatched(measureSoon);
    onWillUnmount(() => clearTimeout(timer));
    useEffect(updateSoon, () => [getKeys().length, getKeys()[0]]);
    useExternalListener(document, "scroll", updateSoon, { capture: true, passive: true });
    useExternalListener(window, "resize", updateSoon);
    return state;
}
