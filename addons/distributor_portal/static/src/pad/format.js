import { formatFloat } from "@web/core/utils/numbers";

const { DateTime } = luxon;

const shownDays = new Map(); // many rows arrive on few days, and writing one takes long

/** Tue, 24 Nov */
export function showDay(day) {
    if (!shownDays.has(day)) {
        shownDays.set(day, DateTime.fromISO(day, { locale: document.documentElement.lang || "en" })
            .toLocaleString({ weekday: "short", day: "numeric", month: "short" }));
    }
    return shownDays.get(day);
}

/** 4,992 as the reader writes it, with no more digits than it has. */
export function showNumber(number) {
    return formatFloat(number, { digits: [false, Number.isInteger(number) ? 0 : 2] });
}
